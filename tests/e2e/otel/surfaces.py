"""One story (story.py) as every surface tells it: the map, the AWS CLI, and the APIs of Jaeger and Tempo, in equal counts.

Each function takes the server and what a program says it made, and compares with the story.
"""
import base64
import collections
import csv
import dataclasses
import io
import json
import os
import pathlib
import subprocess
import sys
import time

import requests
from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from tests.conftest import eventually, xray_client
from tests.e2e.otel.story import SERVICES, Span, Story

STACK_FUNCTION = "charge"  # where each program throws its exceptions
AWS = os.path.join(os.path.dirname(sys.executable), "aws")


@dataclasses.dataclass
class Sent:
    """A story as one program made it."""
    story: Story
    ids: dict[str, tuple[str, str]]  # of each key: trace and span, in hex
    exception: str  # what its language calls the exception

    @property
    def by_id(self) -> dict[str, Span]:
        spans = self.story.spans()
        return {self.ids[key][1]: span for key, span in spans.items()}

    @property
    def traces(self) -> dict[str, set[str]]:
        """The ids of the spans of each trace."""
        told = collections.defaultdict(set)
        for trace, span in self.ids.values():
            told[trace].add(span)
        return told

    def parent(self, span: Span) -> str:
        return self.ids[span.parent][1] if span.parent else ""


