// The story (tests/e2e/otel/story.py) by the OpenTelemetry SDK for Node and its stock exporters: node story.js STORY
import fs from 'node:fs';
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';

const way = { grpc: 'grpc', 'http/json': 'http', 'http/protobuf': 'proto' }[process.env.OTEL_EXPORTER_OTLP_PROTOCOL];
const { OTLPTraceExporter } = await import(`@opentelemetry/exporter-trace-otlp-${way}`);
const { OTLPLogExporter } = await import(`@opentelemetry/exporter-logs-otlp-${way}`);
const { OTLPMetricExporter } = await import(`@opentelemetry/exporter-metrics-otlp-${way}`);

class CardError extends Error {
  name = 'CardError';
}

function charge(message) {
  throw new CardError(message);
}

const values = (attributes) => Object.fromEntries(attributes.map(([key, , value]) => [key, value]));

function parentOf(told, made) {
  if (!told.parent) return ROOT_CONTEXT;
  const parent = made.get(told.parent);
  if (!told.remote) return trace.setSpan(ROOT_CONTEXT, parent);
  return trace.setSpanContext(ROOT_CONTEXT, { ...parent.spanContext(), isRemote: true });
}

function start(tracer, told, made) {
  const links = told.links.map((link) => ({
    context: made.get(link.span).spanContext(), attributes: values(link.attributes) }));
  const span = tracer.startSpan(told.name, {
    kind: SpanKind[told.kind.toUpperCase()], attributes: values(told.attributes), links }, parentOf(told, made));
  for (const event of told.events) span.addEvent(event.name, values(event.attributes));
  if (told.exception) {
    try {
      charge(told.exception);
    } catch (error) {
      span.recordException(error);
    }
  }
  if (told.status !== null) span.setStatus({ code: SpanStatusCode.ERROR, message: told.status || undefined });
  return span;
}

// The providers of one service, and what they give.
class Service {
  constructor(attributes, signals) {
    const resource = resourceFromAttributes(attributes);
    const tracers = new BasicTracerProvider({
      resource, spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())] });
    this.providers = [tracers];
    this.tracer = tracers.getTracer('story', '0.1');
    if (signals.includes('logs')) this.keepLogs(resource);
    if (signals.includes('metrics')) this.keepMetrics(resource);
  }

  keepLogs(resource) {
    const loggers = new LoggerProvider({
      resource, processors: [new BatchLogRecordProcessor({ exporter: new OTLPLogExporter() })] });
    this.providers.push(loggers);
    this.logger = loggers.getLogger('story', '0.1');
  }

  keepMetrics(resource) {
    const meters = new MeterProvider({
      resource, readers: [new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter() })] });
    this.providers.push(meters);
    this.meter = meters.getMeter('story', '0.1');
  }

  write(lines, span) {
    for (const { severity, body, attributes } of lines) {
      this.logger.emit({ severityNumber: severity, body, attributes: values(attributes),
        context: trace.setSpan(ROOT_CONTEXT, span) });
    }
  }

  count({ kind, name, unit, values: counted }) {
    const options = { unit };
    const counter = () => (kind === 'counter' ? this.meter.createCounter(name, options)
      : this.meter.createUpDownCounter(name, options));
    const instrument = kind === 'histogram' ? this.meter.createHistogram(name, options) : counter();
    for (const [value, attributes] of counted) {
      if (kind === 'histogram') instrument.record(value, values(attributes));
      else instrument.add(value, values(attributes));
    }
  }
}

const story = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const services = Object.fromEntries(Object.entries(story.services).map(([name, attributes]) => [
  name, new Service(values(attributes), story.signals)]));
const made = new Map();
for (const group of story.groups) {
  for (const told of group) {
    made.set(told.key, start(services[told.service].tracer, told, made));
    services[told.service].write(told.lines, made.get(told.key));
  }
  for (const told of group.toReversed()) made.get(told.key).end();
}
for (const metric of story.metrics) services[metric.service].count(metric);
for (const service of Object.values(services)) {
  for (const provider of service.providers) await provider.shutdown();
}
console.log(JSON.stringify([...made].map(([key, span]) => ({
  key, trace: span.spanContext().traceId, span: span.spanContext().spanId }))));
