// Registers one device with the unmodified device client over HTTPS.
'use strict';

const { ProvisioningDeviceClient } = require('azure-iot-provisioning-device');
const { Http } = require('azure-iot-provisioning-device-http');
const { SymmetricKeySecurityClient } = require('azure-iot-security-symmetric-key');
const { X509Security } = require('azure-iot-security-x509');

// {host, idScope, registrationId, key or certificate, payload?} -> the registration result. The certificate is {cert, key} in PEM, cert
// followed by its intermediates.
exports.register = async ({ host, idScope, registrationId, key, certificate, payload }) => {
  const security = certificate
    ? new X509Security(registrationId, certificate)
    : new SymmetricKeySecurityClient(registrationId, key);
  const client = ProvisioningDeviceClient.create(host, idScope, new Http(), security);
  if (payload !== undefined) client.setProvisioningPayload(payload);
  return client.register();
};
