"""Insights, with boto3: a past with an outage in it is sent to a running server, which finds it."""
import json
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

import pytest
from botocore.exceptions import ClientError

from tests.conftest import eventually, xray_client
from tests.e2e.documents import segment, span_id, trace_id

MINUTE = 60
ON = {"InsightsEnabled": True}


def now_minute() -> int:
    return int(time.time()) // MINUTE


def request(at: float, fails: bool) -> list[dict]:
    """A front calls a db, which may fail, and the front with it."""
    trace = trace_id(at)
    status = {"response": {"status": 500 if fails else 200}}
    front = segment(trace, "front", at, 0.2, origin="AWS::ECS::Container", fault=fails, http=status)
    call = {"id": span_id(), "name": "db", "namespace": "remote", "start_time": at + 0.01, "end_time": at + 0.1,
            "fault": fails, "http": status}
    front["subsegments"] = [call]
    db = segment(trace, "db", at + 0.02, 0.05, origin="AWS::EC2::Instance", parent_id=call["id"], fault=fails,
                 http=status)
    return [front, db]


def send_past(xray, first: int, last: int, failing, requests: int = 10):
    """Minutes [first, last) with so many requests; of those that `failing` names, eight of ten fail."""
    documents = []
    for minute in range(first, last):
        for n in range(requests):
            documents += request(minute * MINUTE + n * MINUTE / requests + 0.1,
                                 failing(minute) and n % 10 < 8)
    texts = [json.dumps(document) for document in documents]
    for at in range(0, len(texts), 50):
        assert not xray.put_trace_segments(TraceSegmentDocuments=texts[at:at + 50])["UnprocessedTraceSegments"]


def summaries(xray, **more) -> list[dict]:
    now = time.time()
    answer = xray.get_insight_summaries(**{"StartTime": now - 6 * 3600, "EndTime": now, "GroupName": "Default", **more})
    return answer["InsightSummaries"]


def epoch_minute(value) -> int:
    return int(value.timestamp()) // MINUTE


@pytest.fixture
def outage(server, xray):
    """An outage of twenty minutes that is over, and one that goes on; both found."""
    end = now_minute() - 1
    first, last = end - 60, end - 40
    send_past(xray, end - 110, end, lambda minute: first <= minute < last or minute >= end - 8)
    xray.update_group(GroupName="Default", InsightsConfiguration=ON)
    eventually(lambda: len(summaries(xray)) == 2)
    return first, last, end


def test_an_outage_is_found_with_its_root_cause_and_its_impact(xray, outage):
    first, last, end = outage
    going_on, over = summaries(xray)
    assert over["State"] == "CLOSED" and going_on["State"] == "ACTIVE"
    assert epoch_minute(over["StartTime"]) == first and epoch_minute(over["EndTime"]) == last
    assert epoch_minute(going_on["StartTime"]) == end - 8 and "EndTime" not in going_on
    for insight in (over, going_on):
        assert uuid.UUID(insight["InsightId"]).version == 5
        assert insight["Categories"] == ["FAULT"] and insight["GroupName"] == "Default"
        assert insight["GroupARN"] == xray.get_group(GroupName="Default")["Group"]["GroupARN"]
        assert insight["RootCauseServiceId"] == {"Name": "db", "Names": ["db"], "Type": "AWS::EC2::Instance",
                                                 "AccountId": "000000000000"}
        assert {s["ServiceId"]["Name"] for s in insight["TopAnomalousServices"]} == {"front", "db"}
        assert "LastUpdateTime" in insight
        assert insight["Summary"].split(".")[1].strip(), "Grafana shows the second sentence"
    counts = {"FaultCount": 160, "OkCount": 40, "TotalCount": 200}
    assert over["ClientRequestImpactStatistics"] == counts
    assert over["RootCauseServiceRequestImpactStatistics"] == counts
    assert "160 of 200 requests of clients failed" in over["Summary"]

    one = xray.get_insight(InsightId=over["InsightId"].upper())["Insight"]
    assert one == {k: v for k, v in over.items() if k != "LastUpdateTime"}

    events = xray.get_insight_events(InsightId=over["InsightId"])["InsightEvents"]
    assert len(events) >= 2
    assert events[0]["Summary"].startswith("The insight is closed.")
    assert events[0]["EventTime"] > events[-1]["EventTime"]
    assert events[0]["ClientRequestImpactStatistics"] == counts
    assert events[-1]["TopAnomalousServices"][0]["ServiceId"]["Name"] in ("front", "db")


