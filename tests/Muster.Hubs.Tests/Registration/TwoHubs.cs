using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Muster.Core.Hubs;
using Muster.Core.Registration;
using Muster.Core.Store;
using Muster.EmbeddedHub.Hubs;
using Muster.EmbeddedHub.Identities;
using Muster.EmbeddedHub.Storage;
using Muster.EmbeddedHub.Twins;
using Muster.TestKit;

namespace Muster.Hubs.Tests.Registration;

/// <summary>A whole server with two embedded hubs, and one device.</summary>
internal sealed class TwoHubs : IAsyncDisposable
{
    public const string A = "hub-a.test";
    public const string B = "hub-b.test";
    public const string Device = "dev-1";

    public const string Migrate = """{"updateHubAssignment":true,"migrateDeviceData":true}""";
    public const string Reset = """{"updateHubAssignment":true,"migrateDeviceData":false}""";
    public const string Never = """{"updateHubAssignment":false,"migrateDeviceData":false}""";

    private const string InitialTwin = ",\"initialTwin\":{\"tags\":{\"site\":\"initial\"},\"properties\":{\"desired\":{\"interval\":1}}}";

    private TwoHubs(RunningServer server) => Server = server;

    public RunningServer Server { get; }

    public bool IsBorrowed { get; private init; }

    public string Key { get; init; } = NewKey();

    /// <summary>Starts the server.</summary>
    /// <param name="configure">Replaces or adds services.</param>
    /// <param name="folder">A data folder to start over; null makes a fresh one.</param>
    /// <param name="clock">The clock; null is the system's.</param>
    /// <param name="budget">How long a register waits for its end; null is long enough for the slowest machine.</param>
    public static async Task<TwoHubs> StartAsync(
        Action<IServiceCollection>? configure = null, string? folder = null, TimeProvider? clock = null, TimeSpan? budget = null) =>
        new(await RunningServer.StartAsync(folder, [A, B], clock, services =>
        {
            services.AddSingleton(new RegistrationOptions { AnswerBudget = budget ?? TimeSpan.FromSeconds(30) });
            configure?.Invoke(services);
        }));

    /// <summary>A look into the hubs of another server, which is left as it is.</summary>
    public static TwoHubs Over(RunningServer server) => new(server) { IsBorrowed = true };

    public static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary>Faster than the product: one try, no waiting.</summary>
    public static void NoRetries(IServiceCollection services) =>
        services.AddSingleton(new RegistrationOptions { HubTries = 1, AnswerBudget = TimeSpan.FromSeconds(30) });

    /// <summary>An enrollment at a hub; <paramref name="policy"/> is one of the constants, or null.</summary>
    public Task EnrollAsync(string hub, string? policy, string more = "") => Server.EnrollAsync(Device, Key,
        $$""","allocationPolicy":"static","iotHubs":["{{hub}}"]"""
        + (policy is null ? "" : $""","reprovisionPolicy":{policy}""")
        + InitialTwin
        + more);

    public async Task<JsonElement> RegisterAsync(string apiVersion = "2021-06-01", string? payload = null, string? key = null)
    {
        var body = payload is null ? $$"""{"registrationId":"{{Device}}"}""" : $$"""{"registrationId":"{{Device}}","payload":{{payload}}}""";
        var answer = await Server.RegisterAsync(Device, Server.DeviceToken(Device, key ?? Key), body, apiVersion);
        Assert.True(answer.Status == HttpStatusCode.Accepted, answer.Text);
        return answer.Json;
    }

    /// <summary>Registers and returns <c>hub/substatus</c>, or <c>failed code</c>.</summary>
    public async Task<string> OutcomeAsync(string apiVersion = "2021-06-01", string? payload = null, string? key = null)
    {
        var answer = await RegisterAsync(apiVersion, payload, key);
        var state = answer.GetProperty("registrationState");
        return answer.GetProperty("status").GetString() switch
        {
            "assigned" => $"{state.GetProperty("assignedHub").GetString()}/{state.GetProperty("substatus").GetString()}",
            "failed" => $"failed {state.GetProperty("errorCode").GetInt32()}",
            var other => other!,
        };
    }

    public Task<RegistrationRecord?> RecordAsync() => Server.Store.FindRegistrationAsync(Server.Instance.Name, Device, default);

    public async Task<HubDevice?> FindAsync(string hub, string device = Device)
    {
        var result = await Registry.GetAsync(Hub(hub), device, default);
        return result.IsSuccess ? result.Value : null;
    }

    /// <summary>The twin as <c>tags desired reported</c>; null when the hub does not have the device.</summary>
    public async Task<string?> TwinAsync(string hub, string device = Device) => await FindAsync(hub, device) is { Twin: var twin }
        ? $"{twin.Tags.GetRawText()} {twin.Desired.Values.GetRawText()} {twin.Reported.Values.GetRawText()}"
        : null;

    /// <summary>What operators and the device wrote into the twin meanwhile.</summary>
    public async Task UseAsync(string hub, string device = Device)
    {
        var twins = Server.Server.Services.GetRequiredService<TwinService>();
        var write = new TwinWrite { Tags = Json("""{"site":"used"}"""), Desired = Json("""{"interval":9}""") };
        Assert.True((await twins.PatchAsync(Hub(hub), device, write, ETagCondition.Any, default)).IsSuccess);
        Assert.True((await twins.ImportReportedAsync(Hub(hub), device, Json("""{"firmware":"1.2"}"""), default)).IsSuccess);
    }

    public DeviceRegistry Registry => Server.Server.Services.GetRequiredService<DeviceRegistry>();

    public LinkedHubService Links => Server.Server.Services.GetRequiredService<LinkedHubService>();

    public HubCleaner Cleaner => Server.Server.Services.GetRequiredService<HubCleaner>();

    public Task<IReadOnlyList<HubCleanup>> CleanupsAsync() => Server.Store.ListHubCleanupsAsync(Server.Instance.Name, 100, default);

    public EmbeddedHubDescription Hub(string name) => Server.Server.Services.GetRequiredService<EmbeddedHubDirectory>().Find(name)!;

    public static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    public ValueTask DisposeAsync() => IsBorrowed ? ValueTask.CompletedTask : Server.DisposeAsync();
}
