using Muster.Core.Attestation;

namespace Muster.Portal.Snippets;

/// <summary>Ready-to-paste device code: the official SDKs, plain MQTT, and Muster's own command, with this service's values filled in (portal 8.5).</summary>
internal static class DeviceCode
{
    public static IReadOnlyList<Snippet> All(SnippetInput input) => input.Attestation switch
    {
        AttestationType.SymmetricKey => [Muster(input), CSharp(input), Node(input), Python(input), C(input), Java(input), Mosquitto(input)],
        AttestationType.X509 => [CSharp(input), Node(input), Python(input), C(input), Java(input), Mosquitto(input)],
        _ => [CSharp(input), C(input), Java(input)],
    };

    private static bool IsKey(SnippetInput input) => input.Attestation == AttestationType.SymmetricKey;

    private static string Port(SnippetInput input) => input.HttpsPort == 443 ? "" : $":{input.HttpsPort}";

    private static Snippet Muster(SnippetInput input) => new("muster", "", $"""
        {input.ProgramCommand} device register --endpoint {input.Host}{Port(input)} --id-scope {input.IdScope} \
          --id {input.RegistrationId} --key '{input.Key}' --root-cert {input.RootFile}
        """);

    private static Snippet CSharp(SnippetInput input)
    {
        var security = input.Attestation switch
        {
            AttestationType.SymmetricKey => $"""new SecurityProviderSymmetricKey("{input.RegistrationId}", "{input.Key}", null)""",
            AttestationType.X509 => """new SecurityProviderX509Certificate(X509Certificate2.CreateFromPemFile("device.pem", "device.key"))""",
            _ => $"""new SecurityProviderTpmHsm("{input.RegistrationId}")""",
        };
        var package = input.Attestation == AttestationType.Tpm ? "\ndotnet add package Microsoft.Azure.Devices.Provisioning.Security.Tpm" : "";
        var transport = input.Attestation == AttestationType.Tpm ? "Http" : "Mqtt";
        return new("C#", $"""
            # The device must trust the root certificate: on Linux
            sudo cp {input.RootFile} /usr/local/share/ca-certificates/muster.crt && sudo update-ca-certificates
            dotnet add package Microsoft.Azure.Devices.Provisioning.Client
            dotnet add package Microsoft.Azure.Devices.Provisioning.Transport.{transport}{package}
            """, $$"""
            using System.Security.Cryptography.X509Certificates;
            using Microsoft.Azure.Devices.Provisioning.Client;
            using Microsoft.Azure.Devices.Provisioning.Client.Transport;
            using Microsoft.Azure.Devices.Shared;

            using var security = {{security}};
            using var transport = new ProvisioningTransportHandler{{transport}}();
            var client = ProvisioningDeviceClient.Create("{{input.Host}}", "{{input.IdScope}}", security, transport);
            var result = await client.RegisterAsync();
            Console.WriteLine($"{result.Status}: {result.AssignedHub} {result.DeviceId}");
            """);
    }

    private static Snippet Node(SnippetInput input)
    {
        var (package, security) = IsKey(input)
            ? ("azure-iot-security-symmetric-key", $$"""
                const { SymmetricKeySecurityClient } = require('azure-iot-security-symmetric-key');
                const security = new SymmetricKeySecurityClient('{{input.RegistrationId}}', '{{input.Key}}');
                """)
            : ("azure-iot-security-x509", $$"""
                const fs = require('fs');
                const { X509Security } = require('azure-iot-security-x509');
                const security = new X509Security('{{input.RegistrationId}}',
                  { cert: fs.readFileSync('device.pem', 'utf8'), key: fs.readFileSync('device.key', 'utf8') });
                """);
        return new("Node.js", $"""
            npm install azure-iot-provisioning-device azure-iot-provisioning-device-mqtt {package}
            export NODE_EXTRA_CA_CERTS={input.RootFile}
            """, $$"""
            const { Mqtt } = require('azure-iot-provisioning-device-mqtt');
            const { ProvisioningDeviceClient } = require('azure-iot-provisioning-device');
            {{security}}
            const client = ProvisioningDeviceClient.create('{{input.Host}}', '{{input.IdScope}}', new Mqtt(), security);
            client.register((error, result) => {
              if (error) { console.error(error); process.exit(1); }
              console.log(`${result.status}: ${result.assignedHub} ${result.deviceId}`);
            });
            """);
    }

