// A web service on OpenTelemetry for Node with X-Ray's propagator and the instrumentation of http: node middle.js NEXT
// Answers a request by asking the next service.
const { registerInstrumentations } = require('@opentelemetry/instrumentation');
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');
const { AWSXRayPropagator } = require('@opentelemetry/propagator-aws-xray');
const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-proto');
const { resourceFromAttributes } = require('@opentelemetry/resources');
const { BatchSpanProcessor } = require('@opentelemetry/sdk-trace-base');
const { NodeTracerProvider } = require('@opentelemetry/sdk-trace-node');

new NodeTracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'middle' }),
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
}).register({ propagator: new AWSXRayPropagator() });
registerInstrumentations({ instrumentations: [new HttpInstrumentation()] });

const http = require('http');

const server = http.createServer((request, response) => {
  http.get(`${process.argv[2]}/deep`, (answer) => {
    answer.resume();
    answer.on('end', () => {
      response.statusCode = answer.statusCode < 400 ? 200 : 502;
      response.end('done');
    });
  });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