def test_the_impact_graph_leads_from_the_clients_to_the_root_cause(xray, outage):
    first, last, _ = outage
    over = summaries(xray, States=["CLOSED"])[0]
    at = {"StartTime": (first - 10) * MINUTE, "EndTime": (last + 10) * MINUTE}
    graph = xray.get_insight_impact_graph(InsightId=over["InsightId"], **at)
    assert graph["InsightId"] == over["InsightId"]
    assert epoch_minute(graph["StartTime"]) == first - 10 and epoch_minute(graph["EndTime"]) == last + 10
    assert epoch_minute(graph["ServiceGraphStartTime"]) == first and epoch_minute(graph["ServiceGraphEndTime"]) == last
    services = {(s["Name"], s.get("Type")): s for s in graph["Services"]}
    assert set(services) == {("front", "client"), ("front", "AWS::ECS::Container"), ("db", "AWS::EC2::Instance")}
    assert set(services[("db", "AWS::EC2::Instance")]) == {"ReferenceId", "Name", "Names", "AccountId", "Type", "Edges"}
    names = {s["ReferenceId"]: s["Name"] for s in graph["Services"]}
    assert [names[e["ReferenceId"]] for e in services[("front", "AWS::ECS::Container")]["Edges"]] == ["db"]
    assert services[("db", "AWS::EC2::Instance")]["Edges"] == []
    outside = xray.get_insight_impact_graph(InsightId=over["InsightId"], StartTime=(last + 2) * MINUTE,
                                            EndTime=(last + 10) * MINUTE)
    assert outside["Services"] == []


def test_lists_are_chosen_from_and_paged(xray, outage):
    ids = [i["InsightId"] for i in summaries(xray)]
    assert [i["InsightId"] for i in summaries(xray, States=["ACTIVE"])] == ids[:1]
    assert [i["InsightId"] for i in summaries(xray, States=["CLOSED"])] == ids[1:]
    first, last, _ = outage
    assert [i["InsightId"] for i in summaries(xray, StartTime=first * MINUTE, EndTime=last * MINUTE)] == ids[1:]
    assert summaries(xray, StartTime=(last + 5) * MINUTE, EndTime=(last + 10) * MINUTE) == []

    now = time.time()
    ask = {"StartTime": now - 6 * 3600, "EndTime": now, "GroupName": "Default", "MaxResults": 1}
    pages, token = [], None
    while True:
        answer = xray.get_insight_summaries(**ask, **({"NextToken": token} if token else {}))
        pages.append([i["InsightId"] for i in answer["InsightSummaries"]])
        token = answer.get("NextToken")
        if token is None:
            break
        assert len(token) <= 100
    assert pages == [[each] for each in ids]

    events = xray.get_insight_events(InsightId=ids[1])["InsightEvents"]
    paged, token = [], None
    while True:
        answer = xray.get_insight_events(InsightId=ids[1], MaxResults=1, **({"NextToken": token} if token else {}))
        paged += answer["InsightEvents"]
        token = answer.get("NextToken")
        if token is None:
            break
    assert paged == events

    xray.create_group(GroupName="other", FilterExpression='service("db")', InsightsConfiguration=ON)
    assert summaries(xray, GroupName="other") == []


def get(server, path: str, **query):
    with urllib.request.urlopen(f"{server.endpoint}{path}?{urllib.parse.urlencode(query)}") as answer:
        return json.load(answer)


def status(server, path: str) -> int:
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(server.endpoint + path)
    return caught.value.code