    private static Snippet Python(SnippetInput input)
    {
        var (import, create) = IsKey(input)
            ? ("ProvisioningDeviceClient", $"""
                client = ProvisioningDeviceClient.create_from_symmetric_key(
                    provisioning_host="{input.Host}", registration_id="{input.RegistrationId}",
                    id_scope="{input.IdScope}", symmetric_key="{input.Key}",
                    server_verification_cert=open("{input.RootFile}").read())
                """)
            : ("ProvisioningDeviceClient, X509", $"""
                client = ProvisioningDeviceClient.create_from_x509_certificate(
                    provisioning_host="{input.Host}", registration_id="{input.RegistrationId}",
                    id_scope="{input.IdScope}", x509=X509(cert_file="device.pem", key_file="device.key"),
                    server_verification_cert=open("{input.RootFile}").read())
                """);
        return new("Python", "pip install azure-iot-device", $$"""
            from azure.iot.device import {{import}}

            {{create}}
            result = client.register()
            print(result.status, result.registration_state.assigned_hub, result.registration_state.device_id)
            """);
    }

    private static Snippet C(SnippetInput input)
    {
        var kind = input.Attestation switch
        {
            AttestationType.SymmetricKey => "SECURE_DEVICE_TYPE_SYMMETRIC_KEY",
            AttestationType.X509 => "SECURE_DEVICE_TYPE_X509",
            _ => "SECURE_DEVICE_TYPE_TPM",
        };
        var key = IsKey(input) ? $"\n    prov_dev_set_symmetric_key_info(\"{input.RegistrationId}\", \"{input.Key}\");" : "";
        var (header, protocol) = input.Attestation == AttestationType.Tpm ? ("prov_transport_http_client.h", "Prov_Device_HTTP_Protocol") : ("prov_transport_mqtt_client.h", "Prov_Device_MQTT_Protocol");
        return new("C", "# build azure-iot-sdk-c with -Duse_prov_client:BOOL=ON", $$"""
            #include "azure_prov_client/prov_device_ll_client.h"
            #include "azure_prov_client/prov_security_factory.h"
            #include "azure_prov_client/{{header}}"
            #include "azure_c_shared_utility/platform.h"
            #include "azure_c_shared_utility/threadapi.h"
            #include <stdio.h>
            #include <stdlib.h>

            static int done;
            static void registered(PROV_DEVICE_RESULT result, const char* hub, const char* device, void* context)
            {
                (void)context;
                printf("%d: %s %s\n", (int)result, hub ? hub : "", device ? device : "");
                done = 1;
            }

            int main(void)
            {
                FILE* file = fopen("{{input.RootFile}}", "rb");
                static char trusted[16384];
                if (file == NULL || fread(trusted, 1, sizeof trusted - 1, file) == 0) return 1;
                fclose(file);
                platform_init();
                prov_dev_security_init({{kind}});{{key}}
                PROV_DEVICE_LL_HANDLE client = Prov_Device_LL_Create("{{input.Host}}", "{{input.IdScope}}", {{protocol}});
                Prov_Device_LL_SetOption(client, "TrustedCerts", trusted);
                Prov_Device_LL_Register_Device(client, registered, NULL, NULL, NULL);
                while (!done) { Prov_Device_LL_DoWork(client); ThreadAPI_Sleep(10); }
                Prov_Device_LL_Destroy(client);
                platform_deinit();
                return 0;
            }
            """);
    }

