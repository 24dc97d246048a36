"""OTLP metrics by the OpenTelemetry SDK, over gRPC and HTTP, every instrument, asked for in PromQL."""
import base64
import json
import socket
import time

import pytest
import requests
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics
from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter as GrpcExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter as HttpExporter
from opentelemetry.metrics import Observation
from opentelemetry.sdk.metrics import Counter, Histogram, MeterProvider, UpDownCounter
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    MetricExporter,
    MetricExportResult,
    PeriodicExportingMetricReader,
)
from opentelemetry.sdk.metrics.view import ExponentialBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource

from tests.conftest import eventually
from tests.e2e.test_prometheus import ask, by

RESOURCE = {"service.name": "shop", "service.namespace": "eu", "service.instance.id": "i-1", "container.id": "c0ffee",
            "cloud.region": "eu-west-1"}
DELTA = {kind: AggregationTemporality.DELTA for kind in (Counter, UpDownCounter, Histogram)}


def exporter(server, way: str, temporality=None):
    if way == "grpc":
        return GrpcExporter(endpoint=server.addresses["otlp_grpc"], insecure=True, preferred_temporality=temporality)
    address = server.addresses["otlp_http"] if way == "http" else server.addresses["api"]
    return HttpExporter(endpoint=f"http://{address}/v1/metrics", preferred_temporality=temporality)


class Program:
    """Measures with every instrument; send() exports at once."""

    def __init__(self, server, way: str, temporality=None, **resource):
        self.reader = PeriodicExportingMetricReader(exporter(server, way, temporality), export_interval_millis=3_600_000)
        views = [View(instrument_name="pay.duration", aggregation=ExponentialBucketHistogramAggregation())]
        self.provider = MeterProvider([self.reader], Resource(RESOURCE | resource), views=views)
        meter = self.provider.get_meter("shop-lib", "1.2")
        self.requests = meter.create_counter("http.server.requests", "{request}", "asked")
        self.active = meter.create_up_down_counter("http.server.active_requests", "{request}")
        self.took = meter.create_histogram("http.server.request.duration", "s",
                                           explicit_bucket_boundaries_advisory=[0.1, 0.5, 1])
        self.paid = meter.create_histogram("pay.duration", "ms")
        self.load = meter.create_gauge("system.cpu.utilization", "1")
        meter.create_observable_gauge("process.memory.usage", [lambda _: [Observation(2**20, {"state": "rss"})]], "By")
        meter.create_observable_counter("process.cpu.time", [lambda _: [Observation(12.5, {"mode": "user"})]], "s")
        meter.create_observable_up_down_counter("queue.length", [lambda _: [Observation(-3)]])

    def measure(self):
        self.requests.add(3, {"http.route": "/pay", "code": 200})
        self.requests.add(1, {"http.route": "/pay", "code": 500})
        self.active.add(2)
        self.active.add(-1)
        for seconds in (0.05, 0.3, 0.3, 2):
            self.took.record(seconds)
        for milliseconds in (0, 1, 10, 100, 100):
            self.paid.record(milliseconds)
        self.load.set(0.25)

    def send(self):
        assert self.reader.force_flush(20_000)

    def close(self):
        self.provider.shutdown()


@pytest.fixture
def program(server, request):
    made = []

    def make(*arguments, **options):
        made.append(Program(server, *arguments, **options))
        return made[-1]

    yield make
    for each in made:
        each.close()


def value(server, query: str):
    return by(ask(server, "query", query=query))


