// One device with a TPM, as the unmodified clients make it. Prints the endorsement key, then answers each line of standard input:
// {"register": {host, idScope, registrationId}} registers, {"sign": text} signs with the key that the TPM holds.
'use strict';

const readline = require('readline');
const { ProvisioningDeviceClient } = require('azure-iot-provisioning-device');
const { Http } = require('azure-iot-provisioning-device-http');
const { TpmSecurityClient } = require('azure-iot-security-tpm');
const tss = require('tss.js');
const simulator = require('./simulator');

const promise = call => new Promise((resolve, reject) => call((error, result) => (error ? reject(error) : resolve(result))));
const print = line => process.stdout.write(JSON.stringify(line) + '\n');

(async () => {
  const tpm = await simulator.start();
  process.on('exit', tpm.stop);
  const security = new TpmSecurityClient(process.argv[2], new tss.Tpm(true, '127.0.0.1', tpm.port));
  print({ endorsementKey: (await promise(done => security.getEndorsementKey(done))).toString('base64') });
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const { register, sign } = JSON.parse(line);
    try {
      if (register) {
        const client = ProvisioningDeviceClient.create(register.host, register.idScope, new Http(), security);
        print({ result: await promise(done => client.register(done)) });
      } else {
        print({ result: (await promise(done => security.signWithIdentity(Buffer.from(sign), done))).toString('base64') });
      }
    } catch (error) {
      print({ error: { name: error.name, message: error.message } });
    }
  }

  process.exit(0);
})();
