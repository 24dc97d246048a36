// The story (tests/e2e/otel/story.py) by the OpenTelemetry SDK for Node and its stock exporters: node story.js STORY
import fs from 'node:fs';
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter as Grpc } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as Json } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as Protobuf } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';

const Exporter = { grpc: Grpc, 'http/json': Json, 'http/protobuf': Protobuf }[process.env.OTEL_EXPORTER_OTLP_PROTOCOL];

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

const story = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const providers = Object.entries(story.services).map(([name, attributes]) => [name, new BasicTracerProvider({
  resource: resourceFromAttributes(values(attributes)), spanProcessors: [new BatchSpanProcessor(new Exporter())] })]);
const tracers = Object.fromEntries(providers.map(([name, provider]) => [name, provider.getTracer('story', '0.1')]));
const made = new Map();
for (const group of story.groups) {
  for (const told of group) made.set(told.key, start(tracers[told.service], told, made));
  for (const told of group.toReversed()) made.get(told.key).end();
}
for (const [, provider] of providers) await provider.shutdown();
console.log(JSON.stringify([...made].map(([key, span]) => ({
  key, trace: span.spanContext().traceId, span: span.spanContext().spanId }))));
