using Microsoft.Extensions.DependencyInjection;
using Muster.Core.Audit;
using Muster.Core.Hubs;
using Muster.Core.Registration;
using Muster.Core.Secrets;
using Muster.EmbeddedHub.Hubs;
using Muster.EmbeddedHub.Identities;
using Muster.EmbeddedHub.Storage;
using Muster.TestKit;
using Muster.Tests;

namespace Muster.Hubs.Tests.Registration;

/// <summary>A provisioning service whose hubs are real ones elsewhere, reached over HTTPS.</summary>
public sealed class RemoteHubTests
{
    private const string Remote = "remote.test";
    private const string Used = """{"site":"used"} {"interval":9} {"firmware":"1.2"}""";

    [Fact]
    public async Task Devices_move_to_another_server_s_hub_and_back_with_their_twins()
    {
        await using var far = await RunningServer.StartAsync(hubs: [Remote]);
        await using var hubs = await TwoHubs.StartAsync();
        Assert.NotNull((await hubs.Links.LinkAsync(AuditCaller.Process, hubs.Server.Instance, Link(far), default)).Value);
        await hubs.EnrollAsync(TwoHubs.A, TwoHubs.Migrate);
        await hubs.OutcomeAsync();
        await hubs.UseAsync(TwoHubs.A);

        await hubs.EnrollAsync(Remote, TwoHubs.Migrate);
        Assert.Equal("remote.test/deviceDataMigrated", await hubs.OutcomeAsync());
        Assert.Null(await hubs.FindAsync(TwoHubs.A));
        await using (var there = TwoHubs.Over(far)) Assert.Equal(Used, await there.TwinAsync(Remote));
        Assert.Equal("remote.test/reprovisionedToInitialAssignment", await hubs.OutcomeAsync());

        await hubs.EnrollAsync(TwoHubs.B, TwoHubs.Migrate);
        Assert.Equal("hub-b.test/deviceDataMigrated", await hubs.OutcomeAsync());
        Assert.Equal(Used, await hubs.TwinAsync(TwoHubs.B));
        await using (var there = TwoHubs.Over(far)) Assert.Null(await there.FindAsync(Remote));
    }

    // Behaviour checklist 27, iot-hub checklist 69.
    [Fact]
    public async Task A_stale_key_fails_the_registration_with_the_hub_s_words_until_the_link_is_renewed()
    {
        await using var remote = await RestHub.StartAsync(Remote);
        await using var hubs = await TwoHubs.StartAsync(TwoHubs.NoRetries);
        var stale = new Secret($"HostName={Remote};SharedAccessKeyName=dps;SharedAccessKey=AAAA");
        await hubs.Links.LinkAsync(AuditCaller.Process, hubs.Server.Instance, remote.Definition with { ConnectionString = stale }, default);
        await hubs.EnrollAsync(Remote, TwoHubs.Migrate);

        Assert.Equal("failed 400209", await hubs.OutcomeAsync());
        Assert.Equal(RestHub.ErrorBody("IotHubUnauthorizedAccess", "Unauthorized"), (await hubs.RecordAsync())!.ErrorMessage);

        await hubs.Links.UpdateAsync(AuditCaller.Process, hubs.Server.Instance.Name, Remote, remote.Definition, default);
        Assert.Equal("remote.test/initialAssignment", await hubs.OutcomeAsync());
        Assert.Equal("initial", (string?)remote.Devices[TwoHubs.Device].Tags["site"]);
    }

