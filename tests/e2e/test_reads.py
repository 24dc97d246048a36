"""The reads of traces, graphs and statistics, seen by the current boto3."""
import json
import time

import pytest
from botocore.exceptions import ClientError

from tests.e2e.documents import checkout, trace_id


def series(xray, now, **more) -> list:
    pages = xray.get_paginator("get_time_series_service_statistics").paginate(
        StartTime=now - 120, EndTime=now + 60, **more)
    return [point for page in pages for point in page["TimeSeriesServiceStatistics"]]


def test_a_time_series_counts_what_the_graph_counts(xray):
    now = time.time() - 5
    for _ in range(3):
        documents = checkout(trace_id(now), now)
        assert xray.put_trace_segments(TraceSegmentDocuments=documents)["UnprocessedTraceSegments"] == []

    clients = series(xray, now)
    assert sum(p["EdgeSummaryStatistics"]["FaultStatistics"]["TotalCount"] for p in clients) == 3
    for point in clients:
        assert "ServiceSummaryStatistics" not in point and point["Timestamp"].timestamp() % 60 == 0
        assert point["EdgeSummaryStatistics"]["ErrorStatistics"] == {
            "ThrottleCount": 0, "OtherCount": 0, "TotalCount": 0}
        assert sum(h["Count"] for h in point["ResponseTimeHistogram"]) == point["EdgeSummaryStatistics"]["TotalCount"]

    table = series(xray, now, EntitySelectorExpression='id(name: "orders", type: "AWS::DynamoDB::Table")', Period=300)
    assert sum(p["ServiceSummaryStatistics"]["OkCount"] for p in table) == 3
    assert series(xray, now, EntitySelectorExpression='edge("front", "back")', GroupName="Default")
    assert series(xray, now, EntitySelectorExpression='service("nobody")') == []
    # A filter before a selector, as Grafana sends the one of a group.
    found = series(xray, now, EntitySelectorExpression='fault AND service("orders")')
    assert sum(p["ServiceSummaryStatistics"]["TotalCount"] for p in found) == 3


def test_an_event_that_waited_in_a_queue_has_a_link_edge_with_its_age(xray):
    now = time.time() - 5
    sent, received = trace_id(now), trace_id(now)
    url = "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs"
    documents = [
        {"trace_id": sent, "id": "00000000000000a1", "name": "shop", "start_time": now - 4, "end_time": now - 3,
         "subsegments": [{"id": "00000000000000a2", "name": "SQS", "namespace": "aws", "start_time": now - 4,
                          "end_time": now - 3, "aws": {"operation": "SendMessage", "queue_url": url}}]},
        {"trace_id": received, "id": "00000000000000b1", "name": "worker", "origin": "AWS::Lambda::Function",
         "start_time": now, "end_time": now + 1,
         "links": [{"trace_id": sent, "id": "00000000000000a2", "attributes": {
             "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:jobs",
             "SentTimestamp": str(round((now - 3) * 1000))}}]},
    ]
    refused = xray.put_trace_segments(TraceSegmentDocuments=[json.dumps(each) for each in documents])
    assert refused["UnprocessedTraceSegments"] == []
    for graph in (xray.get_service_graph(StartTime=now - 60, EndTime=now + 60),
                  xray.get_trace_graph(TraceIds=[sent, received])):
        services = {service["ReferenceId"]: service for service in graph["Services"]}
        queue, = (service for service in services.values() if service["Name"] == url)
        edge, = queue["Edges"]
        assert queue["State"] == "unknown" and services[edge["ReferenceId"]]["Name"] == "worker"
        assert edge["EdgeType"] == "link" and edge["ResponseTimeHistogram"] == []
        age, = edge["ReceivedEventAgeHistogram"]
        assert age["Count"] == 1 and 2.9 < age["Value"] < 3.1


def test_a_forecast_says_how_many_faults_were_to_be_expected(xray):
    now = time.time() - 5
    for minutes in range(30):
        at = now - 60 * minutes
        refused = xray.put_trace_segments(TraceSegmentDocuments=checkout(trace_id(at), at))
        assert refused["UnprocessedTraceSegments"] == []
    pages = xray.get_paginator("get_time_series_service_statistics").paginate(
        StartTime=now - 300, EndTime=now + 60, ForecastStatistics=True,
        EntitySelectorExpression='id(name: "orders", type: "AWS::DynamoDB::Table")')
    points = [point for page in pages for point in page["TimeSeriesServiceStatistics"]]
    assert len(points) >= 5
    for point in points:
        assert point["ServiceForecastStatistics"] == {"FaultCountHigh": 3, "FaultCountLow": 0}


@pytest.mark.parametrize("members, message", [
    ({"StartTime": 20, "EndTime": 10}, "StartTime"),
    ({"Period": 59}, "Period"),
    ({"GroupName": "mine"}, "Group not found"),
    ({"EntitySelectorExpression": "service("}, "Invalid selector expression"),
    ({"ForecastStatistics": True}, "ForecastStatistics"),
])
def test_a_bad_time_series_is_refused(xray, members, message):
    with pytest.raises(ClientError) as refused:
        xray.get_time_series_service_statistics(**{"StartTime": 1, "EndTime": 100, **members})
    assert refused.value.response["Error"]["Code"] == "InvalidRequestException"
    assert message in refused.value.response["Error"]["Message"]