def run_story(command: list[str], server, protocol: str, folder: pathlib.Path, exception: str,
              story: Story = Story(), endpoint: str | None = None) -> Sent:
    """Has a program make the story and export it.

    protocol  as OTEL_EXPORTER_OTLP_PROTOCOL
    endpoint  where to; else the server's own listener for the protocol
    """
    story = dataclasses.replace(story, instance=protocol)
    path = folder / "story.json"
    path.write_text(json.dumps(story.told()))
    listener = "otlp_grpc" if protocol == "grpc" else "otlp_http"
    environment = {**os.environ, "OTEL_EXPORTER_OTLP_PROTOCOL": protocol, "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip",
                   "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint or f"http://{server.addresses[listener]}",
                   "OTEL_METRICS_EXPORTER": "otlp" if "metrics" in story.signals else "none",
                   "OTEL_LOGS_EXPORTER": "otlp" if "logs" in story.signals else "none"}
    done = subprocess.run([*command, str(path)], env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "rror" not in done.stderr and "ailed" not in done.stderr, done.stderr
    ids = {made["key"]: (made["trace"], made["span"]) for made in json.loads(done.stdout)}
    assert set(ids) == set(story.spans())
    return Sent(story, ids, exception)


def check_everywhere(server, *sent: Sent):
    """All that was sent is there, whole and once, in each of the surfaces."""
    check_map(server, sent)
    for each in sent:
        check_summaries(server, each)
        check_documents(server, each)
        check_jaeger(server, each)
        check_tempo(server, each)
    check_searches(server, sent)
    if all("logs" in each.story.signals for each in sent):
        check_lines(server, sent)
    if all("metrics" in each.story.signals for each in sent):
        check_metrics(server, sent)


# --- the map


def expected_edges(sent: tuple[Sent, ...]) -> dict[tuple[str, str], tuple[int, int]]:
    """Calls and faults of each edge."""
    rounds = sum(each.story.rounds for each in sent)
    failed = sum(len(each.story.failed()) for each in sent)
    return {("storefront/client", "storefront/AWS::ECS::Fargate"): (rounds, failed),
            ("storefront/AWS::ECS::Fargate", "payment/"): (rounds, failed),
            ("storefront/AWS::ECS::Fargate", "orders/remote"): (rounds, 0),
            ("payment/", "shop@db.example/Database::SQL"): (rounds, 0),
            ("worker/client", "worker/"): (rounds, 0)}


def window() -> dict:
    return {"StartTime": time.time() - 600, "EndTime": time.time() + 60}


def check_map(server, sent: tuple[Sent, ...]):
    wanted = expected_edges(sent)
    xray = xray_client(server.endpoint)

    def graph() -> dict:
        services = xray.get_service_graph(**window())["Services"]
        names = {s["ReferenceId"]: f"{s['Name']}/{s.get('Type', '')}" for s in services}
        return {(names[s["ReferenceId"]], names[e["ReferenceId"]]): (
            e["SummaryStatistics"]["TotalCount"], e["SummaryStatistics"]["FaultStatistics"]["TotalCount"])
            for s in services for e in s["Edges"] if e.get("EdgeType") != "link"}

    try:
        eventually(lambda: graph() == wanted)
    except AssertionError:
        assert graph() == wanted
    nodes = {s["ReferenceId"]: s for s in xray.get_service_graph(**window())["Services"]}
    links = [(node["Name"], nodes[edge["ReferenceId"]]["Name"]) for node in nodes.values() for edge in node["Edges"]
             if edge.get("EdgeType") == "link"]
    assert links == [("orders", "worker")]  # the queue, which the storefront calls
    services = {s["Name"]: s for s in xray.get_service_graph(**window())["Services"] if s.get("Type") != "client"}
    assert services["payment"]["SummaryStatistics"]["TotalCount"] == wanted["payment/", "shop@db.example/Database::SQL"][0]
    shown = subprocess.run([server.tomo, "map", "-t", "10m", "-o", "csv", "--endpoint", server.endpoint],
                           capture_output=True, text=True, timeout=60)
    assert shown.returncode == 0, shown.stderr
    rows = [row for row in csv.DictReader(io.StringIO(shown.stdout)) if row["kind"] == "call"]
    assert {(f"{r['source']}/{r['source_type']}", f"{r['target']}/{r['target_type']}"):
            (int(r["requests"]), int(r["fault"])) for r in rows} == wanted


# --- X-Ray


def aws(server, *arguments: str) -> dict:
    environment = {"PATH": os.environ["PATH"], "HOME": str(server.data_dir.parent), "AWS_DEFAULT_REGION": "eu-west-1",
                   "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "LC_ALL": "C.UTF-8",
                   "AWS_EC2_METADATA_DISABLED": "true"}
    done = subprocess.run([AWS, "xray", *arguments, "--endpoint-url", server.endpoint, "--output", "json"],
                          env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def spelled(trace: str) -> str:
    return f"1-{trace[:8]}-{trace[8:]}"


def check_summaries(server, sent: Sent):
    now = int(time.time())
    found = aws(server, "get-trace-summaries", "--start-time", str(now - 600), "--end-time", str(now + 60))
    mine = {s["Id"]: s for s in found["TraceSummaries"] if s["Id"] in map(spelled, sent.traces)}
    assert set(mine) == set(map(spelled, sent.traces))
    for i in range(sent.story.rounds):
        fails = i in sent.story.failed()
        summary = mine[spelled(sent.ids[f"{i}/root"][0])]
        assert (summary["HasFault"], summary["HasError"], summary["IsPartial"]) == (fails, False, False)
        assert summary["Http"]["HttpStatus"] == (502 if fails else 200)
        assert summary["Annotations"]["tier"][0]["AnnotationValue"] == {"StringValue": "gold"}
        assert summary["Annotations"]["round"][0]["AnnotationValue"] == {"NumberValue": i}
        assert [user["UserName"] for user in summary["Users"]] == ["ana"]
        assert {s["Name"] for s in summary["ServiceIds"]} >= {"storefront", "payment", "orders", "shop@db.example"}
        causes = [[s["Name"] for s in cause["Services"]] for cause in summary.get("FaultRootCauses", [])]
        assert causes == ([["storefront", "payment"]] if fails else [])
        if fails:
            [exception] = summary["FaultRootCauses"][0]["Services"][-1]["EntityPath"][-1]["Exceptions"]
            assert exception == {"Name": sent.exception, "Message": "card declined"}


def flat(document: dict) -> list[dict]:
    return [document, *(each for inner in document.get("subsegments", []) for each in flat(inner))]


def by_fives(sent: Sent) -> list[list[str]]:
    """The traces, spelled X-Ray's way, as many at a time as BatchGetTraces takes."""
    traces = list(map(spelled, sent.traces))
    return [traces[first:first + 5] for first in range(0, len(traces), 5)]


def documents_of(trace: dict) -> list[dict]:
    """What was sent of a trace that BatchGetTraces told, subsegments too."""
    return [d for s in trace["Segments"] for d in flat(json.loads(s["Document"])) if not d.get("inferred")]


def is_whole(server, sent: Sent) -> bool:
    """Whether each span is there: a trace is found from its first one on."""
    xray = xray_client(server.endpoint)
    found = sum(len(documents_of(trace)) for asked in by_fives(sent)
                for trace in xray.batch_get_traces(TraceIds=asked)["Traces"])
    return found == len(sent.ids)


def check_documents(server, sent: Sent):
    spans = sent.by_id
    for asked in by_fives(sent):
        traces = aws(server, "batch-get-traces", "--trace-ids", *asked)["Traces"]
        assert {t["Id"] for t in traces} == set(asked)
        for trace in traces:
            documents = documents_of(trace)
            assert sorted(d["id"] for d in documents) == sorted(sent.traces[trace["Id"][2:].replace("-", "")])
            for document in documents:
                check_document(document, spans[document["id"]], sent)


def check_document(document: dict, span: Span, sent: Sent):
    scalars = {k: v for k, v in span.attributes.items() if not isinstance(v, list)}
    assert document["annotations"] == scalars
    assert document["otel"].get("attributes", {}) == {k: v for k, v in span.attributes.items() if isinstance(v, list)}
    assert document.get("parent_id", "") == sent.parent(span)
    assert document.get("fault", False) == (span.status is not None or span.key.endswith("root")
                                            and span.attributes["http.response.status_code"] == 502)
    assert [(link["trace_id"], link["id"]) for link in document.get("links", [])] == [
        (spelled(sent.ids[key][0]), sent.ids[key][1]) for key, _ in span.links]
    if span.exception:
        [exception] = document["cause"]["exceptions"]
        assert (exception["type"], exception["message"]) == (sent.exception, span.exception)
        assert any(STACK_FUNCTION in frame["label"] and frame["line"] > 0 and "." in frame["path"]
                   for frame in exception["stack"])


# --- OTLP's model, as Jaeger's third API and Tempo give it


def value_of(told: dict):
    [(kind, value)] = told.items()
    if kind == "arrayValue":
        return [value_of(each) for each in value.get("values", [])]
    return {"intValue": int, "doubleValue": float}.get(kind, lambda as_is: as_is)(value)


def attributes_of(told: dict) -> dict:
    return {a["key"]: value_of(a["value"]) for a in told.get("attributes", [])}


def same(a, b) -> bool:
    """Equal, and of the same types: True is not 1, and 3 not 3.0."""
    return a == b and repr(a) == repr(b)


def check_otlp(resource_spans: list, sent: Sent, trace: str, kind_of=lambda kind: kind, id_of=lambda text: text):
    kinds = ["unspecified", "internal", "server", "client", "producer", "consumer"]
    seen = []
    for resource in resource_spans:
        its = attributes_of(resource["resource"])
        for scope in resource["scopeSpans"]:
            assert scope["scope"]["name"] == "story" and scope["scope"].get("version") == "0.1"
            for told in scope["spans"]:
                span = sent.by_id[id_of(told["spanId"])]
                seen.append(id_of(told["spanId"]))
                assert id_of(told["traceId"]) == trace
                assert id_of(told.get("parentSpanId", "")) == sent.parent(span)
                assert {"service.name": span.service, **SERVICES[span.service]}.items() <= its.items()
                assert (told["name"], kinds[kind_of(told["kind"])]) == (span.name, span.kind)
                check_attributes(attributes_of(told), span.attributes)
                check_events(told, span, sent)
                check_links(told, span, sent, id_of)
                status = told.get("status", {})
                assert status.get("code", 0) in ((2, "STATUS_CODE_ERROR") if span.status is not None else
                                                 (0, "STATUS_CODE_UNSET"))
                assert status.get("message", "") == (span.status or "")
                assert 0 <= int(told["endTimeUnixNano"]) - int(told["startTimeUnixNano"]) < 60 * 10**9
    assert sorted(seen) == sorted(sent.traces[trace])


def check_attributes(told: dict, wanted: dict):
    assert set(told) == set(wanted)
    for key, value in wanted.items():
        assert same(told[key], value), (key, told[key], value)


def check_events(told: dict, span: Span, sent: Sent):
    events = [(e["name"], attributes_of(e)) for e in told.get("events", []) if e["name"] != "exception"]
    assert [name for name, _ in events] == [name for name, _ in span.events]
    for (_, said), (_, wanted) in zip(events, span.events):
        check_attributes(said, wanted)
    exceptions = [attributes_of(e) for e in told.get("events", []) if e["name"] == "exception"]
    assert len(exceptions) == (1 if span.exception else 0)
    for exception in exceptions:
        assert exception["exception.message"] == span.exception and exception["exception.type"] == sent.exception
        assert STACK_FUNCTION in exception["exception.stacktrace"]


def check_links(told: dict, span: Span, sent: Sent, id_of):
    links = told.get("links", [])
    assert [(id_of(link["traceId"]), id_of(link["spanId"])) for link in links] == [sent.ids[key] for key, _ in span.links]
    for link, (_, wanted) in zip(links, span.links):
        check_attributes(attributes_of(link), wanted)


# --- Jaeger


def get(server, path: str, **options) -> requests.Response:
    answer = requests.get(server.endpoint + path, **options)
    assert answer.status_code == 200, answer.text
    return answer


def check_jaeger(server, sent: Sent):
    for trace, ids in sent.traces.items():
        check_otlp(get(server, f"/api/v3/traces/{trace}").json()["result"]["resourceSpans"], sent, trace)
        [told] = get(server, f"/api/traces/{trace}").json()["data"]
        assert sorted(s["spanID"] for s in told["spans"]) == sorted(ids)
        for shown in told["spans"]:
            span = sent.by_id[shown["spanID"]]
            assert shown["operationName"] == span.name
            assert told["processes"][shown["processID"]]["serviceName"] == span.service
            parents = [r["spanID"] for r in shown["references"] if r["refType"] == "CHILD_OF"]
            assert parents == ([sent.parent(span)] if span.parent else [])
            tags = {t["key"]: (t["type"], t["value"]) for t in shown["tags"]}
            assert tags["span.kind"] == ("string", span.kind)
            assert ("error" in tags) == (span.status is not None)
            for key, value in span.attributes.items():
                check_tag(tags[key], value)
            assert len(shown["logs"]) == len(span.events) + (1 if span.exception else 0)


def check_tag(tag: tuple[str, object], value):
    if isinstance(value, list):  # Jaeger's tags are no lists: their JSON
        assert tag[0] == "string" and json.loads(tag[1]) == value
    else:
        assert tag == ({bool: "bool", int: "int64", float: "float64", str: "string"}[type(value)], value)


# --- Tempo


def check_tempo(server, sent: Sent):
    protobuf = {"Accept": "application/protobuf"}
    for trace in sent.traces:
        first = get(server, f"/tempo/api/traces/{trace}", headers=protobuf).content
        data = TracesData.FromString(first)
        check_otlp(plain(data), sent, trace)
        second = get(server, f"/tempo/api/v2/traces/{trace}", headers=protobuf).content
        assert first in second  # field 1 of TraceByIDResponse


def plain(data: TracesData) -> list:
    """As OTLP's own JSON has it, which protobuf's does not: ids in hex."""
    def with_hex(told):
        if isinstance(told, list):
            return [with_hex(each) for each in told]
        if not isinstance(told, dict):
            return told
        return {key: base64.b64decode(value).hex() if key in ("traceId", "spanId", "parentSpanId") else
                with_hex(value) for key, value in told.items()}

    return with_hex(MessageToDict(data, use_integers_for_enums=True))["resourceSpans"]


# --- searches of all three, over all that was sent


def check_searches(server, sent: tuple[Sent, ...]):
    xray = xray_client(server.endpoint)
    rounds = sum(each.story.rounds for each in sent)
    failed = sum(len(each.story.failed()) for each in sent)

    def summaries(expression: str) -> int:
        pages = xray.get_paginator("get_trace_summaries").paginate(**window(), FilterExpression=expression)
        return sum(len(page["TraceSummaries"]) for page in pages)

    def jaeger(**asked) -> int:
        return len(get(server, "/api/traces", params={**asked, "limit": 1500, "lookback": "1h"}).json()["data"])

    def tempo(query: str) -> tuple[int, int]:
        found = get(server, "/tempo/api/search", params={"q": query, "limit": 1500, "spss": 100}).json()["traces"]
        return len(found), sum(t["spanSet"]["matched"] for t in found)

    assert summaries("") == 2 * rounds and summaries('service("payment") { fault }') == failed
    assert summaries('annotation[tier] = "gold" AND service("orders")') == rounds
    assert summaries('service("worker")') == rounds and summaries('annotation[x-tenant] = "t-1"') == rounds
    assert jaeger(service="storefront") == jaeger(service="worker") == rounds
    assert jaeger(service="payment", tags=json.dumps({"error": "true"})) == failed
    assert jaeger(service="payment", tags=json.dumps({"exception.message": "card declined"})) == failed
    assert jaeger(service="storefront", operation="render", tags=json.dumps({"tags": "y"})) == rounds
    assert jaeger(service="storefront", tags=json.dumps({"x-tenant": "t-1", "numbers": "-2"})) == rounds
    assert tempo("{}") == (2 * rounds, 8 * rounds)
    assert tempo('{ resource.service.name = "payment" && status = error }') == (failed, failed)
    assert tempo('{ event.exception.message = "card declined" }') == (failed, failed)
    assert tempo('{ span.tier = "gold" && .ratio = 2.5 && resource.cloud.platform = "aws_ecs" }') == (rounds, rounds)
    assert tempo("{ kind = consumer } || { kind = producer }") == (2 * rounds, 2 * rounds)
    assert tempo('{ link.place = 1 }') == (rounds, rounds)
    assert tempo('{ event:name = "cache miss" && event.size = 3 }') == (rounds, rounds)
    calls = {(d["parent"], d["child"]): d["callCount"] for d in get(
        server, "/api/dependencies", params={"endTs": int(time.time() * 1000) + 60_000, "lookback": 3_600_000}).json()["data"]}
    assert calls["storefront", "payment"] == calls["payment", "shop@db.example"] == rounds


# --- logs


def check_lines(server, sent: tuple[Sent, ...]):
    wanted = collections.Counter()
    for each in sent:
        for key, span in each.story.spans().items():
            wanted[span.service] += len(span.lines)
            check_lines_of_span(server, each.ids[key], span)
    for service, count in wanted.items():
        assert len(lines(server, "/api/v1/logs", service=service)) == count, service
    errors = [line["Body"] for line in lines(server, "/api/v1/logs", severity="error")]
    assert errors == ["card declined"] * sum(len(each.story.failed()) for each in sent)
    found = lines(server, "/api/v1/logs", attribute="currency=EUR", text="CHARGING")
    assert len(found) == sum(each.story.rounds for each in sent)
    shown = subprocess.run([server.tomo, "logs", "-o", "ndjson", "--severity", "error", "--endpoint", server.endpoint],
                           capture_output=True, text=True, timeout=60)
    assert shown.returncode == 0 and len(shown.stdout.splitlines()) == len(errors), shown.stderr


def lines(server, path: str, **asked) -> list[dict]:
    answer = get(server, path, params={"start": time.time() - 600, "end": time.time() + 60, "limit": 1000, **asked}).json()
    assert "NextToken" not in answer and not answer["Coverage"]["IsPartial"]
    return answer["Lines"]


def check_lines_of_span(server, ids: tuple[str, str], span: Span):
    found = lines(server, f"/api/v1/traces/{spelled(ids[0])}/logs", span=ids[1])
    assert found == lines(server, "/api/v1/logs", trace=ids[0], span=ids[1])
    found.sort(key=lambda line: (int(line["TimeUnixNano"]), line["SeverityNumber"]))  # clocks may be coarse
    assert [(line["SeverityNumber"], line["Body"]) for line in found] == [(w.severity, w.body) for w in span.lines]
    for line, wanted in zip(found, span.lines):
        assert (line["Service"], line["W3CTraceId"], line["SpanId"]) == (span.service, *ids)
        assert line["Scope"]["name"] == "story" and "IsTraceFoundInText" not in line
        check_attributes(line["Attributes"], wanted.attributes)


# --- metrics


def check_metrics(server, sent: tuple[Sent, ...]):
    def by(labels: str, expression: str) -> dict:
        query = f"sum by ({labels}) ({expression})"
        answer = get(server, "/prometheus/api/v1/query", params={"query": query}).json()["data"]
        return {tuple(point["metric"].get(label, "") for label in labels.split(", ")): float(point["value"][1])
                for point in answer["result"]}

    rounds = sum(each.story.rounds for each in sent)
    failed = sum(len(each.story.failed()) for each in sent)
    assert by("job, tier", "orders_placed_total") == {("storefront", "gold"): 2 * rounds, ("storefront", "tin"): 5 * len(sent)}
    assert by("instance", "orders_placed_total") == {(e.story.instance,): 2 * e.story.rounds + 5 for e in sent}
    assert by("job", "carts_open") == {("storefront",): 4 * len(sent)}
    assert by("outcome", "charge_duration_seconds_count") == {("ok",): rounds - failed, ("declined",): failed}
    assert abs(by("job", "charge_duration_seconds_sum")["payment",] - (0.02 * (rounds - failed) + 7 * failed)) < 1e-6
    buckets = {float(le): count for (le,), count in by("le", "charge_duration_seconds_bucket").items()}
    assert buckets[5] == rounds - failed and buckets[10] == buckets[float("inf")] == rounds
