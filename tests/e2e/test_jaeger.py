"""Jaeger's query API over what the OpenTelemetry SDK and X-Ray's clients sent, called as Grafana and jaeger-ui call it."""
import json
import time

import pytest
import requests
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from tests.conftest import eventually
from tests.e2e.documents import segment, trace_id
from tests.e2e.test_otlp import checkout, endpoint, request_bytes, service


def get(server, path: str, status: int = 200, **parameters) -> dict:
    answer = requests.get(server.endpoint + path, parameters)
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/json"
    return answer.json()


def names(trace: dict) -> list:
    return sorted(span["operationName"] for span in trace["spans"])


def tags(entity: dict) -> dict:
    return {t["key"]: (t["type"], t["value"]) for t in entity["tags"]}


@pytest.fixture
def sent(server) -> str:
    return checkout(OTLPSpanExporter(endpoint=endpoint(server)))[2:].replace("-", "")


def test_menus_are_filled_with_services_and_operations(server, xray, sent):
    xray.put_trace_segments(TraceSegmentDocuments=[json.dumps(segment(trace_id(), "old-shop"))])
    services = get(server, "/api/services")
    assert services == {"data": ["back", "front", "old-shop"], "total": 3, "limit": 0, "offset": 0, "errors": None}
    assert get(server, "/jaeger/api/v3/services") == {"services": services["data"]}
    assert get(server, "/api/services/front/operations")["data"] == ["GET /checkout", "POST"]
    assert get(server, "/api/services/old-shop/operations")["data"] == ["old-shop"]
    by_kind = get(server, "/api/operations", service="back")["data"]
    assert by_kind == [{"name": "POST /pay", "spanKind": "server"}, {"name": "SELECT orders", "spanKind": "client"}]
    assert get(server, "/api/v3/operations", service="back", span_kind="client") == {"operations": by_kind[1:]}
    assert get(server, "/api/operations", 400)["errors"] == [{"code": 400, "msg": "parameter 'service' is required"}]


def test_a_trace_is_told_in_the_model_of_the_interface(server, sent):
    answer = get(server, f"/api/traces/{sent}")
    [trace] = answer["data"]
    assert (trace["traceID"], trace["warnings"], answer["errors"]) == (sent, None, None)
    spans = {s["operationName"]: s for s in trace["spans"]}
    assert set(spans) == {"GET /checkout", "POST", "POST /pay", "SELECT orders"}
    root, call, paying = spans["GET /checkout"], spans["POST"], spans["POST /pay"]
    assert root["references"] == []
    assert call["references"] == [{"refType": "CHILD_OF", "traceID": sent, "spanID": root["spanID"]}]
    assert paying["references"] == [{"refType": "CHILD_OF", "traceID": sent, "spanID": call["spanID"]}]
    assert trace["processes"][root["processID"]]["serviceName"] == "front"
    process = tags(trace["processes"][root["processID"]])
    assert process["cloud.platform"] == ("string", "aws_ecs") and "service.name" not in process
    its = tags(root)
    assert its["items"] == ("int64", 3) and its["first"] == ("bool", True) and its["tags"] == ("string", '["a","b"]')
    assert its["span.kind"] == ("string", "server") and its["otel.scope.name"] == ("string", "tests")
    failed = tags(paying)
    assert failed["error"] == ("bool", True) and failed["otel.status_code"] == ("string", "ERROR")
    assert failed["otel.status_description"] == ("string", "no money")
    [log] = paying["logs"]
    fields = {f["key"]: f["value"] for f in log["fields"]}
    assert fields["event"] == "exception" and fields["exception.message"] == "card declined"
    assert abs(root["startTime"] / 1e6 - time.time()) < 300 and root["duration"] >= paying["duration"] > 10_000
    missing = get(server, "/api/traces/1234", 404)
    assert missing["data"] is None and missing["errors"] == [{"code": 404, "msg": "trace not found"}]
    assert get(server, "/api/traces/xyz", 400)["errors"][0]["code"] == 400


