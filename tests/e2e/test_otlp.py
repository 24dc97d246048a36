"""OTLP/HTTP from the OpenTelemetry SDK for Python: the same traces, map and searches as for X-Ray's own clients."""
import base64
import gzip
import json
import socket
import time

import grpc
import pytest
import requests
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcSpanExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import TraceServiceStub
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, Status, StatusCode
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from tests.conftest import eventually, xray_client
from tests.e2e.documents import segment, trace_id


def service(name: str, exporter, **resource) -> trace.Tracer:
    provider = TracerProvider(resource=Resource.create({"service.name": name, "service.version": "1.2", **resource}))
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return provider.get_tracer("tests", "0.1")


def checkout(exporter) -> str:
    """A front on ECS that calls a back, which reads a table of PostgreSQL and fails; its X-Ray trace id."""
    front = service("front", exporter, **{"cloud.provider": "aws", "cloud.platform": "aws_ecs",
                                          "aws.ecs.launchtype": "fargate"})
    back = service("back", exporter)
    with front.start_as_current_span("GET /checkout", kind=SpanKind.SERVER, attributes={
            "http.request.method": "GET", "url.full": "http://shop/checkout", "http.response.status_code": 502,
            "client.address": "10.0.0.7", "enduser.id": "ana", "tier": "gold", "items": 3, "first": True,
            "tags": ["a", "b"]}):
        with front.start_as_current_span("POST", kind=SpanKind.CLIENT, attributes={
                "http.request.method": "POST", "url.full": "http://back/pay", "server.address": "back",
                "http.response.status_code": 500}) as call:
            with back.start_as_current_span("POST /pay", kind=SpanKind.SERVER,
                                            context=trace.set_span_in_context(
                                                trace.NonRecordingSpan(remote(call)))) as paying:
                with back.start_as_current_span("SELECT orders", kind=SpanKind.CLIENT, attributes={
                        "db.system.name": "postgresql", "db.namespace": "shop", "server.address": "db.local",
                        "db.query.text": "SELECT * FROM orders WHERE id = ?"}):
                    time.sleep(0.01)
                paying.record_exception(ValueError("card declined"))
                paying.set_status(Status(StatusCode.ERROR, "no money"))
        root = call.get_span_context().trace_id
    text = f"{root:032x}"
    return f"1-{text[:8]}-{text[8:]}"


def remote(span) -> trace.SpanContext:
    here = span.get_span_context()
    return trace.SpanContext(here.trace_id, here.span_id, is_remote=True, trace_flags=here.trace_flags)


def endpoint(server, listener: str = "otlp_http") -> str:
    return f"http://{server.addresses[listener]}/v1/traces"


def request_bytes(spans) -> bytes:
    return encode_spans(spans).SerializeToString()


def send(server, *spans):
    answer = requests.post(endpoint(server), request_bytes(spans), headers={"Content-Type": "application/x-protobuf"})
    assert answer.status_code == 200, answer.content
    partial = ExportTraceServiceResponse.FromString(answer.content).partial_success
    assert partial.rejected_spans == 0, f"{partial.rejected_spans} spans were refused: {partial.error_message}"


def finished_spans() -> list:
    exporter = InMemorySpanExporter()
    checkout(exporter)
    return exporter.get_finished_spans()


def window() -> dict:
    return {"StartTime": time.time() - 300, "EndTime": time.time() + 60}


def exporter_to(server, way: str):
    if way == "otlp_grpc":
        return GrpcSpanExporter(endpoint=f"http://{server.addresses[way]}")
    return OTLPSpanExporter(endpoint=endpoint(server, way))