    // iot-hub checklist 92: the two rights that the vendor's guide asks for suffice for everything the service does.
    [Fact]
    public async Task A_policy_with_RegistryWrite_and_ServiceConnect_alone_suffices()
    {
        await using var far = await RunningServer.StartAsync(hubs: [Remote]);
        var directory = far.Server.Services.GetRequiredService<EmbeddedHubDirectory>();
        var narrow = HubAccessPolicy.CreateNew("provisioning", HubRights.RegistryWrite | HubRights.ServiceConnect);
        var described = directory.Find(Remote)!;
        described = described with { Policies = [.. described.Policies, narrow] };
        await far.Server.Services.GetRequiredService<IEmbeddedHubStore>().PutHubAsync(described, default);
        await directory.EnsureCreatedAsync([Remote], default);
        await using var hubs = await TwoHubs.StartAsync(TwoHubs.NoRetries);
        var definition = Link(far) with { ConnectionString = new Secret(described.ConnectionString("provisioning")) };
        var link = (await hubs.Links.LinkAsync(AuditCaller.Process, hubs.Server.Instance, definition, default)).Value!;
        var connector = hubs.Server.Server.Services.GetRequiredService<HubConnectors>().Connect(link);
        Assert.Equal(HubProbeOutcome.Ready, (await connector.ProbeAsync(default)).Outcome);

        // First assignment, refresh, reset, move away and back with the twin, disabled devices included.
        await using var there = TwoHubs.Over(far);
        await hubs.EnrollAsync(Remote, TwoHubs.Reset);
        Assert.Equal("remote.test/initialAssignment", await hubs.OutcomeAsync());
        Assert.Equal("remote.test/reprovisionedToInitialAssignment", await hubs.OutcomeAsync());
        await there.UseAsync(Remote);
        await there.Registry.UpdateAsync(
            there.Hub(Remote), new DeviceWrite { DeviceId = TwoHubs.Device, Status = DeviceStatus.Disabled, StatusReason = "lost" }, ETagCondition.Any, default);
        await hubs.EnrollAsync(TwoHubs.A, TwoHubs.Migrate);
        Assert.Equal("hub-a.test/deviceDataMigrated", await hubs.OutcomeAsync());
        Assert.Equal(Used, await hubs.TwinAsync(TwoHubs.A));
        Assert.Null(await there.FindAsync(Remote));
        await hubs.EnrollAsync(Remote, TwoHubs.Migrate);
        Assert.Equal("remote.test/deviceDataMigrated", await hubs.OutcomeAsync());
        Assert.Equal(Used, await there.TwinAsync(Remote));
        Assert.Equal(DeviceStatus.Disabled, (await there.FindAsync(Remote))!.Identity.Status);
    }

    // Checklist 94: a link that names less says which right is missing.
    [Theory]
    [InlineData("registryRead", HubProbeOutcome.MissingPermission, "RegistryWrite")]
    [InlineData("registryReadWrite", HubProbeOutcome.MissingPermission, "ServiceConnect")]
    [InlineData("service", HubProbeOutcome.MissingPermission, "RegistryRead")]
    [InlineData("iothubowner", HubProbeOutcome.Ready, "suffice")]
    public async Task A_policy_that_lacks_a_right_is_told_by_the_probe(string policy, HubProbeOutcome outcome, string text)
    {
        await using var far = await RunningServer.StartAsync(hubs: [Remote]);
        var described = far.Server.Services.GetRequiredService<EmbeddedHubDirectory>().Find(Remote)!;
        await using var hubs = await TwoHubs.StartAsync();
        var definition = Link(far) with { ConnectionString = new Secret(described.ConnectionString(policy)) };
        var link = (await hubs.Links.LinkAsync(AuditCaller.Process, hubs.Server.Instance, definition, default)).Value!;
        var probe = await hubs.Server.Server.Services.GetRequiredService<HubConnectors>().Connect(link).ProbeAsync(default);
        Assert.Equal(outcome, probe.Outcome);
        Assert.Contains(text, probe.Detail, StringComparison.Ordinal);
    }

