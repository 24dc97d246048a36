"""Trace retrieval: boto3, and the AWS CLI of PyPI; Debian's does not know these operations."""
import json
import time

import pytest
from botocore.exceptions import ClientError

from tests.e2e.documents import checkout, segment, span_id, trace_id
from tests.e2e.test_aws_cli import aws  # noqa: F401


def put(xray, documents):
    for first in range(0, len(documents), 50):
        texts = [d if isinstance(d, str) else json.dumps(d) for d in documents[first:first + 50]]
        assert xray.put_trace_segments(TraceSegmentDocuments=texts)["UnprocessedTraceSegments"] == []


def start(xray, ids, now, **more):
    asked = {"StartTime": now - 60, "EndTime": now + 60, **more}
    return xray.start_trace_retrieval(TraceIds=ids, **asked)["RetrievalToken"]


def pages(xray, token, **more):
    """Every page; each keeps within the limits of the API model."""
    asked = {"RetrievalToken": token, **more}
    while True:
        page = xray.list_retrieved_traces(**asked)
        assert page["RetrievalStatus"] == "COMPLETE"
        assert len(page["Traces"]) <= 5 and all(len(t["Spans"]) <= 100 for t in page["Traces"])
        assert all(len(s["Document"]) <= 204_800 for t in page["Traces"] for s in t["Spans"])
        yield page
        if "NextToken" not in page:
            return
        asked["NextToken"] = page["NextToken"]


def spans(xray, token, **more) -> dict:
    """Documents by trace id, in the order told."""
    told: dict = {}
    for page in pages(xray, token, **more):
        for trace in page["Traces"]:
            told.setdefault(trace["Id"], []).extend(json.loads(s["Document"]) for s in trace["Spans"])
    return told


def refused(call, **arguments) -> dict:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return caught.value.response


def test_retrieved_segments_are_those_of_batch_get_traces(xray):
    now = time.time() - 5
    ids = [trace_id(now) for _ in range(12)]
    for trace in ids:
        put(xray, checkout(trace, now))
    token = start(xray, [*ids, trace_id(now)], now)
    told = [page for page in pages(xray, token)]
    assert [len(page["Traces"]) for page in told] == [5, 5, 2]
    assert {page["TraceFormat"] for page in told} == {"XRAY"}
    retrieved = {t["Id"]: t for page in told for t in page["Traces"]}
    assert list(retrieved) == ids
    for trace in ids:
        [whole] = xray.batch_get_traces(TraceIds=[trace])["Traces"]
        assert {s["Id"]: s["Document"] for s in retrieved[trace]["Spans"]} == {
            s["Id"]: s["Document"] for s in whole["Segments"]}
        assert retrieved[trace]["Duration"] == pytest.approx(0.4, abs=1e-3)
    assert spans(xray, token) == spans(xray, token, TraceFormat="XRAY")


def test_segments_become_spans_of_opentelemetry(xray):
    now = time.time() - 5
    trace = trace_id(now)
    put(xray, checkout(trace, now))
    [told] = spans(xray, start(xray, [trace], now), TraceFormat="OTEL").values()
    by_name = {(s["name"], s["kind"]): s for s in told}
    assert list(by_name) == [("front", "SERVER"), ("back", "CLIENT"), ("back", "SERVER"), ("DynamoDB", "CLIENT")]
    front, call, back, table = by_name.values()
    assert {s["traceId"] for s in told} == {trace[2:].replace("-", "")}
    assert "parentSpanId" not in front
    assert [s["parentSpanId"] for s in (call, back, table)] == [s["spanId"] for s in (front, call, back)]
    assert [s["resource"]["attributes"]["service.name"] for s in told] == ["front", "front", "back", "back"]
    assert front["attributes"]["http.status_code"] == 502 and front["attributes"]["enduser.id"] == "ana"
    assert front["attributes"]["tier"] == "gold" and front["attributes"]["items"] == 3
    assert front["attributes"]["aws.xray.annotations"] == ["tier", "items"]
    assert front["resource"]["attributes"]["cloud.platform"] == "aws_ec2"
    assert table["attributes"]["aws.table_name"] == "orders" and table["attributes"]["aws.service"] == "DynamoDB"
    assert [s["status"]["code"] for s in told] == ["ERROR", "ERROR", "ERROR", "UNSET"]
    [event] = back["events"]
    assert event["name"] == "exception" and event["attributes"]["exception.type"] == "CardError"
    assert front["durationNano"] == front["endTimeUnixNano"] - front["startTimeUnixNano"]
    assert abs(front["startTimeUnixNano"] / 1e9 - now) < 1e-3


@pytest.mark.parametrize("form", ["XRAY", "OTEL"])
def test_a_large_trace_goes_on_at_the_next_page_and_loses_nothing(xray, form):
    now = time.time() - 5
    large, small = trace_id(now), trace_id(now)
    owner = segment(large, "worker", now, 3)
    # Steps of 2 kB: more than one document can hold.
    steps = [segment(large, f"step-{n}", now + n / 1000, 0.5, type="subsegment", parent_id=owner["id"],
                     metadata={"default": {"pad": "x" * 2000}}) for n in range(249)]
    put(xray, [owner, *steps, segment(small, "other", now)])
    token = start(xray, [large, small], now)
    sizes = [[len(t["Spans"]) for t in page["Traces"]] for page in pages(xray, token, TraceFormat=form)]
    assert sizes == [[100], [100], [50, 1]]
    told = spans(xray, token, TraceFormat=form)
    names = [d["name"] for d in told[large]]
    assert sorted(names) == sorted(["worker", *(s["name"] for s in steps)])
    assert [d["name"] for d in told[small]] == ["other"]


