// Asks the X-Ray SDK for Node, for some seconds, what to sample by the rules of the server; prints what came of it.
const xray = require('aws-xray-sdk-core');

const [path, rate, warmUp, seconds] = [process.argv[2], ...process.argv.slice(3).map(Number)];
xray.setContextMissingStrategy('IGNORE_ERROR');
xray.middleware.setDefaultName('front');
const begun = Date.now();
const counts = { requests: 0, sampled: 0, seconds };
let sent = 0;

function once() {
  const passed = (Date.now() - begun) / 1000;
  if (passed >= warmUp + seconds) {
    console.log(JSON.stringify(counts));
    process.exit(0);
  }
  const segment = new xray.Segment('front');
  xray.middleware.resolveSampling({}, segment, { req: { headers: { host: 'front' }, method: 'GET', url: path } });
  const sampled = !segment.notTraced;
  segment.close();
  if (passed >= warmUp) {
    counts.requests += 1;
    counts.sampled += sampled ? 1 : 0;
  }
  sent += 1;
  setTimeout(once, Math.max(0, begun + (sent * 1000) / rate - Date.now()));
}
once();