    // A hub that is not what the link says: another key, another certificate, nobody there, another name.
    [Theory]
    [InlineData("key", "failed 400209", "Unauthorized")]
    [InlineData("certificate", "failed 503001", "certificate of the hub 'remote.test' is not trusted")]
    [InlineData("name", "failed 503001", "certificate of the hub 'other.test' is not trusted")]
    [InlineData("port", "failed 503001", "cannot be reached")]
    [InlineData("host", "failed 503001", "cannot be reached")]
    public async Task A_wrong_link_fails_the_registration_with_what_is_wrong(string what, string outcome, string text)
    {
        await using var remote = await RestHub.StartAsync(Remote);
        await using var stranger = await RestHub.StartAsync(Remote);
        await using var hubs = await TwoHubs.StartAsync(TwoHubs.NoRetries);
        var right = remote.Definition;
        var name = what == "name" ? "other.test" : Remote;
        var wrong = what switch
        {
            "key" => right with { ConnectionString = stranger.Definition.ConnectionString },
            "certificate" => right with { Settings = right.Settings! with { RootCertificates = stranger.RootCertificate } },
            "name" => right with { ConnectionString = new Secret(remote.ConnectionString.Replace(Remote, name, StringComparison.Ordinal)) },
            "port" => right with { Settings = right.Settings! with { Port = 1 } },
            _ => right with { Settings = right.Settings! with { Address = "no-such-host.invalid" } },
        };
        Assert.NotNull((await hubs.Links.LinkAsync(AuditCaller.Process, hubs.Server.Instance, wrong, default)).Value);
        await hubs.EnrollAsync(name, TwoHubs.Migrate);

        Assert.Equal(outcome, await hubs.OutcomeAsync());
        Assert.Contains(text, (await hubs.RecordAsync())!.ErrorMessage, StringComparison.Ordinal);
        Assert.Empty(remote.Devices);
        var health = ((HubLanes)hubs.Server.Server.Services.GetService(typeof(HubLanes))!).HealthOf(name);
        Assert.Equal(HubHealthState.Failing, health.State);
        Assert.Contains(text, health.LastFailure, StringComparison.Ordinal);
        var failed = (await hubs.Server.LastTraceAsync(TwoHubs.Device)).Checks.Last(check => check.Check == "hub");
        Assert.Contains(text, failed.Detail, StringComparison.Ordinal);
        if (what == "name") return;

        await hubs.Links.UpdateAsync(AuditCaller.Process, hubs.Server.Instance.Name, Remote, right, default);
        Assert.Equal("remote.test/initialAssignment", await hubs.OutcomeAsync());
    }

    // Connections that break off in the middle: before the hub acts, or after.
    [Theory]
    [InlineData("PUT /devices", false)]
    [InlineData("PUT /devices", true)]
    [InlineData("PATCH /twins", false)]
    [InlineData("PATCH /twins", true)]
    public async Task A_connection_that_breaks_off_is_taken_up_again(string call, bool afterwards)
    {
        await using var remote = await RestHub.StartAsync(Remote);
        await using var hubs = await TwoHubs.StartAsync();
        await hubs.Links.LinkAsync(AuditCaller.Process, hubs.Server.Instance, remote.Definition, default);
        await hubs.EnrollAsync(Remote, TwoHubs.Migrate);
        remote.Next(call, afterwards ? remote.DoAndBreakOff : RestHub.BreakOff);

        var outcome = await hubs.OutcomeAsync();
        await Eventually.TrueAsync(async () => (await hubs.RecordAsync())?.Status == RegistrationStatus.Assigned, $"assigned, was {outcome}");
        Assert.Equal("initial", (string?)remote.Devices[TwoHubs.Device].Tags["site"]);
        Assert.Equal(1, (int?)remote.Devices[TwoHubs.Device].Desired["interval"]);
    }

