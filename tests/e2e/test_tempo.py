"""Tempo's query API over what the OpenTelemetry SDK and X-Ray's clients sent, called as Grafana's data source calls it."""
import base64
import json
import time

import pytest
import requests
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tests.e2e.documents import segment, trace_id
from tests.e2e.test_otlp import checkout, endpoint, request_bytes


def get(server, path: str, status: int = 200, **parameters) -> dict:
    answer = requests.get(f"{server.endpoint}/tempo{path}", parameters)
    assert answer.status_code == status, answer.text
    return answer.json() if status == 200 else {"error": answer.text}


def search(server, query: str, **parameters) -> list:
    answer = get(server, "/api/search", q=query, **parameters)
    assert answer["metrics"]["completedJobs"] == 1
    return answer["traces"]


@pytest.fixture
def sent(server) -> str:
    return checkout(OTLPSpanExporter(endpoint=endpoint(server)))[2:].replace("-", "")


def test_grafana_finds_a_tempo(server):
    for path, text in (("/api/echo", "echo"), ("/ready", "ready")):
        answer = requests.get(server.endpoint + "/tempo" + path)
        assert (answer.status_code, answer.text) == (200, text)
    assert get(server, "/api/status/buildinfo")["version"] == "2.6.0"
    assert requests.get(server.endpoint + "/api/echo").text == "echo"


def test_a_trace_comes_back_in_protobuf_as_it_came(server):
    exporter = InMemorySpanExporter()
    checkout(exporter)
    request = request_bytes(exporter.get_finished_spans())
    requests.post(endpoint(server), request, headers={"Content-Type": "application/x-protobuf"})

    def spans_of(data: bytes) -> dict:
        return {span.span_id: (sorted(map(str, r.resource.attributes)), s.scope.name, s.scope.version,
                               sorted(map(str, span.attributes)), span.name, span.kind, span.parent_span_id,
                               span.start_time_unix_nano, span.end_time_unix_nano, str(span.events), str(span.links),
                               str(span.status), span.flags, span.trace_id)
                for r in TracesData.FromString(data).resource_spans for s in r.scope_spans for span in s.spans}

    came = spans_of(request)
    trace = next(iter(came.values()))[-1].hex()
    accept = {"Accept": "application/protobuf"}
    answer = requests.get(f"{server.endpoint}/api/traces/{trace}?start=0&end=2000000000", headers=accept)
    assert answer.headers["Content-Type"] == "application/protobuf"
    assert spans_of(answer.content) == came
    second = requests.get(f"{server.endpoint}/api/v2/traces/{trace}", headers=accept).content
    assert TracesData.FromString(second).resource_spans  # field 1 of TraceByIDResponse, which is the trace
    assert answer.content in second
    told = get(server, f"/api/traces/{trace}")
    [front] = [b for b in told["batches"] if b["resource"]["attributes"][0]["value"] != {"stringValue": ""}
               and any(a["value"] == {"stringValue": "front"} for a in b["resource"]["attributes"])]
    span = front["scopeSpans"][0]["spans"][0]
    assert base64.b64decode(span["traceId"]).hex() == trace and span["kind"] == "SPAN_KIND_SERVER"
    assert get(server, f"/api/v2/traces/{trace}")["trace"]["resourceSpans"] == told["batches"]
    assert get(server, "/api/v2/traces/12", 404) == {"error": "trace not found"}


