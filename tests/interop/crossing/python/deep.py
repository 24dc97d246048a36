"""A web service on OpenTelemetry for Python with X-Ray's propagator and the instrumentations of WSGI and requests:
deep.py NEXT. Answers a request by asking the next service."""
import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server

import requests
from opentelemetry import propagate, trace
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.requests import RequestsInstrumentor
from opentelemetry.instrumentation.wsgi import OpenTelemetryMiddleware
from opentelemetry.propagators.aws import AwsXRayPropagator
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

propagate.set_global_textmap(AwsXRayPropagator())
provider = TracerProvider(resource=Resource.create({"service.name": "deep"}))
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)
RequestsInstrumentor().instrument()


def application(environment, start_response):
    answer = requests.get(f"{sys.argv[1]}/charge", timeout=30)
    start_response("200 OK" if answer.ok else "502 Bad Gateway", [("Content-Type", "text/plain")])
    return [b"done"]


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


server = make_server("127.0.0.1", 0, OpenTelemetryMiddleware(application), handler_class=Quiet)
print(server.server_port, flush=True)
server.serve_forever()