    // iot-hub checklist 70.
    [Fact]
    public async Task A_throttled_registration_stays_assigning_and_is_assigned_later()
    {
        await using var remote = await RestHub.StartAsync(Remote);
        await using var hubs = await TwoHubs.StartAsync(budget: TimeSpan.FromSeconds(2));
        await hubs.Links.LinkAsync(AuditCaller.Process, hubs.Server.Instance, remote.Definition, default);
        await hubs.EnrollAsync(Remote, TwoHubs.Migrate);
        var refuse = RestHub.Refuse(429, "ThrottlingBacklogTimeout", "The request has been throttled. Wait 10 seconds and try again.", ("Retry-After", "3"));
        remote.Next("PUT /devices", refuse);

        Assert.Equal("assigning", await hubs.OutcomeAsync());
        await Eventually.TrueAsync(async () => (await hubs.RecordAsync())!.Status == RegistrationStatus.Assigned, "it is assigned later");
        Assert.Contains((await hubs.Server.LastTraceAsync(TwoHubs.Device)).Checks,
            check => check.Detail.Contains("429003", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_hub_that_hangs_does_not_delay_another_one()
    {
        await using var remote = await RestHub.StartAsync(Remote);
        await using var hubs = await TwoHubs.StartAsync(budget: TimeSpan.FromSeconds(2));
        await hubs.Links.LinkAsync(AuditCaller.Process, hubs.Server.Instance, remote.Definition, default);
        var group = TwoHubs.NewKey();
        await hubs.Server.EnrollGroupAsync("slow", group, more: ",\"allocationPolicy\":\"static\",\"iotHubs\":[\"remote.test\"]");
        await hubs.EnrollAsync(TwoHubs.A, TwoHubs.Migrate);
        const int devices = 80;
        for (var device = 0; device < devices; device++) remote.Next("PUT /devices", RestHub.Hang);

        var stuck = Enumerable.Range(0, devices).Select(device =>
        {
            var id = $"slow-{device}";
            var key = Convert.ToBase64String(System.Security.Cryptography.HMACSHA256.HashData(
                Convert.FromBase64String(group), System.Text.Encoding.UTF8.GetBytes(id)));
            return hubs.Server.RegisterAsync(id, hubs.Server.DeviceToken(id, key));
        }).ToList();
        var lanes = (HubLanes)hubs.Server.Server.Services.GetService(typeof(HubLanes))!;
        await Eventually.TrueAsync(() => Task.FromResult(lanes.HealthOf(Remote) is { Waiting: > 0, Active: HubLanes.DefaultWidth }), "the hub's lane is full");

        Assert.Equal("hub-a.test/initialAssignment", await hubs.OutcomeAsync());
        Assert.True(lanes.HealthOf(Remote).Waiting > 0, "the first hub was still stuck");
        foreach (var answer in await Task.WhenAll(stuck)) Assert.Equal("assigning", answer.Json.GetProperty("status").GetString());
    }

    [Fact]
    public async Task Registrations_through_a_slow_hub_wait_in_order_and_none_is_lost()
    {
        await using var remote = await RestHub.StartAsync(Remote, callsPerSecond: 40);
        await using var hubs = await TwoHubs.StartAsync(budget: TimeSpan.FromSeconds(2));
        await hubs.Links.LinkAsync(AuditCaller.Process, hubs.Server.Instance, remote.Definition, default);
        var group = TwoHubs.NewKey();
        await hubs.Server.EnrollGroupAsync("many", group, more: ",\"allocationPolicy\":\"static\",\"iotHubs\":[\"remote.test\"]");

        const int devices = 120;
        await Task.WhenAll(Enumerable.Range(0, devices).Select(device =>
        {
            var id = $"many-{device}";
            var key = Convert.ToBase64String(System.Security.Cryptography.HMACSHA256.HashData(
                Convert.FromBase64String(group), System.Text.Encoding.UTF8.GetBytes(id)));
            return hubs.Server.RegisterAsync(id, hubs.Server.DeviceToken(id, key));
        }));

        // Nobody told the server of the limit: it learns it from the hub's own throttling.
        await Eventually.TrueAsync(() => Task.FromResult(remote.Devices.Count == devices), "every device stands in the hub");
        await Eventually.TrueAsync(
            async () => (await hubs.Server.Store.ListGroupRegistrationsAsync(hubs.Server.Instance.Name, "many", null, 1000, default))
                .Count(record => record.Status == RegistrationStatus.Assigned) == devices,
            "every device is assigned");
        Assert.True(remote.Throttled > 0);
    }

    private static LinkedHubDefinition Link(RunningServer far) => new()
    {
        ConnectionString = new Secret(far.Server.Endpoints.Hubs[0].ConnectionString),
        Settings = new HubConnectorSettings
        {
            Address = "127.0.0.1",
            Port = far.Server.HttpsPort,
            RootCertificates = File.ReadAllText(far.Server.Endpoints.RootCertificate!),
        },
    };
}