@pytest.mark.parametrize("way", ["otlp_http", "otlp_grpc", "api"])
def test_spans_of_the_sdk_are_traces_of_xray(server, xray, way):
    sent = checkout(exporter_to(server, way))
    [its] = xray.batch_get_traces(TraceIds=[sent])["Traces"]
    documents = {d["name"]: d for d in (json.loads(s["Document"]) for s in its["Segments"])}
    assert {"front", "back", "shop@db.local"} == set(documents)
    assert documents["front"]["origin"] == "AWS::ECS::Fargate"
    assert documents["front"]["annotations"]["tier"] == "gold"
    assert documents["front"]["otel"]["attributes"] == {"tags": ["a", "b"]}
    [query] = documents["back"]["subsegments"]
    assert query["sql"]["sanitized_query"] == "SELECT * FROM orders WHERE id = ?"

    [summary] = xray.get_trace_summaries(**window(), FilterExpression='service("back") AND annotation[tier] = "gold"'
                                         )["TraceSummaries"]
    assert summary["Id"] == sent and summary["HasFault"] and summary["Http"]["HttpStatus"] == 502
    assert [user["UserName"] for user in summary["Users"]] == ["ana"]
    [cause] = summary["FaultRootCauses"]
    assert [s["Name"] for s in cause["Services"]] == ["front", "back"]
    [exception] = cause["Services"][-1]["EntityPath"][-1]["Exceptions"]
    assert exception == {"Name": "ValueError", "Message": "card declined"}

    def graph():
        services = xray.get_service_graph(**window())["Services"]
        names = {s["ReferenceId"]: s["Name"] for s in services}
        return {(s["Name"], names[e["ReferenceId"]]) for s in services for e in s["Edges"]}

    eventually(lambda: {("front", "back"), ("back", "shop@db.local")} <= graph())


def test_a_trace_may_cross_both_worlds(server, xray):
    """An X-Ray segment calls a service that speaks OTLP: one trace, one path on the map."""
    trace_text = trace_id()
    call = {"id": "1234567890abcdef", "name": "back", "namespace": "remote", "start_time": time.time() - 1,
            "end_time": time.time()}
    front = segment(trace_text, "front", subsegments=[call])
    xray.put_trace_segments(TraceSegmentDocuments=[json.dumps(front)])
    parent = trace.SpanContext(int(trace_text.replace("-", "")[1:], 16), int(call["id"], 16), is_remote=True,
                               trace_flags=trace.TraceFlags(1))
    back = service("back", OTLPSpanExporter(endpoint=endpoint(server)))
    with back.start_as_current_span("work", kind=SpanKind.SERVER,
                                    context=trace.set_span_in_context(trace.NonRecordingSpan(parent))):
        pass
    services = xray.get_trace_graph(TraceIds=[trace_text])["Services"]
    names = {s["ReferenceId"]: (s["Name"], s.get("Type")) for s in services}
    edges = {(names[s["ReferenceId"]][0], names[e["ReferenceId"]][0]) for s in services for e in s["Edges"]}
    assert ("front", "back") in edges
    assert len([name for name, kind in names.values() if name == "back"]) == 1