@pytest.mark.parametrize("is_sealed", [False, True])
def test_search_finds_by_one_span_that_has_all(server, xray, sent, is_sealed):
    old = trace_id()
    xray.put_trace_segments(TraceSegmentDocuments=[json.dumps(
        segment(old, "old-shop", http={"request": {"method": "GET"}, "response": {"status": 404}},
                annotations={"tier": "gold"}))])
    if is_sealed:
        assert server.stop() == 0  # which seals
        server.start()

    def found(**asked) -> list:
        return [t["traceID"] for t in get(server, "/api/traces", **asked)["data"]]

    now = int(time.time() * 1e6)
    for asked in (
            {"service": "front"}, {"service": "back", "operation": "POST /pay"},
            {"service": "front", "tags": json.dumps({"tier": "gold", "items": "3", "first": "true"})},
            {"service": "front", "tag": ["tier:gold", "span.kind:server"]},
            {"service": "front", "tags": json.dumps({"tags": "b"})},
            {"service": "back", "tags": json.dumps({"error": "true", "exception.message": "card declined"})},
            {"service": "front", "tags": json.dumps({"cloud.platform": "aws_ecs"})},
            {"service": "back", "minDuration": "5ms", "maxDuration": "10s"},
            {"service": "front", "start": now - 10**9, "end": now + 10**6, "limit": 20, "lookback": "custom"},
            {"service": "front", "lookback": "1h"}):
        assert found(**asked) == [sent], asked
    for asked in ({"service": "nobody"}, {"service": "front", "operation": "POST /pay"},
                  {"service": "front", "tags": json.dumps({"tier": "gold", "span.kind": "client"})},
                  {"service": "back", "minDuration": "5s"}, {"service": "front", "end": now - 10**9}):
        assert found(**asked) == [], asked
    x_ray = old[2:].replace("-", "")
    assert found(service="old-shop", tags=json.dumps({"http.status_code": "404", "tier": "gold"})) == [x_ray]
    assert set(found(traceID=[sent, x_ray])) == {sent, x_ray}
    for asked, sentence in (({}, "parameter 'service' is required"),
                            ({"service": "a", "tags": "x"}, "tags: tags must be an object"),
                            ({"service": "a", "minDuration": "x"}, "expected a duration"),
                            ({"service": "a", "limit": "100000"}, "limit must be a whole number from 1 to 1500"),
                            ({"service": "a", "lookback": "x"}, "lookback expected a duration")):
        assert sentence in get(server, "/api/traces", 400, **asked)["errors"][0]["msg"]


def test_v3_gives_spans_back_as_they_came(server):
    exporter = InMemorySpanExporter()
    client = service("client", exporter)
    with client.start_as_current_span("ask", kind=SpanKind.CLIENT):
        checkout(exporter)
    spans = exporter.get_finished_spans()
    requests.post(endpoint(server), request_bytes(spans), headers={"Content-Type": "application/x-protobuf"})
    trace = f"{spans[0].get_span_context().trace_id:032x}"
    told = get(server, f"/api/v3/traces/{trace}")
    assert told == get(server, "/api/v3/traces", **{"query.serviceName": "client", "query.operationName": "ask"})
    back = [(r["resource"], s["scope"], span) for r in told["result"]["resourceSpans"] for s in r["scopeSpans"]
            for span in s["spans"]]
    assert {span["spanId"] for _, _, span in back} == {f"{s.get_span_context().span_id:016x}" for s in spans}
    parents = {span["spanId"]: span.get("parentSpanId") for _, _, span in back}
    for span in spans:
        assert parents[f"{span.get_span_context().span_id:016x}"] == (
            f"{span.parent.span_id:016x}" if span.parent else None)
    assert get(server, "/api/v3/traces/12", 404) == {"error": {"httpCode": 404, "message": "trace not found"}}
    assert get(server, "/api/v3/traces", 404, **{"query.service_name": "nobody"})["error"]["message"] == (
        "No traces found")
    # What is exported again is the same trace: nothing was lost on the way out.
    assert requests.post(endpoint(server), json=told["result"]).json() == {}
    assert get(server, f"/api/v3/traces/{trace}") == told


def test_dependencies_are_the_calls_of_the_map(server, sent):
    def calls() -> set:
        data = get(server, "/api/dependencies", endTs=int(time.time() * 1000) + 60_000, lookback=3_600_000)["data"]
        return {(d["parent"], d["child"], d["callCount"]) for d in data}

    eventually(lambda: ("front", "back", 1) in calls())


def test_other_methods_are_refused(server):
    answer = requests.post(server.endpoint + "/api/services")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET")
