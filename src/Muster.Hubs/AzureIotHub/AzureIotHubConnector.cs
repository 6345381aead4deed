using System.Text.Json;
using Muster.Core.Hubs;

namespace Muster.Hubs.AzureIotHub;

/// <summary>
/// The hub port over the IoT Hub REST API, in the order of iot-hub 2.5. Every request takes its turn in the hub's lane; 404, 409 and
/// 412 where they are expected are answers, everything else is a <see cref="HubCallException"/>.
/// </summary>
internal sealed class AzureIotHubConnector : IHubConnector
{
    private const string Any = "\"*\"";
    private const int MaxRaces = 4;
    private const int TierWithoutTwins = 403010;
    private const int PolicyLacksRight = 401003;

    private readonly HubClient _client;
    private readonly HubLane _lane;

    public AzureIotHubConnector(HubClient client, HubLane lane)
    {
        _client = client;
        _lane = lane;
    }

    public async Task<HubEnsureOutcome> EnsureDeviceAsync(HubDeviceSpec spec, CancellationToken cancellationToken)
    {
        var path = Device(spec.DeviceId);
        for (var race = 0; race < MaxRaces; race++)
        {
            var created = await SendAsync(HttpMethod.Put, path, DeviceBody.Create(spec), ifMatch: null, [409], cancellationToken);
            if (created.Status != 409) return HubEnsureOutcome.Created;

            var read = await SendAsync(HttpMethod.Get, path, body: null, ifMatch: null, [404], cancellationToken);
            if (read.Status == 404) continue;
            var existing = read.ToObject();
            var updated = await SendAsync(
                HttpMethod.Put, path, DeviceBody.Refresh(spec, existing), ETagOf(existing), [404, 412], cancellationToken);
            if (updated.Status is not (404 or 412)) return HubEnsureOutcome.AlreadyExisted;
        }

        throw Contended(spec.DeviceId);
    }

    public async Task<HubDeviceSnapshot?> ReadDeviceAsync(string deviceId, CancellationToken cancellationToken)
    {
        var read = await SendAsync(HttpMethod.Get, Device(deviceId), body: null, ifMatch: null, [404], cancellationToken);
        if (read.Status == 404) return null;
        var identity = read.ToObject();
        JsonElement? twin = null;
        try
        {
            var answer = await SendAsync(HttpMethod.Get, Twin(deviceId), body: null, ifMatch: null, [404], cancellationToken);
            if (answer.Status == 404) return null;
            twin = answer.ToObject();
        }
        catch (HubCallException problem) when (problem.Code == TierWithoutTwins)
        {
            // A basic hub: there is no twin to read.
        }

        var properties = twin is { } document && document.TryGetProperty("properties", out var inner) ? inner : (JsonElement?)null;
        return new HubDeviceSnapshot(
            Text(identity, "status") != "disabled",
            Text(identity, "statusReason"),
            DeviceBody.IsEdge(identity),
            TwinBody.Section(twin, "tags"),
            TwinBody.Section(properties, "desired"),
            TwinBody.Section(properties, "reported"))
        {
            Keys = DeviceBody.KeysOf(identity),
        };
    }

    public async Task ApplyTwinAsync(string deviceId, HubTwin twin, HubTwinMode mode, CancellationToken cancellationToken)
    {
        if (mode == HubTwinMode.Merge)
            await SendAsync(HttpMethod.Patch, Twin(deviceId), TwinBody.Patch(twin), Any, [], cancellationToken);
        else
            await SendAsync(HttpMethod.Put, Twin(deviceId), TwinBody.Replacement(twin), Any, [], cancellationToken);

        // Replacing clears reported properties, too, where the hub lets the service write them (iot-hub 3.3, 4.3).
        if (twin.Reported is null && mode == HubTwinMode.Merge) return;
        try
        {
            await SendAsync(HttpMethod.Post, "devices", TwinBody.Import(deviceId, twin), ifMatch: null, [], cancellationToken);
        }
        catch (HubCallException problem) when (!problem.IsTransient)
        {
            // The device reports anew when it connects; tags and desired properties are written.
        }
    }

    public async Task SetEnabledAsync(string deviceId, bool enabled, string? reason, CancellationToken cancellationToken)
    {
        for (var race = 0; race < MaxRaces; race++)
        {
            var existing = (await SendAsync(HttpMethod.Get, Device(deviceId), body: null, ifMatch: null, [], cancellationToken)).ToObject();
            var body = DeviceBody.WithStatus(deviceId, existing, enabled, reason);
            var updated = await SendAsync(HttpMethod.Put, Device(deviceId), body, ETagOf(existing), [412], cancellationToken);
            if (updated.Status != 412) return;
        }

        throw Contended(deviceId);
    }

    public Task DeleteDeviceAsync(string deviceId, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Delete, Device(deviceId), body: null, Any, [404], cancellationToken);

    public async Task<HubProbe> ProbeAsync(CancellationToken cancellationToken)
    {
        // A name that no device has: reading it shows the rights without seeing or changing anything.
        var nobody = $"muster-probe-{Guid.NewGuid():N}";
        var missing = "RegistryRead";
        TimeSpan? latency = null;
        try
        {
            await SendAsync(HttpMethod.Get, Device(nobody), body: null, ifMatch: null, [404], cancellationToken);
            latency = _lane.Describe().Latency;
            missing = "RegistryWrite";
            await SendAsync(HttpMethod.Delete, Device(nobody), body: null, Any, [404], cancellationToken);
            missing = "ServiceConnect";
            await SendAsync(HttpMethod.Get, Twin(nobody), body: null, ifMatch: null, [404], cancellationToken);
            return new HubProbe(HubProbeOutcome.Ready, "The hub can be reached, and the credentials suffice.", latency);
        }
        catch (HubCallException problem) when (problem.IsUnauthorized)
        {
            return latency is null && problem.Code != PolicyLacksRight
                ? new HubProbe(HubProbeOutcome.Unauthorized, $"The hub refuses the credentials: {problem.Message}")
                : new HubProbe(HubProbeOutcome.MissingPermission, $"The credentials lack the right {missing}: {problem.Message}", latency);
        }
        catch (HubCallException problem) when (problem.Code == TierWithoutTwins)
        {
            return new HubProbe(HubProbeOutcome.Ready, "The hub can be reached; its tier has no twins, so initial twins are not written.", latency);
        }
        catch (HubCallException problem)
        {
            var outcome = problem.IsUnanswered ? HubProbeOutcome.Unreachable : HubProbeOutcome.Failing;
            return new HubProbe(outcome, problem.Message, latency);
        }
    }

    private Task<HubAnswer> SendAsync(
        HttpMethod method, string path, byte[]? body, string? ifMatch, int[] allowed, CancellationToken cancellationToken) =>
        _lane.CallAsync(token => _client.SendAsync(method, path, body, ifMatch, allowed, token), cancellationToken);

    private static HubCallException Contended(string deviceId) =>
        new(412001, $"Others kept changing the device '{deviceId}' while it was written.", isTransient: true);

    private static string Device(string deviceId) => "devices/" + Uri.EscapeDataString(deviceId);

    private static string Twin(string deviceId) => "twins/" + Uri.EscapeDataString(deviceId);

    private static string ETagOf(JsonElement identity) => Text(identity, "etag") is { Length: > 0 } etag ? $"\"{etag}\"" : Any;

    private static string? Text(JsonElement document, string name) =>
        document.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
