using Microsoft.Extensions.DependencyInjection;
using Muster.Core.Allocation;
using Muster.Core.Audit;
using Muster.Core.Hubs;
using Muster.Core.Instances;
using Muster.Core.Registration;
using Muster.EmbeddedHub.Identities;
using Muster.TestKit;
using Muster.Tests;

namespace Muster.Hubs.Tests.Registration;

/// <summary>How first registrations end, well or not (behaviour checklist 26, 30 and 33; iot-hub checklist 68, 71, 72, 84 and 86).</summary>
public sealed class FirstRegistrationTests
{
    private const string Remote = "remote.test";

    // Behaviour 26, iot-hub 84.
    [Theory]
    [InlineData(true, "IoTHub not found.")]
    [InlineData(false, "IoTHub not found: every hub of the enrollment has 'apply allocation policy' switched off.")]
    public async Task Without_a_hub_to_choose_the_registration_fails_and_says_why(bool unlinks, string message)
    {
        await using var hubs = await TwoHubs.StartAsync();
        await hubs.Server.EnrollAsync(TwoHubs.Device, hubs.Key);
        foreach (var hub in (string[])[TwoHubs.A, TwoHubs.B])
        {
            if (unlinks) await hubs.Links.UnlinkAsync(AuditCaller.Process, hubs.Server.Instance.Name, hub, default);
            else await hubs.Links.UpdateAsync(AuditCaller.Process, hubs.Server.Instance.Name, hub, new() { ApplyAllocationPolicy = false }, default);
        }

        Assert.Equal("failed 401001", await hubs.OutcomeAsync());
        var record = (await hubs.RecordAsync())!;
        Assert.Equal((RegistrationStatus.Failed, message), (record.Status, record.ErrorMessage));
        Assert.Null(record.Assignment);
    }

    // Behaviour 30 and 33: what the service API shows, whatever version the device speaks.
    [Fact]
    public async Task Both_times_of_a_record_change_when_the_device_comes_back()
    {
        await using var hubs = await TwoHubs.StartAsync();
        await hubs.EnrollAsync(TwoHubs.A, TwoHubs.Migrate);
        await hubs.OutcomeAsync();
        var first = await hubs.Server.ServiceAsync(HttpMethod.Get, $"/registrations/{TwoHubs.Device}");
        Assert.Equal("hub-a.test/initialAssignment", await hubs.OutcomeAsync("2019-03-31"));
        var second = await hubs.Server.ServiceAsync(HttpMethod.Get, $"/registrations/{TwoHubs.Device}");

        foreach (var record in (JsonAnswer[])[first, second])
        {
            Assert.True(record.Json.GetProperty("createdDateTimeUtc").GetDateTimeOffset()
                <= record.Json.GetProperty("lastUpdatedDateTimeUtc").GetDateTimeOffset());
        }

        foreach (var name in (string[])["createdDateTimeUtc", "lastUpdatedDateTimeUtc"])
            Assert.True(first.Json.GetProperty(name).GetDateTimeOffset() < second.Json.GetProperty(name).GetDateTimeOffset(), name);
        Assert.Equal("reprovisionedToInitialAssignment", second.Json.GetProperty("substatus").GetString());
    }

    // iot-hub 68; the substatus is that of behaviour B-10.2 row 13.
    [Fact]
    public async Task An_identity_that_somebody_else_made_gets_the_credential_and_keeps_the_rest()
    {
        await using var hubs = await TwoHubs.StartAsync();
        var other = new DeviceAuthentication { Type = DeviceAuthenticationType.Sas, PrimaryKey = TwoHubs.NewKey(), SecondaryKey = TwoHubs.NewKey() };
        await hubs.Registry.CreateAsync(
            hubs.Hub(TwoHubs.A),
            new DeviceWrite { DeviceId = TwoHubs.Device, Authentication = other, Status = DeviceStatus.Disabled, StatusReason = "kept" },
            default);
        await hubs.UseAsync(TwoHubs.A);
        await hubs.EnrollAsync(TwoHubs.A, TwoHubs.Migrate);

        Assert.Equal("hub-a.test/initialAssignment", await hubs.OutcomeAsync());
        var identity = (await hubs.FindAsync(TwoHubs.A))!.Identity;
        Assert.Equal((hubs.Key, DeviceStatus.Disabled, "kept"), (identity.Authentication.PrimaryKey, identity.Status, identity.StatusReason));
        Assert.StartsWith("""{"site":"used"}""", await hubs.TwinAsync(TwoHubs.A), StringComparison.Ordinal);
    }

