"""The reads of traces, graphs and statistics, seen by the current boto3."""
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
