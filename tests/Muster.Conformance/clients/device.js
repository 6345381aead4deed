// Registers one device with the unmodified device client.
'use strict';

const { ProvisioningDeviceClient } = require('azure-iot-provisioning-device');
const { Http } = require('azure-iot-provisioning-device-http');
const { Mqtt, MqttWs } = require('azure-iot-provisioning-device-mqtt');
const { SymmetricKeySecurityClient } = require('azure-iot-security-symmetric-key');
const { X509Security } = require('azure-iot-security-x509');

const transports = { https: Http, mqtt: Mqtt, 'mqtt-ws': MqttWs };

// {host, idScope, registrationId, key or certificate, transport?, payload?} -> the registration result. The certificate is {cert, key}
// in PEM, cert followed by its intermediates.
exports.register = async ({ host, idScope, registrationId, key, certificate, transport = 'https', payload }) => {
  const security = certificate
    ? new X509Security(registrationId, certificate)
    : new SymmetricKeySecurityClient(registrationId, key);
  const client = ProvisioningDeviceClient.create(host, idScope, new transports[transport](), security);
  if (payload !== undefined) client.setProvisioningPayload(payload);
  return client.register();
};