    // iot-hub 71.
    [Fact]
    public async Task A_hub_that_stays_down_is_tried_again_then_the_registration_fails_and_no_other_hub_is_tried()
    {
        await using var remote = await RestHub.StartAsync(Remote);
        await using var hubs = await TwoHubs.StartAsync(services => services.AddSingleton(
            new RegistrationOptions { HubTries = 3, HubBudget = TimeSpan.FromMinutes(5), AnswerBudget = TimeSpan.FromMinutes(1) }));
        await hubs.Links.LinkAsync(AuditCaller.Process, hubs.Server.Instance, remote.Definition with { AllocationWeight = 1000 }, default);
        foreach (var own in (string[])[TwoHubs.A, TwoHubs.B])
            await hubs.Links.UpdateAsync(AuditCaller.Process, hubs.Server.Instance.Name, own, new() { AllocationWeight = 1 }, default);
        await hubs.Server.EnrollAsync(TwoHubs.Device, hubs.Key);
        for (var i = 0; i < 3; i++) remote.Next("PUT", RestHub.Refuse(503, "ServiceUnavailable", "down"));

        Assert.Equal("failed 503001", await hubs.OutcomeAsync());
        Assert.Equal(["PUT /devices/dev-1", "PUT /devices/dev-1", "PUT /devices/dev-1"], remote.Calls);
        Assert.Null(await hubs.FindAsync(TwoHubs.A));
        Assert.Null(await hubs.FindAsync(TwoHubs.B));

        Assert.Equal("remote.test/initialAssignment", await hubs.OutcomeAsync());
    }

    // iot-hub 72: what a dead process left half-made is completed.
    [Fact]
    public async Task An_identity_without_its_twin_is_completed_by_the_next_registration()
    {
        await using var remote = await RestHub.StartAsync(Remote);
        await using var hubs = await TwoHubs.StartAsync(TwoHubs.NoRetries);
        await hubs.Links.LinkAsync(AuditCaller.Process, hubs.Server.Instance, remote.Definition, default);
        await hubs.EnrollAsync(Remote, TwoHubs.Migrate);
        remote.Next("PATCH /twins", RestHub.BreakOff);
        Assert.Equal("failed 503001", await hubs.OutcomeAsync());
        Assert.Empty(remote.Devices[TwoHubs.Device].Tags);

        Assert.Equal("remote.test/initialAssignment", await hubs.OutcomeAsync());
        Assert.Equal(("initial", 1), ((string?)remote.Devices[TwoHubs.Device].Tags["site"], (int?)remote.Devices[TwoHubs.Device].Desired["interval"]));
    }

    // iot-hub 86.
    [Fact]
    public async Task The_service_s_policy_counts_where_the_enrollment_has_none_and_a_change_counts_from_the_next_registration_on()
    {
        await using var hubs = await TwoHubs.StartAsync();
        await hubs.Server.EnrollAsync(TwoHubs.Device, hubs.Key);
        var first = await hubs.OutcomeAsync();
        Assert.EndsWith("/initialAssignment", first, StringComparison.Ordinal);

        var service = hubs.Server.Server.Services.GetRequiredService<InstanceService>();
        Assert.Null(await service.SetAllocationAsync(AuditCaller.Process, hubs.Server.Instance.Name, AllocationPolicyKind.Static, default));
        Assert.Equal(RegistrationStatus.Assigned, (await hubs.RecordAsync())!.Status);
        Assert.Equal("failed 400004", await hubs.OutcomeAsync());
        Assert.Contains("exactly one IoT hub", (await hubs.RecordAsync())!.ErrorMessage, StringComparison.Ordinal);

        Assert.Null(await service.SetAllocationAsync(AuditCaller.Process, hubs.Server.Instance.Name, AllocationPolicyKind.Hashed, default));
        Assert.StartsWith(first.Split('/')[0], await hubs.OutcomeAsync(), StringComparison.Ordinal);
    }
}
