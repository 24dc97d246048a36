"""The main job, seen by the current boto3."""
import json
import time
import warnings

import pytest
from botocore.exceptions import ClientError

from tests.conftest import eventually, xray_client
from tests.e2e.documents import checkout, segment, span_id, trace_id


def put(xray, *documents) -> list:
    texts = [d if isinstance(d, str) else json.dumps(d) for d in documents]
    return xray.put_trace_segments(TraceSegmentDocuments=texts)["UnprocessedTraceSegments"]


def test_a_trace_comes_back_byte_for_byte(xray):
    trace = trace_id()
    text = json.dumps(segment(trace, extra_field={"kept": "sürely"}), indent=3) + " \n"
    assert put(xray, text) == []
    answer = xray.batch_get_traces(TraceIds=[trace])
    assert answer["UnprocessedTraceIds"] == []
    [got] = answer["Traces"]
    assert got["Id"] == trace
    assert [s["Document"] for s in got["Segments"]] == [text]


def test_the_graph_summaries_and_trace_graph_tell_the_same_story(xray):
    now = time.time() - 5
    traces = [trace_id(now) for _ in range(3)]
    for trace in traces:
        assert put(xray, *checkout(trace, now)) == []

    summaries = xray.get_trace_summaries(StartTime=now - 60, EndTime=now + 60)["TraceSummaries"]
    assert {s["Id"] for s in summaries} == set(traces)
    one = summaries[0]
    assert one["HasFault"] and not one["HasError"] and not one["IsPartial"]
    assert one["Http"] == {"HttpURL": "http://shop/checkout", "HttpStatus": 502, "HttpMethod": "GET",
                           "ClientIp": "10.0.0.7"}
    assert one["Duration"] == pytest.approx(0.4, abs=0.001)
    assert one["Annotations"]["tier"][0]["AnnotationValue"] == {"StringValue": "gold"}
    assert one["Annotations"]["items"][0]["AnnotationValue"] == {"NumberValue": 3}
    assert one["Users"][0]["UserName"] == "ana"
    assert one["EntryPoint"]["Name"] == "front"

    for services in (xray.get_service_graph(StartTime=now - 60, EndTime=now + 60)["Services"],
                     xray.get_trace_graph(TraceIds=traces)["Services"]):
        nodes = {(s["Name"], s.get("Type")): s for s in services}
        assert set(nodes) == {("front", "client"), ("front", "AWS::EC2::Instance"), ("back", None),
                              ("orders", "AWS::DynamoDB::Table")}
        by_reference = {s["ReferenceId"]: (s["Name"], s.get("Type")) for s in services}
        calls = {(key, by_reference[e["ReferenceId"]]): e for key, s in nodes.items() for e in s["Edges"]}
        assert set(calls) == {
            (("front", "client"), ("front", "AWS::EC2::Instance")),
            (("front", "AWS::EC2::Instance"), ("back", None)),
            (("back", None), ("orders", "AWS::DynamoDB::Table"))}
        front = nodes["front", "AWS::EC2::Instance"]
        assert front["Root"] is True and front["State"] == "active"
        assert front["SummaryStatistics"]["TotalCount"] == 3
        assert front["SummaryStatistics"]["FaultStatistics"] == {"OtherCount": 3, "TotalCount": 3}
        assert nodes["orders", "AWS::DynamoDB::Table"]["SummaryStatistics"]["OkCount"] == 3
        assert sum(h["Count"] for h in front["ResponseTimeHistogram"]) == 3


def test_every_broken_document_is_answered_and_the_good_one_kept(xray):
    trace = trace_id()
    good = segment(trace)

    def broken(**change):
        document = {**segment(trace), **change}
        return {k: v for k, v in document.items() if v is not None}

    cases = [("ParseError", '{"id":'), ("MissingId", broken(id=None)), ("InvalidId", broken(id="xyz")),
             ("MissingTraceId", broken(trace_id=None)), ("InvalidTraceId", broken(trace_id="1-2-3")),
             ("MissingName", broken(name=None)), ("InvalidName", broken(name="$$$")),
             ("MissingStartTime", broken(start_time=None)), ("InvalidStartTime", broken(start_time="soon")),
             ("InvalidStartTime", broken(start_time=1.0, end_time=2.0)), ("MissingEndTime", broken(end_time=None)),
             ("MissingParentId", broken(type="subsegment")),
             ("SegmentTooLarge", broken(metadata={"x": "y" * 65536}))]
    unprocessed = put(xray, *[document for _, document in cases], good)
    assert [u["ErrorCode"] for u in unprocessed] == [code for code, _ in cases]
    assert all(u["Message"] for u in unprocessed)
    [got] = xray.batch_get_traces(TraceIds=[trace])["Traces"]
    assert [s["Id"] for s in got["Segments"]] == [good["id"]]


def test_in_progress_is_replaced_by_complete_whatever_the_order(xray):
    for order in (0, 1):
        trace = trace_id()
        done = segment(trace)
        begun = {k: v for k, v in done.items() if k != "end_time"} | {"in_progress": True}
        first, second = (begun, done) if order == 0 else (done, begun)
        assert put(xray, first) == []
        [summary] = [s for s in summaries_around(xray) if s["Id"] == trace]
        assert summary["IsPartial"] == (order == 0)
        assert put(xray, second) == []
        [got] = xray.batch_get_traces(TraceIds=[trace])["Traces"]
        assert [json.loads(s["Document"]) for s in got["Segments"]] == [done]