def test_json_gzip_and_documents_carry_the_same_spans(server, xray):
    url = endpoint(server)
    spans = finished_spans()
    body = request_bytes(spans)
    sent = f"{spans[0].get_span_context().trace_id:032x}"
    answer = requests.post(url, gzip.compress(body), headers={"Content-Type": "application/x-protobuf",
                                                              "Content-Encoding": "gzip"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Content-Type"] == "application/x-protobuf"
    [first] = xray.batch_get_traces(TraceIds=[sent])["Traces"]

    request = {"resourceSpans": [{"resource": {"attributes": [{"key": "service.name",
                                                               "value": {"stringValue": "browser"}}]},
                                  "scopeSpans": [{"spans": [{
                                      "traceId": "5B8EFFF798038103D269B633813FC60C", "spanId": "eee19b7ec3c1b174",
                                      "name": "click", "kind": 2, "unknown": {"a": [1]}, "parentSpanId": "",
                                      "startTimeUnixNano": str(time.time_ns() - 10**9),
                                      "endTimeUnixNano": time.time_ns(),
                                      "attributes": [{"key": "big", "value": {"intValue": "9007199254740993"}},
                                                     {"key": "part", "value": {"doubleValue": 3}}]}]}]}]}
    answer = requests.post(url, json=request)
    assert (answer.status_code, answer.json()) == (200, {})
    [its] = xray.batch_get_traces(TraceIds=["1-5b8efff7-98038103d269b633813fc60c"])["Traces"]
    assert '"big":9007199254740993' in its["Segments"][0]["Document"]
    assert '"part":3.0' in its["Segments"][0]["Document"]

    again = finished_spans()
    documents = ["T1S" + base64.b64encode(request_bytes(again)).decode(), "T1U" + base64.b64encode(body).decode(),
                 "M1AAAA", "T1S!"]
    unprocessed = xray.put_trace_segments(TraceSegmentDocuments=documents)["UnprocessedTraceSegments"]
    assert len(unprocessed) == 2
    [second] = xray.batch_get_traces(TraceIds=[f"{again[0].get_span_context().trace_id:032x}"])["Traces"]
    assert len(second["Segments"]) == len(first["Segments"])


def test_what_is_not_kept_is_told_once_and_not_asked_for_again(server):
    url = endpoint(server)
    spans = finished_spans()
    request = encode_spans(spans)
    request.resource_spans[0].scope_spans[0].spans[0].trace_id = bytes(16)
    answer = requests.post(url, request.SerializeToString(), headers={"Content-Type": "application/x-protobuf"})
    partial = ExportTraceServiceResponse.FromString(answer.content).partial_success
    assert (answer.status_code, partial.rejected_spans) == (200, 1)
    assert "trace_id is all zeros" in partial.error_message
    for body, kind, status in ((b"\xff", "application/x-protobuf", 400), (b"[", "application/json", 400),
                               (b"", "text/plain", 415)):
        answer = requests.post(url, body, headers={"Content-Type": kind})
        assert answer.status_code == status, answer.content
    assert requests.get(url).status_code == 405
    assert requests.post(url, b"", headers={"Content-Type": "application/x-protobuf"}).status_code == 200


def test_datagrams_of_adot_carry_spans(server, xray):
    spans = finished_spans()
    host, port = server.daemon.split(":")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        body = b"T1S" + base64.b64encode(request_bytes(spans))
        sender.sendto(b'{"format": "json", "version": 1}\n' + body, (host, int(port)))
    sent = f"{spans[0].get_span_context().trace_id:032x}"
    eventually(lambda: xray.batch_get_traces(TraceIds=[sent])["Traces"])


def test_a_span_may_be_larger_than_a_segment_of_xray(server, xray):
    """Prompts and bodies make spans of hundreds of kilobytes; X-Ray's 64 KB are not OpenTelemetry's."""
    exporter = InMemorySpanExporter()
    prompts = {f"prompt.{i}": f"{i} says \"hé\" " * 9_000 for i in range(2)}
    with service("model", exporter).start_as_current_span("ask", kind=SpanKind.SERVER, attributes=prompts):
        pass
    with service("model", exporter).start_as_current_span("ask too much", attributes={"prompt": "x" * 300_000}):
        pass
    kept, refused = exporter.get_finished_spans()
    with pytest.raises(AssertionError, match="1 spans were refused"):
        send(server, kept, refused)
    sent = f"{kept.get_span_context().trace_id:032x}"

    def check():
        xray = xray_client(server.endpoint)
        [found] = xray.batch_get_traces(TraceIds=[sent])["Traces"]
        document = json.loads(found["Segments"][0]["Document"])
        assert document["annotations"] == prompts and len(found["Segments"][0]["Document"]) > 200_000
        [summary] = xray.get_trace_summaries(**window(), FilterExpression='service("model")')["TraceSummaries"]
        assert summary["ServiceIds"][0]["Name"] == "model"

    check()
    assert server.stop() == 0  # which seals
    server.start()
    check()


def test_spans_are_counted_for_prometheus_the_unsampled_ones_too(server, xray):
    checkout(OTLPSpanExporter(endpoint=endpoint(server)))
    unsampled = "T1U" + base64.b64encode(request_bytes(finished_spans())).decode()
    assert xray.put_trace_segments(TraceSegmentDocuments=[unsampled])["UnprocessedTraceSegments"] == []
    page = requests.get(f"{server.endpoint}/metrics/spans").text
    labels = 'service_name="front",span_name="GET /checkout",span_kind="SPAN_KIND_SERVER"'
    assert f'traces_span_metrics_calls_total{{{labels},status_code="STATUS_CODE_ERROR",outcome="fault"}} 2' in page
    assert 'traces_service_graph_request_total{client="back",server="shop@db.local"} 2' in page
    accept = {"Accept": "application/openmetrics-text"}
    open_page = requests.get(f"{server.endpoint}/metrics/spans", headers=accept)
    assert open_page.headers["Content-Type"].startswith("application/openmetrics-text")
    families = {f.name: f for f in text_string_to_metric_families(open_page.text)}
    buckets = families["traces_span_metrics_duration_seconds"].samples
    assert any(sample.exemplar for sample in buckets)


def test_spans_come_back_as_they_came(server, xray):
    exporter = InMemorySpanExporter()
    client = service("client", exporter)
    with client.start_as_current_span("ask", kind=SpanKind.CLIENT, attributes={"tags": ["a", "b"], "n": 3, "x": 3.0}):
        sent = checkout(exporter)
    spans = exporter.get_finished_spans()
    requests.post(endpoint(server), request_bytes(spans), headers={"Content-Type": "application/x-protobuf"})
    ids = [sent, f"{spans[-1].get_span_context().trace_id:032x}"]
    token = xray.start_trace_retrieval(TraceIds=ids, **window())["RetrievalToken"]
    traces = xray.list_retrieved_traces(RetrievalToken=token, TraceFormat="OTEL")["Traces"]
    back = {document["spanId"]: document for t in traces for document in (json.loads(s["Document"]) for s in t["Spans"])}
    assert set(back) == {f"{s.get_span_context().span_id:016x}" for s in spans}
    for span in spans:
        document = back[f"{span.get_span_context().span_id:016x}"]
        parent = f"{span.parent.span_id:016x}" if span.parent else None
        assert (document["name"], document["kind"], document.get("parentSpanId")) == (
            span.name, span.kind.name, parent)
        assert document["attributes"] == {k: list(v) if isinstance(v, tuple) else v for k, v in span.attributes.items()}
        assert document["resource"]["attributes"] == dict(span.resource.attributes)
        assert document["scope"] == {"name": "tests", "version": "0.1"}
        assert document["status"]["code"] == span.status.status_code.name
        assert (document["startTimeUnixNano"], document["endTimeUnixNano"]) == (span.start_time, span.end_time)
        assert len(document.get("events", [])) == len(span.events)


def test_grpc_says_what_it_cannot_take(server):
    spans = finished_spans()
    request = encode_spans(spans)
    request.resource_spans[0].scope_spans[0].spans[0].trace_id = bytes(16)
    with grpc.insecure_channel(server.addresses["otlp_grpc"]) as channel:
        export = TraceServiceStub(channel).Export
        partial = export(request).partial_success
        assert partial.rejected_spans == 1 and "trace_id is all zeros" in partial.error_message
        assert export(encode_spans(spans), compression=grpc.Compression.Gzip).partial_success.rejected_spans == 0
        raw = channel.unary_unary("/opentelemetry.proto.collector.trace.v1.TraceService/Export")
        with pytest.raises(grpc.RpcError) as caught:
            raw(b"\xff")
        assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
        with pytest.raises(grpc.RpcError) as caught:
            channel.unary_unary("/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export")(b"")
        assert caught.value.code() == grpc.StatusCode.UNIMPLEMENTED
        check = channel.unary_unary("/grpc.health.v1.Health/Check")
        assert check(b"") == b"\x08\x01"
