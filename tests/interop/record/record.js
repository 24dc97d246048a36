// Records the documents that the X-Ray SDK for Node sends, a file for each case: record.js FOLDER
const dgram = require('dgram');
const fs = require('fs');
const http = require('http');
const express = require('express');
const xray = require('aws-xray-sdk');
const { DynamoDBClient, GetItemCommand } = require('@aws-sdk/client-dynamodb');

const folder = process.argv[2];
const daemon = dgram.createSocket('udp4');
let documents = [];
daemon.on('message', (bytes) => documents.push(bytes.toString().split('\n').slice(1).join('\n')));

const stub = http.createServer((request, response) => {
  request.resume();
  response.setHeader('x-amzn-RequestId', 'r-1');
  response.setHeader('Content-Type', 'application/x-amz-json-1.0');
  response.statusCode = request.url === '/broken' ? 500 : 200;
  response.end('{}');
});

daemon.bind(0, '127.0.0.1', () => stub.listen(0, '127.0.0.1', run));

async function run() {
  xray.setDaemonAddress(`127.0.0.1:${daemon.address().port}`);
  xray.middleware.setSamplingRules({ version: 2, rules: [], default: { fixed_target: 1000, rate: 1 } });
  xray.middleware.disableCentralizedSampling();
  const at = `http://127.0.0.1:${stub.address().port}`;
  const tracedHttp = xray.captureHTTPs(http);
  const dynamodb = xray.captureAWSv3Client(new DynamoDBClient({
    endpoint: at, region: 'eu-west-1', credentials: { accessKeyId: 'k', secretAccessKey: 's' } }));
  const app = express();
  app.use(xray.express.openSegment('cart'));
  app.get('/ok', (request, response) => {
    const segment = xray.getSegment();
    segment.setUser('bob');
    segment.addAnnotation('tier', 'silver');
    segment.addAnnotation('items', 2);
    segment.addAnnotation('vip', false);
    segment.addMetadata('cart', { lines: [1] });
    response.send('ok');
  });
  app.get('/fault', () => xray.captureFunc('charge', () => { throw new TypeError('no card'); }));
  app.get('/throttle', (request, response) => response.status(429).send('later'));
  app.get('/aws', async (request, response) => {
    await dynamodb.send(new GetItemCommand({ TableName: 'orders', Key: { id: { S: '1' } } }));
    response.send('ok');
  });
  app.get('/remote', (request, response) => {
    tracedHttp.get(`${at}/broken`, (answer) => { answer.resume(); answer.on('end', () => response.status(502).send('bad')); });
  });
  app.use(xray.express.closeSegment());
  app.use((error, request, response, next) => response.status(500).send('failed'));
  const server = app.listen(0, '127.0.0.1');
  await new Promise((done) => server.on('listening', done));
  for (const name of ['ok', 'fault', 'throttle', 'aws', 'remote']) {
    documents = [];
    await new Promise((done) => http.get({ port: server.address().port, path: `/${name}`, host: '127.0.0.1',
      headers: { 'User-Agent': 'curl/8' } }, (answer) => { answer.resume(); answer.on('end', done); }));
    await new Promise((done) => setTimeout(done, 300));
    fs.writeFileSync(`${folder}/node-${name}.txt`, documents.map((each) => each + '\n').join(''));
  }
  process.exit(0);
}
