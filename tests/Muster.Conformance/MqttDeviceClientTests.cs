using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Muster.Conformance.Calls;
using Muster.Conformance.Server;

namespace Muster.Conformance;

/// <summary>azure-iot-provisioning-device registers devices over MQTT and over MQTT in WebSockets.</summary>
public sealed class MqttDeviceClientTests(TwoHubServer muster)
{
    private OfficialClients Clients => muster.Clients;

    [Theory]
    [InlineData("mqtt")]
    [InlineData("mqtt-ws")]
    public async Task A_device_registers_with_a_key_of_its_own(string transport)
    {
        var id = $"{transport}-own";
        var key = Keys.New();
        await Clients.EnrollAsync(Enrollments.Individual(id, key));

        AssertAssigned((await Clients.RegisterAsync(id, key, transport: transport)).Value, id);
    }

    [Theory]
    [InlineData("mqtt")]
    [InlineData("mqtt-ws")]
    public async Task A_device_of_a_group_registers_with_a_derived_key_and_a_payload(string transport)
    {
        var id = $"{transport}-derived";
        var key = Keys.New();
        await Clients.EnrollAsync(Enrollments.Group($"{transport}-group", key));

        var answer = await Clients.RegisterAsync(id, Keys.Derive(key, id), JsonNode.Parse("""{"modelId":"dtmi:a:b;1"}"""), transport);

        AssertAssigned(answer.Value, id);
    }

    [Theory]
    [InlineData("mqtt")]
    [InlineData("mqtt-ws")]
    public async Task A_device_registers_with_an_enrolled_certificate(string transport)
    {
        var id = $"{transport}-x509";
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Certificate(id, key);
        await Clients.EnrollAsync(Enrollments.WithCertificate(id, certificate));

        var answer = await Clients.RegisterWithCertificateAsync(id, certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem(), transport);

        AssertAssigned(answer.Value, id);
    }

    [Theory]
    [InlineData("mqtt")]
    [InlineData("mqtt-ws")]
    public async Task A_wrong_key_is_an_UnauthorizedError_with_the_code(string transport)
    {
        var id = $"{transport}-wrong";
        await Clients.EnrollAsync(Enrollments.Individual(id, Keys.New()));

        var answer = await Clients.RegisterAsync(id, Keys.New(), transport: transport);

        answer.FailedWith("UnauthorizedError");
        Assert.Contains("401002", answer.ErrorBody, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mqtt")]
    [InlineData("mqtt-ws")]
    public async Task A_certificate_that_is_not_enrolled_may_not_connect(string transport)
    {
        var id = $"{transport}-stranger";
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Certificate(id, key);

        var answer = await Clients.RegisterWithCertificateAsync(id, certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem(), transport);

        answer.FailedWith("Error");
        Assert.Contains("Not authorized", answer.ErrorMessage, StringComparison.Ordinal);
    }

    private static X509Certificate2 Certificate(string commonName, ECDsa key)
    {
        var request = new CertificateRequest("CN=" + commonName, key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
    }

    private static void AssertAssigned(JsonNode result, string id)
    {
        Assert.Equal("assigned", (string?)result["status"]);
        Assert.Equal(id, (string?)result["deviceId"]);
        Assert.Contains((string?)result["assignedHub"], (string[])[TwoHubServer.HubA, TwoHubServer.HubB]);
    }
}
