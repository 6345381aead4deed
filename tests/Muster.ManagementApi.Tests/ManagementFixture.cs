using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Muster.Configuration;
using Muster.Core.Instances;
using Muster.Protocols.Sas;
using Muster.TestKit;

namespace Muster.ManagementApi.Tests;

/// <summary>A server and its management API as its owner calls it.</summary>
public sealed class ManagementFixture : IAsyncLifetime
{
    public const string Path = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg1/providers/Microsoft.Devices"
        + "/provisioningServices/default/certificates";

    public RunningServer Server { get; private set; } = null!;

    /// <summary>Replaces or adds services after the product's own.</summary>
    public Action<IServiceCollection>? Configure { get; init; }

    /// <summary>Changes the server's options.</summary>
    public Func<MusterOptions, MusterOptions>? Options { get; init; }

    /// <summary>The server's clock; null is the system's.</summary>
    public TimeProvider? Clock { get; init; }

    public async ValueTask InitializeAsync() => Server = await RunningServer.StartAsync(clock: Clock, configure: Configure, options: Options);

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    public string Token(AccessPolicy? policy = null)
    {
        policy ??= Server.Instance.AccessPolicies[0];
        return SasTokenBuilder.Create(
            Server.Host, Convert.FromBase64String(policy.Keys.Primary.Reveal()), Server.Clock.GetUtcNow().AddHours(1), policy.Name);
    }

    public Task<JsonAnswer> PutAsync(string name, string content, bool? isVerified = null, bool nested = false, string? ifMatch = null)
    {
        var members = $"\"certificate\":{System.Text.Json.JsonSerializer.Serialize(content)}"
            + (isVerified is null ? "" : $",\"isVerified\":{(isVerified.Value ? "true" : "false")}");
        return SendAsync(HttpMethod.Put, "/" + Uri.EscapeDataString(name), nested ? $"{{\"Properties\":{{{members}}}}}" : $"{{{members}}}", ifMatch);
    }

    public Task<JsonAnswer> SendAsync(HttpMethod method, string path, string? body = null, string? ifMatch = null) => SendRawAsync(
        method, $"{Path}{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}api-version=2022-12-12", Token(), body, ifMatch);

    public async Task<JsonAnswer> SendRawAsync(HttpMethod method, string target, string? token, string? body = null, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(method, target);
        if (token is not null) request.Headers.TryAddWithoutValidation("Authorization", token);
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return await Server.SendAsync(request);
    }
}