def test_our_own_reads_tell_more(server, xray, outage):
    going_on, over = summaries(xray)
    listed = get(server, "/api/v1/insights")["Insights"]
    faults = [i for i in listed if i["Kind"] == "fault"]
    assert [i["InsightId"] for i in faults] == [going_on["InsightId"], over["InsightId"]]
    assert faults[1]["Unit"] == "faults/minute" and faults[1]["Worst"] == 8 and faults[1]["Usual"] < 1
    assert faults[1]["Summary"] == over["Summary"]
    assert faults == get(server, "/api/v1/insights", kind="fault", group="Default")["Insights"]
    assert [i["InsightId"] for i in get(server, "/api/v1/insights", state="active")["Insights"]
            if i["Kind"] == "fault"] == [going_on["InsightId"]]
    ask = {"kind": "fault", "limit": 1, "start": int(time.time()) - 86400, "end": int(time.time())}
    page = get(server, "/api/v1/insights", **ask)
    assert page["Insights"] == faults[:1]
    assert get(server, "/api/v1/insights", **ask, token=page["NextToken"]) == {"Insights": faults[1:]}

    one = get(server, f"/api/v1/insights/{over['InsightId']}")
    assert {s["Name"] for s in one["Services"]} == {"front", "db"} and all(s["Score"] > 3 for s in one["Services"])
    events = xray.get_insight_events(InsightId=over["InsightId"])["InsightEvents"]
    assert [e["Summary"] for e in one["Events"]] == [e["Summary"] for e in events]
    for path in ("kind=error", "state=open", "limit=0", "group=none", "other=1"):
        assert status(server, "/api/v1/insights?" + path) == 400
    assert status(server, "/api/v1/insights/none") == 400


def test_a_slow_service_is_an_insight_of_our_own(server, xray):
    end = now_minute() - 1
    slow = range(end - 30, end - 10)
    documents = [segment(trace_id(at), "api", at, 3 if minute in slow else 0.1)
                 for minute in range(end - 90, end) for n in range(12)
                 for at in [minute * MINUTE + n * 5 + 0.1]]
    texts = [json.dumps(document) for document in documents]
    for at in range(0, len(texts), 50):
        assert not xray.put_trace_segments(TraceSegmentDocuments=texts[at:at + 50])["UnprocessedTraceSegments"]
    xray.update_group(GroupName="Default", InsightsConfiguration=ON)
    found = eventually(lambda: get(server, "/api/v1/insights", kind="latency")["Insights"])
    assert len(found) == 1 and found[0]["Categories"] == ["LATENCY"] and found[0]["Unit"] == "seconds"
    assert abs(found[0]["Worst"] - 3) < 0.05 and abs(found[0]["Usual"] - 0.1) < 0.01
    assert found[0]["StartTime"] == slow[0] * MINUTE and found[0]["EndTime"] == (slow[-1] + 1) * MINUTE
    # X-Ray knows faults only.
    assert summaries(xray) == []
    with pytest.raises(ClientError):
        xray.get_insight(InsightId=found[0]["InsightId"])


def test_metrics_of_a_group_are_told_by_the_minute(server, xray, outage):
    first, last, end = outage
    told = get(server, "/api/v1/groups/Default/metrics", start=first * MINUTE, end=last * MINUTE)
    assert told["GroupName"] == "Default" and told["Period"] == 60
    assert [p["Time"] for p in told["Points"]] == [m * MINUTE for m in range(first, last)]
    for point in told["Points"]:
        assert point["ApproximateTraceCount"] == 10 and point["FaultCount"] == 8 and point["OkCount"] == 2
        assert point["ErrorCount"] == point["ThrottleCount"] == 0
        assert point["Percentiles"] == {"P50": 0.2, "P90": 0.2, "P95": 0.2, "P99": 0.2, "Max": 0.2}
    hour = get(server, "/api/v1/groups/Default/metrics", start=first * MINUTE, end=last * MINUTE, period=3600)
    assert sum(p["ApproximateTraceCount"] for p in hour["Points"]) == 200
    assert status(server, "/api/v1/groups/none/metrics") == 400
    assert status(server, "/api/v1/groups/Default/metrics?period=90") == 400
    metrics = eventually(lambda: [
        line for line in urllib.request.urlopen(server.endpoint + "/metrics").read().decode().splitlines()
        if line.startswith("tomograph_group_requests_total{")])
    assert {line.split("{")[1].split("}")[0] for line in metrics} == {
        f'group="Default",outcome="{outcome}"' for outcome in ("ok", "error", "throttle", "fault")}


