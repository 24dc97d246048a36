"""The story by the OpenTelemetry SDK for Python and its stock exporters: python_sdk.py STORY

The environment says where to and how (OTEL_EXPORTER_OTLP_ENDPOINT, _PROTOCOL, _COMPRESSION), as for any program.
"""
import json
import os
import sys

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, NonRecordingSpan, SpanContext, SpanKind, Status, StatusCode, set_span_in_context

if os.environ["OTEL_EXPORTER_OTLP_PROTOCOL"] == "grpc":
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
else:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter


class CardError(Exception):
    pass


def charge(message: str):
    raise CardError(message)


def values(attributes: list) -> dict:
    return {key: value for key, _, value in attributes}


def parent_of(span: dict, made: dict):
    if not span["parent"]:
        return None
    here = made[span["parent"]].get_span_context()
    remote = NonRecordingSpan(SpanContext(here.trace_id, here.span_id, True, here.trace_flags))
    return set_span_in_context(remote if span["remote"] else made[span["parent"]])


def start(tracer, span: dict, made: dict):
    links = [Link(made[link["span"]].get_span_context(), values(link["attributes"])) for link in span["links"]]
    now = tracer.start_span(span["name"], parent_of(span, made), SpanKind[span["kind"].upper()], values(span["attributes"]), links)
    for event in span["events"]:
        now.add_event(event["name"], values(event["attributes"]))
    if span["exception"]:
        try:
            charge(span["exception"])
        except CardError as error:
            now.record_exception(error)
    if span["status"] is not None:
        now.set_status(Status(StatusCode.ERROR, span["status"] or None))
    return now


def main():
    story = json.load(open(sys.argv[1]))
    providers = {}
    for name, attributes in story["services"].items():
        providers[name] = TracerProvider(resource=Resource.create(values(attributes)))
        providers[name].add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    tracers = {name: provider.get_tracer("story", "0.1") for name, provider in providers.items()}
    made = {}
    for group in story["groups"]:
        for span in group:
            made[span["key"]] = start(tracers[span["service"]], span, made)
        for span in reversed(group):
            made[span["key"]].end()
    for provider in providers.values():
        provider.shutdown()
    contexts = {key: span.get_span_context() for key, span in made.items()}
    print(json.dumps([{"key": key, "trace": f"{c.trace_id:032x}", "span": f"{c.span_id:016x}"}
                      for key, c in contexts.items()]))


main()
