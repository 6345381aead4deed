using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Muster.Conformance.Calls;
using Muster.Conformance.Server;

namespace Muster.Conformance;

/// <summary>azure-iot-security-tpm with a software TPM registers over HTTPS (tpm-attestation 17, integration).</summary>
public sealed class TpmTests(TwoHubServer muster)
{
    [Fact]
    public async Task Official_client_registers_and_its_TPM_then_holds_the_key_of_the_hub()
    {
        await using var device = await muster.StartTpmAsync("node-tpm");
        await EnrollAsync("node-tpm", device);

        var first = (await RegisterAsync(device)).Value["registrationState"]!;
        var again = (await RegisterAsync(device)).Value["registrationState"]!;

        Assert.Equal("node-tpm", (string?)first["deviceId"]);
        Assert.Equal((string?)first["assignedHub"], (string?)again["assignedHub"]);
        var identity = (await muster.Clients.HubAsync((string)first["assignedHub"]!, "get", "node-tpm")).Value;
        Assert.Equal("sas", (string?)identity["authentication"]!["type"]);
        var key = Convert.FromBase64String((string)identity["authentication"]!["symmetricKey"]!["primaryKey"]!);
        var text = $"{first["assignedHub"]}%2Fdevices%2Fnode-tpm\n1893456000";
        Assert.Equal(Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text))), await device.SignAsync(text));
    }

    [Fact]
    public async Task Another_TPM_with_the_same_registration_ID_is_refused()
    {
        await using var enrolled = await muster.StartTpmAsync("node-tpm-twin");
        await using var stranger = await muster.StartTpmAsync("node-tpm-twin");
        await EnrollAsync("node-tpm-twin", enrolled);

        Assert.NotEqual(enrolled.EndorsementKey, stranger.EndorsementKey);
        Assert.NotNull((await RegisterAsync(stranger)).ErrorName);
        (await RegisterAsync(enrolled)).Succeeded();
    }

    private Task<ClientAnswer> RegisterAsync(TpmDevice device) =>
        device.RegisterAsync(muster.Server.Endpoints.DeviceEndpoint, muster.Server.Endpoints.IdScope!);

    private Task EnrollAsync(string registrationId, TpmDevice device) => muster.Clients.EnrollAsync(new JsonObject
    {
        ["registrationId"] = registrationId,
        ["attestation"] = new JsonObject { ["type"] = "tpm", ["tpm"] = new JsonObject { ["endorsementKey"] = device.EndorsementKey } },
    });
}