@pytest.mark.parametrize("way", ["grpc", "http", "api"])
def test_every_instrument_of_the_sdk_is_found(server, program, way):
    shop = program(way)
    shop.measure()
    shop.send()
    assert by(ask(server, "query", query="http_server_requests_total"), "code", "http_route") == {
        ("200", "/pay"): 3, ("500", "/pay"): 1}
    [found] = ask(server, "query", query='http_server_requests_total{code="200"}')["result"]
    assert found["metric"] == {
        "__name__": "http_server_requests_total", "code": "200", "http_route": "/pay", "job": "eu/shop", "instance": "i-1",
        "container_id": "c0ffee", "otel_scope_name": "shop-lib", "otel_scope_version": "1.2"}
    assert value(server, "http_server_active_requests") == {(): 1}
    assert by(ask(server, "query", query="http_server_request_duration_seconds_bucket"), "le") == {
        ("0.1",): 1, ("0.5",): 3, ("1",): 3, ("+Inf",): 4}
    assert value(server, "http_server_request_duration_seconds_sum") == {(): 2.65}
    assert value(server, "http_server_request_duration_seconds_max") == {(): 2}
    assert value(server, "pay_duration_milliseconds_count") == {(): 5}
    [(_, median)] = value(server, "histogram_quantile(0.5, pay_duration_milliseconds_bucket)").items()
    assert 8 < median < 12  # buckets are a fifth wide
    assert value(server, "system_cpu_utilization_ratio") == {(): 0.25}
    assert value(server, "process_memory_usage_bytes") == {(): 2**20}
    assert value(server, "process_cpu_time_seconds_total") == {(): 12.5}
    assert value(server, "queue_length") == {(): -3}
    info = ask(server, "query", query="target_info")["result"]
    assert info[0]["metric"]["cloud_region"] == "eu-west-1"
    joined = ask(server, "query", query="http_server_active_requests * on (job, instance) group_left (cloud_region) target_info")
    assert joined["result"][0]["metric"]["cloud_region"] == "eu-west-1"
    metadata = ask(server, "metadata", metric="http_server_requests_total")["http_server_requests_total"]
    assert metadata == [{"type": "counter", "help": "asked", "unit": "{request}"}]
    assert "process_memory_usage_bytes" in ask(server, "label/__name__/values")


class DatagramExporter(MetricExporter):
    """As ADOT's exporters send metrics to the daemon's port: no answer, "M1" and base64 behind the header."""

    def __init__(self, address: str):
        super().__init__()
        host, port = address.split(":")
        self.target = (host, int(port))

    def export(self, metrics_data, timeout_millis: float = 0, **_) -> MetricExportResult:
        body = b"M1" + base64.b64encode(encode_metrics(metrics_data).SerializeToString())
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b'{"format": "json", "version": 1}\n' + body, self.target)
        return MetricExportResult.SUCCESS

    def force_flush(self, timeout_millis: float = 0) -> bool:
        return True

    def shutdown(self, timeout_millis: float = 0, **_):
        pass


def test_datagrams_of_adot_carry_metrics(server):
    reader = PeriodicExportingMetricReader(DatagramExporter(server.daemon), export_interval_millis=3_600_000)
    provider = MeterProvider([reader], Resource({"service.name": "adot"}))
    provider.get_meter("tests").create_counter("asked").add(3)
    provider.shutdown()
    assert eventually(lambda: value(server, 'asked_total{job="adot"}')) == {(): 3}


def test_deltas_are_counted_up(server, program):
    shop = program("http", DELTA)
    for expected in (1, 2, 3):
        shop.measure()
        shop.send()
        assert by(ask(server, "query", query='http_server_requests_total{code="200"}'), "code") == {("200",): 3 * expected}
        assert value(server, "http_server_request_duration_seconds_count") == {(): 4 * expected}
        time.sleep(0.01)
    increase = value(server, 'sum(increase(http_server_requests_total{code="200"}[5m]))')
    assert increase[()] >= 9  # the first one began at zero


def test_a_measurement_names_its_trace(server, program):
    from opentelemetry.sdk.trace import TracerProvider

    shop = program("http")
    with TracerProvider().get_tracer("t").start_as_current_span("pay") as span:
        shop.took.record(0.3)
        shop.requests.add(1)
    shop.send()
    end = time.time() + 60
    told = ask(server, "query_exemplars", start=end - 3600, end=end,
               query='histogram_quantile(0.9, rate(http_server_request_duration_seconds_bucket[5m]))')
    [series] = told
    assert series["seriesLabels"]["le"] == "0.5"
    [exemplar] = series["exemplars"]
    assert exemplar["labels"]["trace_id"] == f"{span.get_span_context().trace_id:032x}"
    assert exemplar["value"] == "0.3"


def number(name: str, **point) -> dict:
    return {"name": name, "gauge": {"dataPoints": [point]}}