def test_both_ends_of_the_range_are_part_of_it(xray):
    now = int(time.time()) - 30
    trace = trace_id(now)
    put(xray, [segment(trace, "a", now, 10)])

    def found(first, last):
        return list(spans(xray, start(xray, [trace], now, StartTime=first, EndTime=last)))

    assert found(now - 5, now) == [trace] and found(now + 10, now + 20) == [trace] and found(now + 3, now + 3) == [trace]
    assert found(now - 5, now - 1) == [] and found(now + 11, now + 20) == []
    w3c = trace[2:].replace("-", "")
    assert list(spans(xray, start(xray, [w3c, trace], now))) == [trace]


def test_the_graph_of_retrieved_traces_and_their_links(xray):
    now = time.time() - 5
    sent, taken, alone = (trace_id(now) for _ in range(3))
    producer = segment(sent, "shop", now, 0.2)
    consumer = segment(taken, "mailer", now + 1, 0.2, links=[{"trace_id": sent, "id": producer["id"]}])
    other = segment(alone, "mailer", now + 2, 0.2, links=[{"trace_id": trace_id(now), "id": span_id()}])
    put(xray, [producer, consumer, other])
    token = start(xray, [sent, taken, alone], now)
    graph = xray.get_retrieved_traces_graph(RetrievalToken=token)
    assert graph["RetrievalStatus"] == "COMPLETE" and "NextToken" not in graph
    whole = xray.get_trace_graph(TraceIds=[sent, taken, alone])["Services"]
    assert [each["Service"] for each in graph["Services"]] == whole
    links = {each["Service"]["Name"]: each["Links"] for each in graph["Services"]
             if each["Service"].get("Type") != "client"}
    assert links["shop"] == [{"ReferenceType": "child", "SourceTraceId": sent, "DestinationTraceIds": [taken]}]
    assert links["mailer"] == [
        {"ReferenceType": "parent", "SourceTraceId": sent, "DestinationTraceIds": [taken]},
        {"ReferenceType": "link", "SourceTraceId": other["links"][0]["trace_id"], "DestinationTraceIds": [alone]}]


def test_a_cancelled_retrieval_tells_nothing(xray):
    now = time.time() - 5
    trace = trace_id(now)
    put(xray, checkout(trace, now))
    token = start(xray, [trace], now)
    for _ in range(2):
        xray.cancel_trace_retrieval(RetrievalToken=token)
    listed = xray.list_retrieved_traces(RetrievalToken=token)
    assert (listed["RetrievalStatus"], listed["Traces"]) == ("CANCELLED", [])
    graph = xray.get_retrieved_traces_graph(RetrievalToken=token)
    assert (graph["RetrievalStatus"], graph["Services"]) == ("CANCELLED", [])


def test_every_mistake_is_told(xray):
    now = time.time()
    for call in (xray.list_retrieved_traces, xray.get_retrieved_traces_graph, xray.cancel_trace_retrieval):
        missing = refused(call, RetrievalToken="nonsense")
        assert missing["Error"]["Code"] == "ResourceNotFoundException"
        assert missing["ResponseMetadata"]["HTTPStatusCode"] == 404 and missing["ResourceName"] == "nonsense"
    token = start(xray, [], now)
    assert spans(xray, token) == {}
    for call, arguments, text in [
            (xray.start_trace_retrieval, {"TraceIds": ["1-2-3"], "StartTime": 1, "EndTime": 2}, "TraceIds"),
            (xray.start_trace_retrieval, {"TraceIds": [trace_id()] * 101, "StartTime": 1, "EndTime": 2}, "100"),
            (xray.start_trace_retrieval, {"TraceIds": [], "StartTime": 2, "EndTime": 1}, "StartTime"),
            (xray.list_retrieved_traces, {"RetrievalToken": token, "TraceFormat": "ZIPKIN"}, "TraceFormat"),
            (xray.list_retrieved_traces, {"RetrievalToken": token, "NextToken": "x"}, "NextToken"),
            (xray.get_retrieved_traces_graph, {"RetrievalToken": token, "NextToken": "x"}, "NextToken")]:
        error = refused(call, **arguments)["Error"]
        assert error["Code"] == "InvalidRequestException" and text in error["Message"], error


def test_a_restart_forgets_retrievals(server, xray):
    now = time.time()
    token = start(xray, [], now)
    assert server.stop() == 0
    server.start()
    from tests.conftest import xray_client

    again = xray_client(server.endpoint)
    assert refused(again.list_retrieved_traces, RetrievalToken=token)["Error"]["Code"] == "ResourceNotFoundException"


@pytest.mark.parametrize("aws", ["pypi"], indirect=True)
def test_the_command_line_tool_retrieves(aws):  # noqa: F811
    now = time.time() - 5
    trace = trace_id(now)
    aws("put-trace-segments", "--trace-segment-documents", *checkout(trace, now))
    window = ["--start-time", str(int(now) - 60), "--end-time", str(int(now) + 60)]
    token = aws("start-trace-retrieval", "--trace-ids", trace, *window)["RetrievalToken"]
    listed = aws("list-retrieved-traces", "--retrieval-token", token, "--trace-format", "OTEL")
    assert listed["RetrievalStatus"] == "COMPLETE" and listed["TraceFormat"] == "OTEL"
    [told] = listed["Traces"]
    assert told["Id"] == trace and len(told["Spans"]) == 4
    assert len(aws("get-retrieved-traces-graph", "--retrieval-token", token)["Services"]) == 4
    assert aws("cancel-trace-retrieval", "--retrieval-token", token) == {}