def summaries_around(xray) -> list:
    now = time.time()
    pages = xray.get_paginator("get_trace_summaries").paginate(StartTime=now - 600, EndTime=now + 60)
    return [s for page in pages for s in page["TraceSummaries"]]


def test_streamed_subsegments_are_put_under_their_parents(xray):
    trace = trace_id()
    parent = segment(trace)
    child = {**segment(trace, "step"), "type": "subsegment", "parent_id": parent["id"]}
    grandchild = {**segment(trace, "inner"), "type": "subsegment", "parent_id": child["id"]}
    assert put(xray, grandchild) == []
    assert put(xray, child, parent) == []
    [got] = xray.batch_get_traces(TraceIds=[trace])["Traces"]
    [document] = [json.loads(s["Document"]) for s in got["Segments"]]
    [step] = document["subsegments"]
    assert step["id"] == child["id"] and step["subsegments"][0]["id"] == grandchild["id"]


def test_pages_neither_lose_nor_repeat(xray):
    now = time.time()
    traces = [trace_id(now - i % 300) for i in range(2300)]
    for i in range(0, len(traces), 50):
        assert put(xray, *[segment(t, start=now - (i + k) % 300) for k, t in enumerate(traces[i:i + 50])]) == []
    seen = [s["Id"] for s in summaries_around(xray)]
    assert sorted(seen) == sorted(traces)


def test_telemetry_is_taken(xray):
    record = {"Timestamp": time.time(), "SegmentsReceivedCount": 7, "SegmentsSentCount": 7,
              "SegmentsSpilloverCount": 0, "SegmentsRejectedCount": 0,
              "BackendConnectionErrors": {"TimeoutCount": 0}}
    xray.put_telemetry_records(TelemetryRecords=[record], EC2InstanceId="", Hostname="", ResourceARN="")


@pytest.mark.parametrize("call, message", [
    (lambda x: x.get_trace_summaries(StartTime=20, EndTime=10), "StartTime"),
    (lambda x: x.get_trace_summaries(StartTime=1, EndTime=2, FilterExpression="fualt"), "filter expression"),
    (lambda x: x.get_trace_summaries(StartTime=1, EndTime=2, NextToken="forged"), "NextToken"),
    (lambda x: x.get_service_graph(StartTime=20, EndTime=10), "StartTime"),
    (lambda x: x.batch_get_traces(TraceIds=["nonsense"] * 101), "TraceIds"),
])
def test_a_bad_request_names_the_member(xray, call, message):
    with pytest.raises(ClientError) as refused:
        call(xray)
    assert refused.value.response["Error"]["Code"] == "InvalidRequestException"
    assert message in refused.value.response["Error"]["Message"]
    assert len(refused.value.response["ResponseMetadata"]["RequestId"]) == 36


def test_botocore_has_nothing_to_warn_about(xray):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        now = time.time()
        trace = trace_id(now)
        put(xray, *checkout(trace, now))
        xray.batch_get_traces(TraceIds=[trace])
        xray.get_trace_summaries(StartTime=now - 60, EndTime=now + 60)
        xray.get_service_graph(StartTime=now - 60, EndTime=now + 60)


def test_https_with_the_operators_certificate(make_server, tmp_path):
    import subprocess

    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
                    "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    server = make_server("--tls-cert", str(certificate), "--tls-key", str(key))
    xray = xray_client(server.endpoint, verify=str(certificate))
    trace = trace_id()
    assert put(xray, segment(trace)) == []
    assert xray.batch_get_traces(TraceIds=[trace])["Traces"][0]["Id"] == trace


def test_what_was_stored_is_there_after_a_restart(server):
    xray = xray_client(server.endpoint)
    now = time.time()
    trace = trace_id(now)
    texts = checkout(trace, now)
    assert put(xray, *texts) == []
    before = xray.get_service_graph(StartTime=now - 60, EndTime=now + 60)["Services"]
    assert server.stop() == 0, server.log()
    server.start()
    xray = xray_client(server.endpoint)
    [got] = eventually(lambda: xray.batch_get_traces(TraceIds=[trace])["Traces"])
    assert sorted(s["Document"] for s in got["Segments"] if '"inferred"' not in s["Document"]) == sorted(texts)
    after = xray.get_service_graph(StartTime=now - 60, EndTime=now + 60)["Services"]
    assert after == before


def test_an_exception_without_a_type_has_an_empty_name(xray):
    now = time.time() - 5
    trace = trace_id(now)
    unnamed = segment(trace, "front", now, 0.1, error=True, cause={"exceptions": [{"id": span_id(), "message": "no"}]})
    xray.put_trace_segments(TraceSegmentDocuments=[json.dumps(unnamed)])
    [summary] = xray.get_trace_summaries(StartTime=now - 60, EndTime=now + 60)["TraceSummaries"]
    [entity] = summary["ErrorRootCauses"][0]["Services"][0]["EntityPath"]
    assert entity["Exceptions"] == [{"Name": "", "Message": "no"}]
