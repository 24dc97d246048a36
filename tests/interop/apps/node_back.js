// A web service on the X-Ray SDK for Node: every request fails in a subsegment of its own.
const http = require('http');
const xray = require('aws-xray-sdk-core');

xray.setContextMissingStrategy('LOG_ERROR');
xray.middleware.setSamplingRules({ version: 2, rules: [], default: { fixed_target: 1000, rate: 1 } });
xray.middleware.disableCentralizedSampling();
xray.middleware.setDefaultName('back');

const server = http.createServer((request, response) => {
  const segment = xray.middleware.traceRequestResponseCycle(request, response);
  const namespace = xray.getNamespace();
  namespace.run(() => {
    xray.setSegment(segment);
    segment.addAnnotation('shard', 7);
    try {
      xray.captureFunc('charge', () => { throw new Error('card declined'); });
    } catch (error) {
      response.statusCode = 500;
    }
    response.end('done');
  });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
