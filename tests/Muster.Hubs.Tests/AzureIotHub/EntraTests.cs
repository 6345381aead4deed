using System.Text.Json;
using Muster.Hubs.Tests.Registration;
using Muster.Hubs.Tests.Webhooks;
using Muster.TestKit;
using Muster.Tests;

namespace Muster.Hubs.Tests.AzureIotHub;

/// <summary>
/// Identity-based links with the real Azure.Identity: the server's environment names a token endpoint, as that of a managed identity
/// does, and the hub takes nothing but its bearer tokens.
/// </summary>
public sealed class EntraTests
{
    private const string Token = "token-of-the-server";
    private const string Header = "secret-of-the-environment";

    [Theory]
    [InlineData("SystemAssigned", null, null)]
    [InlineData("UserAssigned", "11111111-2222-3333-4444-555555555555", "client_id=11111111-2222-3333-4444-555555555555")]
    [InlineData("UserAssigned", "/subscriptions/s/resourcegroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/muster", "mi_res_id=")]
    public async Task The_server_s_identity_gets_a_token_and_with_it_into_the_hub(string type, string? identity, string? query)
    {
        await using var endpoint = await StartEndpointAsync();
        await using var hub = await RestHub.StartAsync();
        hub.BearerToken = Token;
        var outcome = await RegisterAsync(hub, endpoint, type, identity);

        Assert.Equal("assigned", outcome);
        Assert.True(hub.Devices.ContainsKey("dev-1"));
        Assert.All(endpoint.Requests, request => Assert.Contains("resource=https", Uri.UnescapeDataString(request), StringComparison.Ordinal));
        Assert.All(endpoint.Requests, request => Assert.Contains("iothubs.azure.net", request, StringComparison.Ordinal));
        if (query is not null) Assert.All(endpoint.Requests, request => Assert.Contains(query, request, StringComparison.Ordinal));

        // The token is kept: a registration takes several calls.
        Assert.Single(endpoint.Requests);
    }

    [Fact]
    public async Task A_hub_that_does_not_know_the_identity_fails_the_registration_with_its_words()
    {
        await using var endpoint = await StartEndpointAsync();
        await using var hub = await RestHub.StartAsync();
        hub.BearerToken = "token-of-someone-else";
        Assert.Equal("400209 " + RestHub.ErrorBody("IotHubUnauthorizedAccess", "Unauthorized"), await RegisterAsync(hub, endpoint, "SystemAssigned", null));
    }

    [Fact]
    public async Task An_environment_that_refuses_a_token_is_told_to_the_operator()
    {
        await using var endpoint = await WebhookServer.StartAsync();
        endpoint.Default = WebhookServer.Answer(400, """{"error":"invalid_request","error_description":"no such identity"}""");
        await using var hub = await RestHub.StartAsync();
        Assert.StartsWith("400209 No Entra identity is available for the hub 'rest-hub.test'",
            await RegisterAsync(hub, endpoint, "UserAssigned", "11111111-2222-3333-4444-555555555555"), StringComparison.Ordinal);
        Assert.Empty(hub.Calls);
    }

    private static async Task<WebhookServer> StartEndpointAsync()
    {
        var endpoint = await WebhookServer.StartAsync();
        endpoint.Default = context => context.Request.Headers["X-IDENTITY-HEADER"] == Header
            ? WebhookServer.Answer(200, $$"""
                {"access_token":"{{Token}}","expires_on":"{{DateTimeOffset.UtcNow.AddHours(6).ToUnixTimeSeconds()}}",
                "resource":"https://iothubs.azure.net","token_type":"Bearer"}
                """)(context)
            : WebhookServer.Answer(401, "{}")(context);
        return endpoint;
    }

    /// <summary>Registers one device through a fresh server.</summary>
    /// <returns><c>assigned</c>, or the code and text of the failure.</returns>
    private static async Task<string> RegisterAsync(RestHub hub, WebhookServer endpoint, string type, string? identity)
    {
        var folder = Directory.CreateTempSubdirectory("muster-test-").FullName;
        var root = Path.Combine(folder, "hub.pem");
        await File.WriteAllTextAsync(root, hub.RootCertificate);
        try
        {
            List<(string, string)> environment =
            [
                ("IDENTITY_ENDPOINT", new Uri(endpoint.Url, "/token").AbsoluteUri),
                ("IDENTITY_HEADER", Header),
                ("MUSTER__LinkedHubs__0__HostName", hub.HostName),
                ("MUSTER__LinkedHubs__0__AuthenticationType", type),
                ("MUSTER__LinkedHubs__0__Address", "127.0.0.1"),
                ("MUSTER__LinkedHubs__0__Port", $"{hub.Port}"),
                ("MUSTER__LinkedHubs__0__RootCertificate", root),
            ];
            if (identity is not null) environment.Add(("MUSTER__LinkedHubs__0__IdentityId", identity));
            await using var server = ServerProcess.Start(folder, [.. environment]);
            await server.ReadyAsync();
            var key = TwoHubs.NewKey();
            await server.EnrollAsync("dev-1", $$$"""
                {"attestation":{"type":"symmetricKey","symmetricKey":{"primaryKey":"{{{key}}}","secondaryKey":"{{{key}}}"}},
                "allocationPolicy":"static","iotHubs":["{{{hub.HostName}}}"],"initialTwin":{"tags":{"a":1} } }
                """);
            JsonElement answer = default;
            await Eventually.TrueAsync(
                async () =>
                {
                    answer = await server.RegisterAsync("dev-1", key);
                    return answer.GetProperty("status").GetString() != "assigning";
                },
                "the registration ends");
            var state = answer.GetProperty("registrationState");
            return answer.GetProperty("status").GetString() == "failed"
                ? $"{state.GetProperty("errorCode").GetInt32()} {state.GetProperty("errorMessage").GetString()}"
                : answer.GetProperty("status").GetString()!;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
