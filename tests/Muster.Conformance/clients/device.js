// Registers one device with the unmodified device client over HTTPS.
'use strict';

const { ProvisioningDeviceClient } = require('azure-iot-provisioning-device');
const { Http } = require('azure-iot-provisioning-device-http');
const { SymmetricKeySecurityClient } = require('azure-iot-security-symmetric-key');

// {host, idScope, registrationId, key, payload?} -> the registration result.
exports.register = async ({ host, idScope, registrationId, key, payload }) => {
  const security = new SymmetricKeySecurityClient(registrationId, key);
  const client = ProvisioningDeviceClient.create(host, idScope, new Http(), security);
  if (payload !== undefined) client.setProvisioningPayload(payload);
  return client.register();
};