def tomo_insights(tomo, server, *words) -> str:
    done = subprocess.run([tomo, "insights", *words, "--endpoint", server.endpoint], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_command_line_lists_and_shows(tomo, server, xray, outage):
    over = summaries(xray)[1]
    rows = [line.split("\t") for line in tomo_insights(tomo, server, "--kind", "fault").splitlines()]
    assert rows[0][:6] == ["id", "kind", "state", "group", "root_cause", "type"]
    assert [row[0] for row in rows[1:]] == [i["InsightId"] for i in summaries(xray)]
    assert tomo_insights(tomo, server, "list", "--kind", "fault").splitlines() == ["\t".join(row) for row in rows]
    assert len(json.loads(tomo_insights(tomo, server, "list", "--active", "--kind", "fault", "-o", "json"))) == 1
    story = tomo_insights(tomo, server, "show", over["InsightId"])
    assert over["Summary"] in story and "The insight is closed." in story.splitlines()[-1]
    assert json.loads(tomo_insights(tomo, server, "show", over["InsightId"], "-o", "json"))["Kind"] == "fault"
    assert tomo_insights(tomo, server, "-t", "30m..29m", "-q") == "\t".join(rows[0]) + "\n"


def test_broken_calls_say_what_is_wrong(xray):
    now = time.time()
    at = {"StartTime": now - 60, "EndTime": now}
    known = "00000000-0000-1000-8000-000000000000"
    month = 31 * 86400
    for call, arguments, message in [
        (xray.get_insight_summaries, at, "GroupName or GroupARN is required"),
        (xray.get_insight_summaries, {**at, "GroupName": "none"}, "Group not found"),
        (xray.get_insight_summaries, {**at, "GroupARN": "arn:none"}, "Group not found"),
        (xray.get_insight_summaries, {"StartTime": now, "EndTime": now, "GroupName": "Default"},
         "StartTime must be before EndTime"),
        (xray.get_insight_summaries, {"StartTime": now - month, "EndTime": now, "GroupName": "Default"},
         "StartTime is more than 30 days ago"),
        (xray.get_insight_summaries, {**at, "GroupName": "Default", "States": ["OPEN"]},
         "States may hold ACTIVE or CLOSED"),
        (xray.get_insight_summaries, {**at, "GroupName": "Default", "NextToken": "x"}, "NextToken"),
        (xray.get_insight, {"InsightId": known}, "Insight not found"),
        (xray.get_insight, {"InsightId": known.replace("1", "6")}, "InsightId must be a UUID of version 1 to 5"),
        (xray.get_insight_events, {"InsightId": known}, "Insight not found"),
        (xray.get_insight_events, {"InsightId": "x"}, "InsightId must be a UUID of version 1 to 5"),
        (xray.get_insight_impact_graph, {**at, "InsightId": known}, "Insight not found"),
    ]:
        with pytest.raises(ClientError) as caught:
            call(**arguments)
        error = caught.value.response["Error"]
        assert error["Code"] == "InvalidRequestException"
        assert message in error["Message"], arguments


def test_a_range_of_an_impact_graph_is_at_most_six_hours(xray, outage):
    over = summaries(xray, States=["CLOSED"])[0]
    now = time.time()
    for start, end, message in [(now - 7 * 3600, now, "more than 6 hours"), (now, now - 60, "before EndTime"),
                                (now - 31 * 86400, now - 31 * 86400 + 60, "30 days")]:
        with pytest.raises(ClientError) as caught:
            xray.get_insight_impact_graph(InsightId=over["InsightId"], StartTime=start, EndTime=end)
        assert message in caught.value.response["Error"]["Message"]


def test_insights_survive_a_kill_and_end_when_they_are_switched_off(server, xray, outage):
    before = summaries(xray)
    server.kill()
    server.start()
    again = xray_client(server.endpoint)
    strip = lambda insights: [{k: v for k, v in i.items() if k in ("InsightId", "StartTime", "State", "GroupARN",
                                                                    "RootCauseServiceId")} for i in insights]
    assert strip(summaries(again)) == strip(before)
    again.update_group(GroupName="Default", InsightsConfiguration={"InsightsEnabled": False})
    eventually(lambda: summaries(again, States=["ACTIVE"]) == [])
    closed = summaries(again)[0]
    assert closed["InsightId"] == before[0]["InsightId"] and closed["State"] == "CLOSED"
    events = again.get_insight_events(InsightId=closed["InsightId"])["InsightEvents"]
    assert "insights of the group are off" in events[0]["Summary"]
