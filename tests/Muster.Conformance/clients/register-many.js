// Enrolls and registers devices one after the other in several parallel lanes, until standard input ends or the server is gone.
// Prints one JSON line for each thing the server has acknowledged. Argument: JSON with
// {serviceConnectionString, host, idScope, groupKey, lanes}.
'use strict';

const crypto = require('crypto');
const { ProvisioningServiceClient } = require('azure-iot-provisioning-service');
const device = require('./device');

const settings = JSON.parse(process.argv[2]);
const service = ProvisioningServiceClient.fromConnectionString(settings.serviceConnectionString);
let running = true;
process.stdin.on('end', () => { running = false; }).resume();

function print(line) {
  process.stdout.write(JSON.stringify(line) + '\n');
}

async function individual(registrationId) {
  const key = crypto.randomBytes(32).toString('base64');
  const attestation = { type: 'symmetricKey', symmetricKey: { primaryKey: key, secondaryKey: key } };
  await service.createOrUpdateIndividualEnrollment({ registrationId, attestation });
  print({ enrolled: registrationId, key });
  return key;
}

function derived(registrationId) {
  return crypto.createHmac('sha256', Buffer.from(settings.groupKey, 'base64')).update(registrationId).digest('base64');
}

async function lane(number) {
  for (let i = 0; running; i++) {
    const registrationId = `crash-${number}-${i}`;
    const key = i % 2 === 0 ? await individual(registrationId) : derived(registrationId);
    const result = await device.register({ host: settings.host, idScope: settings.idScope, registrationId, key });
    print({ assigned: registrationId, key, hub: result.assignedHub, deviceId: result.deviceId });
  }
}

Promise.all(Array.from({ length: settings.lanes }, (_, number) => lane(number)))
  .then(() => print({ end: 'asked' }), error => print({ end: error.message }))
  .finally(() => process.exit(0));
