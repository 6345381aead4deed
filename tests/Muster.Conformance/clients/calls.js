// Makes calls with the unmodified official clients. Each line of standard input is one call as JSON; each call is answered by
// one line of JSON on standard output, {"id", "result"} or {"id", "error"}. What an answer means is judged by the tests.
'use strict';

const https = require('https');
const readline = require('readline');
const { ProvisioningServiceClient } = require('azure-iot-provisioning-service');
const { Registry } = require('azure-iothub');
const device = require('./device');

const targets = {
  service: connectionString => ProvisioningServiceClient.fromConnectionString(connectionString),
  hub: connectionString => Registry.fromConnectionString(connectionString),
};
const opened = new Map();

function open(call) {
  const key = `${call.client} ${call.connectionString}`;
  if (!opened.has(key)) opened.set(key, targets[call.client](call.connectionString));
  return opened.get(key);
}

// A method whose name ends with "Query" makes a query; all its pages are read. Without a callback, next() forgets the page it came from.
async function readAll(query) {
  const items = [];
  do {
    const page = await query.next(query.continuationToken);
    items.push(...page.responseBody);
  } while (query.hasMoreResults);
  return items;
}

// A plain request, for what the clients do not show to their callers.
function request({ url, method, headers, body }) {
  return new Promise((resolve, reject) => {
    const sent = https.request(url, { method, headers }, answer => {
      const chunks = [];
      answer.on('data', chunk => chunks.push(chunk));
      answer.on('end', () => resolve({ status: answer.statusCode, body: Buffer.concat(chunks).toString() }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

// The promise of this method never settles; its callback is called.
function runBulk(client, operation) {
  return new Promise((resolve, reject) => {
    client.runBulkEnrollmentOperation(operation, (error, result) => (error ? reject(error) : resolve(result)));
  });
}

async function make(call) {
  if (call.client === 'https') return request(call.args[0]);
  if (call.client === 'device') return device.register(call.args[0]);
  const client = open(call);
  if (call.method === 'runBulkEnrollmentOperation') return runBulk(client, call.args[0]);
  const answer = await client[call.method](...call.args);
  if (call.method.endsWith('Query')) return readAll(answer);
  return answer && answer.responseBody !== undefined ? answer.responseBody : answer;
}

function describe(error) {
  return { name: error.name, message: error.message, body: error.responseBody, result: error.result };
}

readline.createInterface({ input: process.stdin }).on('line', async line => {
  const call = JSON.parse(line);
  let answer;
  try {
    answer = { id: call.id, result: (await make(call)) ?? null };
  } catch (error) {
    answer = { id: call.id, error: describe(error) };
  }
  process.stdout.write(JSON.stringify(answer) + '\n');
});