@pytest.mark.parametrize("is_sealed", [False, True])
def test_traceql_finds_traces_and_their_spans(server, sent, is_sealed):
    if is_sealed:
        assert server.stop() == 0  # which seals
        server.start()
    [found] = search(server, '{ resource.service.name = "back" && status = error }', limit=20, spss=10,
                     start=int(time.time()) - 600, end=int(time.time()) + 1)
    assert (found["traceID"], found["rootServiceName"], found["rootTraceName"]) == (sent, "front", "GET /checkout")
    assert found["spanSets"] == [found["spanSet"]] and found["spanSet"]["matched"] == 1
    [span] = found["spanSet"]["spans"]
    assert span["name"] == "POST /pay" and int(span["durationNanos"]) >= 10_000_000
    assert span["attributes"] == [{"key": "service.name", "value": {"stringValue": "back"}}]
    assert found["serviceStats"] == {"back": {"spanCount": 2, "errorCount": 1}, "front": {"spanCount": 2}}
    assert abs(int(found["startTimeUnixNano"]) / 1e9 - time.time()) < 300

    def matched(query: str) -> int:
        return sum(t["spanSet"]["matched"] for t in search(server, query))

    for query, count in (
            ("{}", 4), ("{ true }", 4), ('{ name = "POST" }', 1), ('{ name != "POST" }', 3), ('{ name =~ "POST.*" }', 2),
            ('{ name =~ "POST|SELECT orders" }', 2), ('{ name !~ ".*o.*" }', 2), ("{ kind = client }", 2),
            ("{ span:kind = server && span:status = unset }", 1), ("{ .items = 3 }", 1), ("{ .items != 4 }", 1),
            ("{ span.items > 2.5 && span.items <= 3 }", 1), ("{ .first }", 1), ("{ .first = false }", 0),
            ('{ .tier = "gold" } && { resource.service.name = "back" }', 3), ("{ .nothing != nil }", 0),
            ("{ .tier = nil }", 3), ('{ .tags = "b" }', 1), ("{ duration > 5ms && kind = client }", 2),
            ("{ duration > 5s } || { .items = 3 }", 1), ("{ traceDuration < 10s && kind = server }", 2),
            ('{ rootName = "GET /checkout" && rootServiceName = "front" && .db.system.name = "postgresql" }', 1),
            ('{ rootName = "other" && kind = server }', 0), ('{ event.exception.message = "card declined" }', 1),
            ('{ event:name = "exception" }', 1), ('{ instrumentation:name = "tests" }', 4),
            ('{ resource.cloud.platform = "aws_ecs" }', 2), ('{ statusMessage = "no money" }', 1),
            ("{ span.http.response.status_code >= 500 } | count() > 1", 2),
            ("{ span.http.response.status_code >= 500 } | count() > 2", 0)):
        assert matched(query) == count, query
    [found] = search(server, '{ name = "GET /checkout" } | select(span.tier, resource.service.version, .items)')
    assert {a["key"]: a["value"] for a in found["spanSet"]["spans"][0]["attributes"]} == {
        "tier": {"stringValue": "gold"}, "service.version": {"stringValue": "1.2"}, "items": {"intValue": "3"}}


def test_what_traceql_cannot_say_here_is_refused_with_its_place(server):
    for query, error in (("{ a }", "column 5: expected a comparison"), ("{ .a = }", "column 8: expected a value"),
                         ("{ .a = 1 } >> { .b = 2 }", "column 12: '>>' between spansets is not served"),
                         ("{ .a = 1 } | rate()", "column 14: of pipelines count() and select() are served"),
                         ("{ nestedSetParent < 0 }", "column 3: this intrinsic or scope is not served"),
                         ('{ name =~ "[a-z]" }', "column 11: '[' is not served in regular expressions")):
        assert get(server, "/api/search", 400, q=query)["error"].startswith(error), query
    assert get(server, "/api/search", 400, limit=10**6)["error"] == "limit must be a whole number from 1 to 1500"
    assert get(server, "/api/search", 400, tags="x")["error"].startswith("tags must be")