def post(server, metrics: list, status: int = 200) -> dict:
    body = {"resourceMetrics": [{"resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "json"}}]},
                                 "scopeMetrics": [{"metrics": metrics}]}]}
    answer = requests.post(f"http://{server.addresses['otlp_http']}/v1/metrics", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_json_is_taken_and_what_cannot_be_kept_is_told(server):
    now = str(time.time_ns())
    told = post(server, [
        number("as.int", timeUnixNano=now, asInt="7"), number("as.text", timeUnixNano=now, asDouble="NaN"),
        number("no.time", asInt=1), number("", timeUnixNano=now, asInt=1),
        {"name": "h", "unit": "s", "histogram": {"aggregationTemporality": "AGGREGATION_TEMPORALITY_CUMULATIVE", "dataPoints": [
            {"timeUnixNano": now, "count": "6", "sum": 3, "bucketCounts": ["1", 2, "3"], "explicitBounds": [0.1, 1]}]}},
        {"name": "e", "exponentialHistogram": {"aggregationTemporality": 2, "dataPoints": [
            {"timeUnixNano": now, "count": 3, "scale": -1, "zeroCount": 1, "positive": {"offset": -1, "bucketCounts": [2]}}]}},
    ])
    assert told == {"partialSuccess": {"rejectedDataPoints": "2",
                                       "errorMessage": "2 of 6 points: the metric has no name (1), the point has no time (1)"}}
    assert value(server, "as_int") == {(): 7}
    assert by(ask(server, "query", query="h_seconds_bucket"), "le") == {("0.1",): 1, ("1",): 3, ("+Inf",): 6}
    assert by(ask(server, "query", query="e_bucket"), "le") == {("0",): 1, ("0.25",): 1, ("1",): 3, ("+Inf",): 3}
    url = f"http://{server.addresses['otlp_http']}/v1/metrics"
    for body, kind, status in (b"\xff\xff", "application/x-protobuf", 400), (b"{", "application/json", 400), \
            (b"", "text/plain", 415), (b"", "application/x-protobuf", 200):
        assert requests.post(url, data=body, headers={"Content-Type": kind}).status_code == status


def test_what_was_acknowledged_is_there_after_kill_9(server):
    sent = {}
    for life in range(3):
        for i in range(5):
            name = f"m{life}_{i}"
            assert post(server, [number(name, timeUnixNano=str(time.time_ns()), asInt=i)]) == {}
            sent[name] = i
        server.kill()
        server.start()
        query = {"query": '{__name__=~"m[0-9]_[0-9]"}'}
        # 503 as long as their log is read again.
        eventually(lambda: requests.get(server.endpoint + "/prometheus/api/v1/query", query).status_code == 200)
        found = by(ask(server, "query", **query), "__name__")
        assert found == {(name,): v for name, v in sent.items()}


def test_what_was_measured_beside_a_service(server, program):
    shop = program("grpc")
    shop.measure()
    shop.send()
    # Its container, as a receiver of container statistics sends it: no service.name, the id is what they share.
    now = time.time_ns()
    body = {"resourceMetrics": [{"resource": {"attributes": [
        {"key": "container.id", "value": {"stringValue": "c0ffee"}}, {"key": "container.name", "value": {"stringValue": "app"}}]},
        "scopeMetrics": [{"metrics": [
            {"name": "container.memory.utilized", "unit": "Megabytes", "gauge": {"dataPoints": [{"timeUnixNano": str(now), "asInt": "512"}]}},
            {"name": "container.network.io.usage.rx_bytes", "unit": "Bytes", "sum": {
                "aggregationTemporality": 2, "isMonotonic": True, "dataPoints": [
                    {"timeUnixNano": str(now - 60_000_000_000), "asInt": "1000"}, {"timeUnixNano": str(now), "asInt": "7000"}]}},
            {"name": "container.uptime", "gauge": {"dataPoints": [{"timeUnixNano": str(now), "asInt": "5"}]}}]}]}]}
    assert requests.post(f"http://{server.addresses['otlp_http']}/v1/metrics", json=body).json() == {}
    answer = requests.get(server.endpoint + "/api/v1/services/shop/metrics", {"end": time.time() + 2, "step": 1})
    assert answer.status_code == 200, answer.text
    metrics = {(m["Topic"], m["OriginalName"], m["View"]): m for m in answer.json()["Metrics"]}
    memory = metrics["memory", "container.memory.utilized", "value"]
    assert memory["Series"][0]["Labels"]["container_name"] == "app"
    assert memory["Series"][0]["Points"][-1]["Value"] == 512
    network = metrics["network", "container.network.io.usage.rx_bytes", "rate"]
    assert 30 < max(p["Value"] for p in network["Series"][0]["Points"]) <= 101
    assert ("memory", "process.memory.usage", "value") in metrics
    assert ("cpu", "system.cpu.utilization", "value") in metrics
    assert ("requests", "http.server.active_requests", "value") in metrics
    assert not any(m["OriginalName"] == "container.uptime" for m in metrics.values())
    other = requests.get(server.endpoint + "/api/v1/services/shop/metrics", {"all": "true", "end": time.time() + 2}).json()
    assert any(m["OriginalName"] == "container.uptime" for m in other["Metrics"])
    assert requests.get(server.endpoint + "/api/v1/services/none/metrics").json()["Metrics"] == []