    private static Snippet Java(SnippetInput input)
    {
        var security = input.Attestation switch
        {
            AttestationType.SymmetricKey => $"""new SecurityProviderSymmetricKey("{input.Key}".getBytes(), "{input.RegistrationId}")""",
            AttestationType.X509 => """new SecurityProviderX509Cert(Files.readString(Path.of("device.pem")), Files.readString(Path.of("device.key")), List.of())""",
            _ => $"""new SecurityProviderTPMHsm("{input.RegistrationId}")""",
        };
        var protocol = input.Attestation == AttestationType.Tpm ? "HTTPS" : "MQTT";
        return new("Java", $"""
            keytool -importcert -noprompt -alias muster -file {input.RootFile} -keystore trust.jks -storepass changeit
            # Maven: com.microsoft.azure.sdk.iot.provisioning:provisioning-device-client
            # run with -Djavax.net.ssl.trustStore=trust.jks -Djavax.net.ssl.trustStorePassword=changeit
            """, $$"""
            import com.microsoft.azure.sdk.iot.provisioning.device.*;
            import com.microsoft.azure.sdk.iot.provisioning.security.*;
            import com.microsoft.azure.sdk.iot.provisioning.security.hsm.*;
            import java.nio.file.*;
            import java.util.List;

            public class Register {
                public static void main(String[] args) throws Exception {
                    SecurityProvider security = {{security}};
                    ProvisioningDeviceClient client = ProvisioningDeviceClient.create("{{input.Host}}", "{{input.IdScope}}",
                        ProvisioningDeviceClientTransportProtocol.{{protocol}}, security);
                    ProvisioningDeviceClientRegistrationResult result = client.registerDeviceSync();
                    System.out.println(result.getProvisioningDeviceClientStatus() + ": " + result.getIothubUri() + " " + result.getDeviceId());
                    client.close();
                }
            }
            """);
    }

    private static Snippet Mosquitto(SnippetInput input)
    {
        var user = $"{input.IdScope}/registrations/{input.RegistrationId}/api-version=2021-06-01&ClientVersion=mosquitto";
        var common = $"-h {input.Host} -p {input.MqttPort} --cafile {input.RootFile} -i '{input.RegistrationId}' -V mqttv311 -q 1";
        return IsKey(input)
            ? new("mosquitto + openssl", "apt-get install mosquitto-clients openssl", $$"""
                RESOURCE='{{input.IdScope}}%2Fregistrations%2F{{input.RegistrationId}}'
                EXPIRY=$(( $(date +%s) + 3600 ))
                KEY_HEX=$(printf '%s' '{{input.Key}}' | base64 -d | od -An -tx1 | tr -d ' \n')
                SIGNATURE=$(printf '%s\n%s' "$RESOURCE" "$EXPIRY" | openssl dgst -sha256 -mac HMAC -macopt hexkey:$KEY_HEX -binary \
                  | base64 -w0 | sed 's/+/%2B/g; s,/,%2F,g; s/=/%3D/g')
                TOKEN="SharedAccessSignature sr=$RESOURCE&sig=$SIGNATURE&se=$EXPIRY&skn=registration"
                mosquitto_rr {{common}} -u '{{user}}' -P "$TOKEN" -W 20 \
                  -t '$dps/registrations/PUT/iotdps-register/?$rid=1' -e '$dps/registrations/res/#' \
                  -m '{"registrationId":"{{input.RegistrationId}}"}' -v
                """)
            : new("mosquitto", "apt-get install mosquitto-clients", $$"""
                mosquitto_rr {{common}} -u '{{user}}' --cert device.pem --key device.key -W 20 \
                  -t '$dps/registrations/PUT/iotdps-register/?$rid=1' -e '$dps/registrations/res/#' \
                  -m '{"registrationId":"{{input.RegistrationId}}"}' -v
                """);
    }
}
