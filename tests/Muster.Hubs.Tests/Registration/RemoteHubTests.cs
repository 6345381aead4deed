using Muster.Core.Hubs;
using Muster.Core.Registration;
using Muster.Core.Secrets;
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
        Assert.NotNull((await hubs.Links.LinkAsync(hubs.Server.Instance.Name, Link(far), default)).Value);
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

    [Fact]
    public async Task A_stale_key_fails_the_registration_with_the_hub_s_words_until_the_link_is_renewed()
    {
        await using var remote = await RestHub.StartAsync(Remote);
        await using var hubs = await TwoHubs.StartAsync(TwoHubs.NoRetries);
        var stale = new Secret($"HostName={Remote};SharedAccessKeyName=dps;SharedAccessKey=AAAA");
        await hubs.Links.LinkAsync(hubs.Server.Instance.Name, remote.Definition with { ConnectionString = stale }, default);
        await hubs.EnrollAsync(Remote, TwoHubs.Migrate);

        Assert.Equal("failed 400209", await hubs.OutcomeAsync());
        Assert.Equal(RestHub.ErrorBody("IotHubUnauthorizedAccess", "Unauthorized"), (await hubs.RecordAsync())!.ErrorMessage);

        await hubs.Links.UpdateAsync(hubs.Server.Instance.Name, Remote, remote.Definition, default);
        Assert.Equal("remote.test/initialAssignment", await hubs.OutcomeAsync());
        Assert.Equal("initial", (string?)remote.Devices[TwoHubs.Device].Tags["site"]);
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
        await hubs.Links.LinkAsync(hubs.Server.Instance.Name, remote.Definition, default);
        await hubs.EnrollAsync(Remote, TwoHubs.Migrate);
        remote.Next(call, afterwards ? remote.DoAndBreakOff : RestHub.BreakOff);

        var outcome = await hubs.OutcomeAsync();
        await Eventually.TrueAsync(async () => (await hubs.RecordAsync())?.Status == RegistrationStatus.Assigned, $"assigned, was {outcome}");
        Assert.Equal("initial", (string?)remote.Devices[TwoHubs.Device].Tags["site"]);
        Assert.Equal(1, (int?)remote.Devices[TwoHubs.Device].Desired["interval"]);
    }

    [Fact]
    public async Task A_throttled_registration_stays_assigning_and_is_assigned_later()
    {
        await using var remote = await RestHub.StartAsync(Remote);
        await using var hubs = await TwoHubs.StartAsync();
        await hubs.Links.LinkAsync(hubs.Server.Instance.Name, remote.Definition, default);
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
        await using var hubs = await TwoHubs.StartAsync();
        await hubs.Links.LinkAsync(hubs.Server.Instance.Name, remote.Definition, default);
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
        await using var hubs = await TwoHubs.StartAsync();
        await hubs.Links.LinkAsync(hubs.Server.Instance.Name, remote.Definition, default);
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
