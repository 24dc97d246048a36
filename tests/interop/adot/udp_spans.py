"""The UDP exporters of the AWS Distro for OpenTelemetry: udp_spans.py HOST:PORT prints the trace ids of what it sent."""
import sys

from amazon.opentelemetry.distro.otlp_udp_exporter import OTLPUdpMetricExporter, OTLPUdpSpanExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.trace import SpanKind

resource = Resource.create({"service.name": "adot-shop"})
for sampled in (True, False):
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(SimpleSpanProcessor(OTLPUdpSpanExporter(endpoint=sys.argv[1], sampled=sampled)))
    tracer = provider.get_tracer("interop")
    with tracer.start_as_current_span("GET /cart", kind=SpanKind.SERVER) as span:
        span.set_attribute("http.response.status_code", 200)
        with tracer.start_as_current_span("rate", attributes={"aws.local.operation": "rate"}):
            pass
    provider.shutdown()
    trace = f"{span.get_span_context().trace_id:032x}"
    print(f"1-{trace[:8]}-{trace[8:]}")

reader = PeriodicExportingMetricReader(OTLPUdpMetricExporter(endpoint=sys.argv[1]), export_interval_millis=60_000)
meters = MeterProvider(metric_readers=[reader], resource=resource)
meters.get_meter("interop").create_counter("calls").add(1)
meters.shutdown()
