"""Filter expressions as people send them: boto3, both AWS CLIs, on traces that are open and on stored ones."""
import json
import time

from tests.conftest import xray_client
from tests.e2e.documents import checkout, segment, trace_id
from tests.e2e.test_aws_cli import aws  # noqa: F401

# The expression, and which of the traces of `sent` it finds.
FILTERS = [
    ("", "checkout page function missing"),
    ("fault", "checkout"),
    ("!fault", "page function missing"),
    ("ok !error", "page function"),
    ("error AND http.status = 404", "missing"),
    ("responsetime > 0.3", "checkout"),
    ("duration >= 1", "function"),
    ("http.url CONTAINS \"/checkout\"", "checkout"),
    ("http.method = \"get\" AND !http.clientip", "page missing"),
    ("user = \"ana\"", "checkout"),
    ("annotation.tier = \"gold\"", "checkout"),
    ("annotation[items] >= 3 AND annotation.tier", "checkout"),
    ("annotation[\"a key\"] = true", "page"),
    ("user = \"Zoë\"", "page"),
    ("service(\"back\") { fault }", "checkout"),
    ("service(id(type: \"AWS::DynamoDB::Table\")) { ok }", "checkout"),
    ("service(id(name: \"thumb\", type: \"AWS::Lambda::Function\"))", "function"),
    ("service(\"thumb\") { root }", "function"),
    ("!service(\"front\")", "function"),
    ("edge(\"front\", \"back\") { http.status = 500 }", "checkout"),
    ("edge(id(type: \"client\"), \"front\") { ok }", "page"),
    ("inferred", "checkout"),
    ("rootcause.fault.exception { message = \"card declined\" }", "checkout"),
    ("rootcause.error.service { first and last and name = front }", "missing"),
    ("rootcause.json = #[{\"Services\": [{\"Name\": \"front\"}, {\"Name\": \"back\"}]}] AND fault", "checkout"),
    ("(fault OR error) AND !(user = \"ana\")", "missing"),
    ("annotation.tier = \"tin\"", ""),
]


def sent(put, now: float) -> dict:
    """Ids of four traces, by name."""
    ids = {name: trace_id(now) for name in ("checkout", "page", "function", "missing")}
    page = segment(ids["page"], "front", now, 0.1, user="Zoë", annotations={"a key": True},
                   http={"request": {"method": "GET", "url": "http://shop/"}, "response": {"status": 200}})
    lambda_ = segment(ids["function"], "thumb", now, 0.2, origin="AWS::Lambda")
    function = segment(ids["function"], "thumb", now + 0.1, 1.5, origin="AWS::Lambda::Function",
                       parent_id=lambda_["id"])
    missing = segment(ids["missing"], "front", now, 0.05, error=True,
                      http={"request": {"method": "GET", "url": "http://shop/x"}, "response": {"status": 404}})
    put([*checkout(ids["checkout"], now), *map(json.dumps, (page, lambda_, function, missing))])
    return ids


def expected(ids: dict, names: str) -> set:
    return {ids[name] for name in names.split()}


def found(xray, now: float, expression: str) -> set:
    pages = xray.get_paginator("get_trace_summaries").paginate(
        StartTime=now - 60, EndTime=now + 60, **({"FilterExpression": expression} if expression else {}))
    return {summary["Id"] for page in pages for summary in page["TraceSummaries"]}


def test_boto3_finds_what_each_filter_asks_for_before_and_after_a_restart(server):
    now = time.time() - 5

    def put(documents):
        answer = xray_client(server.endpoint).put_trace_segments(TraceSegmentDocuments=documents)
        assert answer["UnprocessedTraceSegments"] == []

    ids = sent(put, now)

    def check():
        xray = xray_client(server.endpoint)
        for expression, names in FILTERS:
            assert found(xray, now, expression) == expected(ids, names), expression

    check()
    assert server.stop() == 0  # which seals
    server.start()
    check()


def test_the_command_line_tools_find_what_a_filter_asks_for(aws):  # noqa: F811
    now = time.time() - 5
    ids = sent(lambda documents: aws("put-trace-segments", "--trace-segment-documents", *documents), now)
    window = ["--start-time", str(int(now) - 60), "--end-time", str(int(now) + 60)]
    # A command takes about a second: one filter of each kind.
    for expression, names in FILTERS[5:26:5]:
        summaries = aws("get-trace-summaries", *window, "--filter-expression", expression)["TraceSummaries"]
        assert {summary["Id"] for summary in summaries} == expected(ids, names), expression
