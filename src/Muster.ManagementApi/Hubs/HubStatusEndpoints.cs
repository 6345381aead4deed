using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Muster.Api.Json;
using Muster.Core.Errors;
using Muster.Core.Hubs;
using Muster.ManagementApi.Requests;

namespace Muster.ManagementApi.Hubs;

/// <summary>
/// Muster's own beside <c>properties.iotHubs</c>: how the hubs fare, what moved devices left behind in them (behaviour B-10.2), and a
/// probe.
/// </summary>
internal static class HubStatusEndpoints
{
    /// <summary>Health of each linked hub, and the identities whose deletion failed.</summary>
    public static async Task<Refusal?> GetAsync(ManagementRequest request)
    {
        var name = request.Instance.Name;
        var hubs = await Service<LinkedHubService>(request).ListAsync(name, request.Aborted);
        var left = await Service<HubCleaner>(request).ListAsync(name, request.Aborted);
        var lanes = Service<HubConnectors>(request).Lanes;
        await JsonResponse.WriteAsync(request.Context, StatusCodes.Status200OK, writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("value");
            foreach (var hub in hubs) Write(writer, lanes.HealthOf(hub.HostName));
            writer.WriteEndArray();
            writer.WriteStartArray("leftBehind");
            foreach (var entry in left.Where(entry => entry.Attempts > 0)) Write(writer, entry);
            writer.WriteEndArray();
            writer.WriteEndObject();
        });
        return null;
    }

    /// <summary>Tries the link with its stored credentials; a failure is part of the answer.</summary>
    public static async Task<Refusal?> ProbeAsync(ManagementRequest request)
    {
        var host = request.Context.GetRouteValue("hub") as string ?? "";
        var found = await Service<LinkedHubService>(request).FindAsync(request.Instance.Name, host, request.Aborted);
        if (!found.Try(out var hub, out var refusal)) return refusal;
        HubProbe probe;
        try
        {
            probe = await Service<HubConnectors>(request).Connect(hub).ProbeAsync(request.Aborted);
        }
        catch (HubCallException problem)
        {
            probe = new HubProbe(HubProbeOutcome.Failing, problem.Message);
        }

        await JsonResponse.WriteAsync(request.Context, StatusCodes.Status200OK, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("name", hub.HostName);
            writer.WriteString("outcome", JsonNamingPolicy.CamelCase.ConvertName(probe.Outcome.ToString()));
            writer.WriteString("detail", probe.Detail);
            writer.WriteEndObject();
        });
        return null;
    }

    /// <summary>Tries at once to delete what is left behind, and answers with the status.</summary>
    public static async Task<Refusal?> RetryAsync(ManagementRequest request)
    {
        await Service<HubCleaner>(request).RetryAsync(request.Instance.Name, request.Aborted);
        return await GetAsync(request);
    }

    private static void Write(Utf8JsonWriter writer, HubHealth health)
    {
        writer.WriteStartObject();
        writer.WriteString("name", health.HostName);
        writer.WriteString("state", JsonNamingPolicy.CamelCase.ConvertName(health.State.ToString()));
        writer.WriteNumber("waiting", health.Waiting);
        writer.WriteNumber("active", health.Active);
        if (health.LastSuccessUtc is { } success) writer.WriteString("lastSuccess", Time(success));
        if (health.LastFailureUtc is { } failure) writer.WriteString("lastFailureTime", Time(failure));
        if (health.LastFailure is { } text) writer.WriteString("lastFailure", text);
        if (health.CallsPerSecond is { } rate) writer.WriteNumber("callsPerSecond", rate);
        if (health.PausedUntilUtc is { } paused) writer.WriteString("pausedUntil", Time(paused));
        if (health.Latency is { } latency) writer.WriteNumber("latencyMilliseconds", Math.Round(latency.TotalMilliseconds, 1));
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, HubCleanup entry)
    {
        writer.WriteStartObject();
        writer.WriteString("deviceId", entry.DeviceId);
        writer.WriteString("iotHub", entry.HubHostName);
        writer.WriteString("registrationId", entry.RegistrationId);
        writer.WriteNumber("attempts", entry.Attempts);
        writer.WriteString("nextAttempt", Time(entry.NextAttemptUtc));
        writer.WriteString("problem", entry.Problem);
        writer.WriteEndObject();
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    private static T Service<T>(ManagementRequest request)
        where T : notnull => request.Context.RequestServices.GetRequiredService<T>();
}
