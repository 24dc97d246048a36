"""The story by the OpenTelemetry SDK for Python and its stock exporters: python_sdk.py STORY

The environment says where to and how (OTEL_EXPORTER_OTLP_ENDPOINT, _PROTOCOL, _COMPRESSION), as for any program.
"""
import json
import os
import sys
import time

from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, NonRecordingSpan, SpanContext, SpanKind, Status, StatusCode, set_span_in_context

if os.environ["OTEL_EXPORTER_OTLP_PROTOCOL"] == "grpc":
    from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
else:
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
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


class Service:
    """The providers of one, and what they give."""

    def __init__(self, attributes: dict, signals: list):
        resource = Resource.create(attributes)
        tracers = TracerProvider(resource=resource)
        tracers.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self.providers = [tracers]
        self.tracer = tracers.get_tracer("story", "0.1")
        if "logs" in signals:
            loggers = LoggerProvider(resource=resource)
            loggers.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
            self.providers.append(loggers)
            self.logger = loggers.get_logger("story", "0.1")
        if "metrics" in signals:
            meters = MeterProvider([PeriodicExportingMetricReader(OTLPMetricExporter())], resource)
            self.providers.append(meters)
            self.meter = meters.get_meter("story", "0.1")

    def write(self, lines: list, span):
        for line in lines:
            now = time.time_ns()
            self.logger.emit(LogRecord(
                timestamp=now, observed_timestamp=now, context=set_span_in_context(span), body=line["body"],
                severity_number=SeverityNumber(line["severity"]), attributes=values(line["attributes"])))

    def count(self, metric: dict):
        if metric["kind"] == "histogram":
            record = self.meter.create_histogram(metric["name"], metric["unit"]).record
        elif metric["kind"] == "counter":
            record = self.meter.create_counter(metric["name"], metric["unit"]).add
        else:
            record = self.meter.create_up_down_counter(metric["name"], metric["unit"]).add
        for value, attributes in metric["values"]:
            record(value, values(attributes))


def main():
    story = json.load(open(sys.argv[1]))
    services = {name: Service(values(attributes), story["signals"])
                for name, attributes in story["services"].items()}
    made = {}
    for group in story["groups"]:
        for span in group:
            its = services[span["service"]]
            made[span["key"]] = start(its.tracer, span, made)
            its.write(span["lines"], made[span["key"]])
        for span in reversed(group):
            made[span["key"]].end()
    for metric in story["metrics"]:
        services[metric["service"]].count(metric)
    for service in services.values():
        for provider in service.providers:
            provider.shutdown()
    contexts = {key: span.get_span_context() for key, span in made.items()}
    print(json.dumps([{"key": key, "trace": f"{c.trace_id:032x}", "span": f"{c.span_id:016x}"}
                      for key, c in contexts.items()]))


main()