@pytest.mark.parametrize("is_sealed", [False, True])
def test_tags_are_searched_and_listed(server, xray, sent, is_sealed):
    x_ray = trace_id()
    xray.put_trace_segments(TraceSegmentDocuments=[json.dumps(segment(x_ray, "old-shop", annotations={"tier": "gold"}))])
    if is_sealed:
        assert server.stop() == 0
        server.start()
    both = {sent, x_ray[2:].replace("-", "")}

    def found(**asked) -> set:
        return {t["traceID"] for t in get(server, "/api/search", **asked)["traces"]}

    assert found(tags="tier=gold") == both
    assert found(tags='service.name="front" http.response.status_code=502 name="GET /checkout"') == {sent}
    assert found(tags="tier=gold", minDuration="1h") == set() and found() == both
    scopes = {s["name"]: s["tags"] for s in get(server, "/api/v2/search/tags")["scopes"]}
    assert {"service.name", "cloud.platform"} <= set(scopes["resource"]) and "exception.type" in scopes["event"]
    assert {"tier", "tags", "items", "db.query.text"} <= set(scopes["span"]) and "rootName" in scopes["intrinsic"]
    [only] = get(server, "/api/v2/search/tags", scope="resource")["scopes"]
    assert only["name"] == "resource"
    assert {"tier", "service.name"} <= set(get(server, "/api/search/tags")["tagNames"])

    def values(tag: str, **asked) -> list:
        return [(v["type"], v["value"]) for v in get(server, f"/api/v2/search/tag/{tag}/values", **asked)["tagValues"]]

    assert values("resource.service.name") == [("string", "back"), ("string", "front"), ("string", "old-shop")]
    assert values("span.items") == [("int", "3")] and values(".first") == [("bool", "true")]
    assert values("span.tags") == [("string", "a"), ("string", "b")]
    assert values("status")[0] == ("keyword", "error")
    assert ("string", "POST /pay") in values("name")
    assert values("span.tier", q='{ resource.service.name = "nobody" }') == []
    assert get(server, "/api/search/tag/tier/values") == {"tagValues": ["gold"]}


def test_every_surface_tells_the_same_trace(server, xray, sent):
    """Ids, parents and durations through Jaeger old and v3, and Tempo v1 and v2; X-Ray's documents have every id."""
    front = json.loads(xray.batch_get_traces(TraceIds=[sent])["Traces"][0]["Segments"][0]["Document"])
    call = {"id": "1234567890abcdef", "name": "old-back", "namespace": "remote", "start_time": front["start_time"],
            "end_time": front["end_time"]}
    old = segment(f"1-{sent[:8]}-{sent[8:]}", "old-front", parent_id=front["id"], subsegments=[call])
    xray.put_trace_segments(TraceSegmentDocuments=[json.dumps(old)])

    def otlp(resource_spans: list, read_id) -> set:
        return {(read_id(s["spanId"]), read_id(s.get("parentSpanId", "")),
                 (int(s["endTimeUnixNano"]) - int(s["startTimeUnixNano"])) // 1000)
                for r in resource_spans for scope in r["scopeSpans"] for s in scope["spans"]}

    [legacy] = requests.get(f"{server.endpoint}/api/traces/{sent}").json()["data"]
    told = {(s["spanID"], next((r["spanID"] for r in s["references"]), ""), s["duration"]) for s in legacy["spans"]}
    third = requests.get(f"{server.endpoint}/api/v3/traces/{sent}").json()["result"]["resourceSpans"]
    assert told == otlp(third, str) and len(told) == 6
    first = get(server, f"/api/traces/{sent}")["batches"]
    second = get(server, f"/api/v2/traces/{sent}")["trace"]["resourceSpans"]
    assert told == otlp(first, lambda i: base64.b64decode(i).hex()) == otlp(second, lambda i: base64.b64decode(i).hex())

    def ids(document: dict) -> set:
        return {document["id"]}.union(*(ids(d) for d in document.get("subsegments", [])))

    shown = xray.batch_get_traces(TraceIds=[sent])["Traces"][0]["Segments"]
    assert {i for i, _, _ in told} <= set().union(*(ids(json.loads(s["Document"])) for s in shown))
