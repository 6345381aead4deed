using Muster.Core.Audit;
using Muster.Core.Registration;
using Muster.EmbeddedHub.Identities;

namespace Muster.Hubs.Tests.Registration;

/// <summary>The rows of behaviour B-10.2 from end to end: a device registers, something changes, it registers again.</summary>
public sealed class ReprovisioningTests
{
    private const string Initial = """{"site":"initial"} {"interval":1} {}""";
    private const string Used = """{"site":"used"} {"interval":9} {"firmware":"1.2"}""";

    [Theory]
    [InlineData(TwoHubs.Migrate)]
    [InlineData(TwoHubs.Reset)]
    [InlineData(TwoHubs.Never)]
    [InlineData(null)]
    public async Task Row_1_a_first_registration_creates_the_device_with_its_initial_twin(string? policy)
    {
        await using var hubs = await TwoHubs.StartAsync();
        await hubs.EnrollAsync(TwoHubs.A, policy);
        Assert.Equal("hub-a.test/initialAssignment", await hubs.OutcomeAsync());
        Assert.Equal(Initial, await hubs.TwinAsync(TwoHubs.A));
        Assert.Null(await hubs.TwinAsync(TwoHubs.B));
    }

    // Behaviour checklist 32 to 34, iot-hub checklist 73 to 77.
    // Rows 2 to 6.
    [Theory]
    [InlineData(2, TwoHubs.Migrate, TwoHubs.A, "2021-06-01", "hub-a.test/reprovisionedToInitialAssignment", Used, null)]
    [InlineData(2, TwoHubs.Migrate, TwoHubs.A, "2019-03-31", "hub-a.test/initialAssignment", Used, null)]
    [InlineData(3, TwoHubs.Reset, TwoHubs.A, "2021-06-01", "hub-a.test/reprovisionedToInitialAssignment", Initial, null)]
    [InlineData(4, TwoHubs.Migrate, TwoHubs.B, "2021-06-01", "hub-b.test/deviceDataMigrated", null, Used)]
    [InlineData(5, TwoHubs.Reset, TwoHubs.B, "2021-06-01", "hub-b.test/deviceDataReset", null, Initial)]
    [InlineData(6, TwoHubs.Never, TwoHubs.B, "2019-03-31", "hub-a.test/initialAssignment", Used, null)]
    [InlineData(6, TwoHubs.Never, TwoHubs.A, "2019-03-31", "hub-a.test/initialAssignment", Used, null)]
    [InlineData(0, null, TwoHubs.B, "2018-04-01", "hub-a.test/initialAssignment", Used, null)]
    [InlineData(0, null, TwoHubs.B, "2018-11-01", "hub-b.test/deviceDataMigrated", null, Used)]
    public async Task A_later_registration_follows_the_policy(
        int row, string? policy, string hub, string apiVersion, string outcome, string? twinInA, string? twinInB)
    {
        Assert.True(row >= 0);
        await using var hubs = await TwoHubs.StartAsync();
        await hubs.EnrollAsync(TwoHubs.A, policy);
        await hubs.OutcomeAsync();
        await hubs.UseAsync(TwoHubs.A);
        await hubs.EnrollAsync(hub, policy);

        Assert.Equal(outcome, await hubs.OutcomeAsync(apiVersion));
        Assert.Equal(twinInA, await hubs.TwinAsync(TwoHubs.A));
        Assert.Equal(twinInB, await hubs.TwinAsync(TwoHubs.B));
        Assert.Empty(await hubs.CleanupsAsync());
        Assert.Null((await hubs.RecordAsync())!.PendingMove);
    }

    [Theory]
    [InlineData(TwoHubs.Migrate)]
    [InlineData(TwoHubs.Reset)]
    public async Task Row_9_a_device_whose_hub_was_unlinked_starts_anew_and_leaves_a_note(string policy)
    {
        await using var hubs = await TwoHubs.StartAsync();
        await hubs.EnrollAsync(TwoHubs.A, policy);
        await hubs.OutcomeAsync();
        await hubs.UseAsync(TwoHubs.A);
        await hubs.EnrollAsync(TwoHubs.B, policy);
        Assert.Null(await hubs.Links.UnlinkAsync(AuditCaller.Process, hubs.Server.Instance.Name, TwoHubs.A, default));

        Assert.Equal("hub-b.test/deviceDataReset", await hubs.OutcomeAsync());
        Assert.Equal(Initial, await hubs.TwinAsync(TwoHubs.B));
        Assert.Equal(Used, await hubs.TwinAsync(TwoHubs.A));
        var left = Assert.Single(await hubs.CleanupsAsync());
        Assert.Equal((TwoHubs.A, TwoHubs.Device), (left.HubHostName, left.DeviceId));
        Assert.Contains("not linked", left.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Row_10_under_never_an_unlinked_hub_fails_the_registration()
    {
        await using var hubs = await TwoHubs.StartAsync();
        await hubs.EnrollAsync(TwoHubs.A, TwoHubs.Never);
        await hubs.OutcomeAsync();
        await hubs.Links.UnlinkAsync(AuditCaller.Process, hubs.Server.Instance.Name, TwoHubs.A, default);
        Assert.Equal("failed 401001", await hubs.OutcomeAsync());
        Assert.Equal("IoTHub not found.", (await hubs.RecordAsync())!.ErrorMessage);
    }

    // iot-hub checklist 79.
    [Theory]
    [InlineData(TwoHubs.Migrate, "hub-a.test/reprovisionedToInitialAssignment")]
    [InlineData(TwoHubs.Reset, "hub-a.test/reprovisionedToInitialAssignment")]
    [InlineData(TwoHubs.Never, "hub-a.test/initialAssignment")]
    public async Task Row_11_a_device_that_was_deleted_in_its_hub_is_recreated(string policy, string outcome)
    {
        await using var hubs = await TwoHubs.StartAsync();
        await hubs.EnrollAsync(TwoHubs.A, policy, ",\"capabilities\":{\"iotEdge\":true}");
        await hubs.OutcomeAsync();
        await hubs.Registry.DeleteAsync(hubs.Hub(TwoHubs.A), TwoHubs.Device, ETagCondition.Any, default);
        Assert.Equal(outcome, await hubs.OutcomeAsync());
        Assert.Equal(Initial, await hubs.TwinAsync(TwoHubs.A));
        Assert.True((await hubs.FindAsync(TwoHubs.A))!.Identity.IotEdge);
    }

    [Theory]
    [InlineData(TwoHubs.Migrate)]
    [InlineData(TwoHubs.Reset)]
    [InlineData(TwoHubs.Never)]
    public async Task Row_12_another_device_ID_is_a_new_device_and_leaves_the_old_one(string policy)
    {
        await using var hubs = await TwoHubs.StartAsync();
        await hubs.EnrollAsync(TwoHubs.A, policy);
        await hubs.OutcomeAsync();
        await hubs.UseAsync(TwoHubs.A);
        await hubs.EnrollAsync(TwoHubs.B, policy, ",\"deviceId\":\"Renamed\"");
        Assert.Equal("hub-b.test/initialAssignment", await hubs.OutcomeAsync());
        Assert.Equal(Initial, await hubs.TwinAsync(TwoHubs.B, "Renamed"));
        Assert.Equal(Used, await hubs.TwinAsync(TwoHubs.A));
        Assert.Empty(await hubs.CleanupsAsync());
    }

    [Fact]
    public async Task Row_13_after_the_record_was_deleted_the_existing_identity_is_taken_over_with_its_twin()
    {
        await using var hubs = await TwoHubs.StartAsync();
        await hubs.EnrollAsync(TwoHubs.A, TwoHubs.Migrate);
        await hubs.OutcomeAsync();
        await hubs.UseAsync(TwoHubs.A);
        await hubs.Server.ServiceAsync(HttpMethod.Delete, $"/registrations/{TwoHubs.Device}");
        Assert.Equal("hub-a.test/initialAssignment", await hubs.OutcomeAsync());
        Assert.Equal(Used, await hubs.TwinAsync(TwoHubs.A));
    }

    [Fact]
    public async Task Row_14_the_other_key_of_the_pair_leaves_the_hub_s_keys_alone()
    {
        await using var hubs = await TwoHubs.StartAsync();
        var secondary = TwoHubs.NewKey();
        var keys = $$"""{"primaryKey":"{{hubs.Key}}","secondaryKey":"{{secondary}}"}""";
        await hubs.Server.ServiceAsync(HttpMethod.Put, $"/enrollments/{TwoHubs.Device}",
            """{"attestation":{"type":"symmetricKey","symmetricKey":""" + keys + "},\"allocationPolicy\":\"static\",\"iotHubs\":[\"hub-a.test\"]}");
        await hubs.OutcomeAsync();
        await hubs.OutcomeAsync(key: secondary);
        var authentication = (await hubs.FindAsync(TwoHubs.A))!.Identity.Authentication;
        Assert.Equal((hubs.Key, secondary), (authentication.PrimaryKey, authentication.SecondaryKey));
    }

    [Fact]
    public async Task Row_17_a_device_that_comes_through_another_enrollment_belongs_to_that_one()
    {
        await using var hubs = await TwoHubs.StartAsync();
        var groupKey = TwoHubs.NewKey();
        await hubs.Server.EnrollGroupAsync("group", groupKey, more: ",\"allocationPolicy\":\"static\",\"iotHubs\":[\"hub-b.test\"]");
        await hubs.EnrollAsync(TwoHubs.A, TwoHubs.Migrate);
        await hubs.OutcomeAsync();
        await hubs.UseAsync(TwoHubs.A);

        // The record goes with the individual enrollment, so the group begins with an initial assignment.
        await hubs.Server.ServiceAsync(HttpMethod.Delete, $"/enrollments/{TwoHubs.Device}");
        var derived = Convert.ToBase64String(System.Security.Cryptography.HMACSHA256.HashData(
            Convert.FromBase64String(groupKey), System.Text.Encoding.UTF8.GetBytes(TwoHubs.Device)));
        Assert.Equal("hub-b.test/initialAssignment", await hubs.OutcomeAsync(key: derived));
        Assert.Equal("group", (await hubs.RecordAsync())!.EnrollmentId);

        await hubs.UseAsync(TwoHubs.B);
        await hubs.EnrollAsync(TwoHubs.A, TwoHubs.Migrate);
        Assert.Equal("hub-a.test/deviceDataMigrated", await hubs.OutcomeAsync());
        Assert.Equal(TwoHubs.Device, (await hubs.RecordAsync())!.EnrollmentId);
    }

    [Theory]
    [InlineData(TwoHubs.Migrate, TwoHubs.A, false)]
    [InlineData(TwoHubs.Never, TwoHubs.A, false)]
    [InlineData(TwoHubs.Reset, TwoHubs.A, true)]
    [InlineData(TwoHubs.Migrate, TwoHubs.B, false)]
    [InlineData(TwoHubs.Reset, TwoHubs.B, true)]
    public async Task Row_18_the_edge_flag_of_the_hub_counts_unless_the_device_starts_anew(string policy, string hub, bool isEdge)
    {
        await using var hubs = await TwoHubs.StartAsync();
        await hubs.EnrollAsync(TwoHubs.A, policy);
        await hubs.OutcomeAsync();
        await hubs.EnrollAsync(hub, policy, ",\"capabilities\":{\"iotEdge\":true}");
        await hubs.OutcomeAsync();
        Assert.Equal(isEdge, (await hubs.FindAsync(hub))!.Identity.IotEdge);
    }

    [Fact]
    public async Task Row_19_modules_stay_behind_and_the_edge_runtime_s_are_made_anew()
    {
        await using var hubs = await TwoHubs.StartAsync();
        await hubs.EnrollAsync(TwoHubs.A, TwoHubs.Migrate, ",\"capabilities\":{\"iotEdge\":true}");
        await hubs.OutcomeAsync();
        var modules = (ModuleRegistry)hubs.Server.Server.Services.GetService(typeof(ModuleRegistry))!;
        await modules.PutAsync(hubs.Hub(TwoHubs.A), TwoHubs.Device, "own", authentication: null, managedBy: null, condition: null, default);
        Assert.Equal(["$edgeAgent", "$edgeHub", "own"], (await hubs.FindAsync(TwoHubs.A))!.Modules.Select(module => module.ModuleId));

        await hubs.EnrollAsync(TwoHubs.B, TwoHubs.Migrate, ",\"capabilities\":{\"iotEdge\":true}");
        Assert.Equal("hub-b.test/deviceDataMigrated", await hubs.OutcomeAsync());
        var moved = (await hubs.FindAsync(TwoHubs.B))!;
        Assert.True(moved.Identity.IotEdge);
        Assert.Equal(["$edgeAgent", "$edgeHub"], moved.Modules.Select(module => module.ModuleId));
    }

    [Fact]
    public async Task A_device_that_an_operator_disabled_in_its_hub_stays_disabled_wherever_it_goes()
    {
        await using var hubs = await TwoHubs.StartAsync();
        await hubs.EnrollAsync(TwoHubs.A, TwoHubs.Migrate);
        await hubs.OutcomeAsync();
        var disable = new DeviceWrite { DeviceId = TwoHubs.Device, Status = DeviceStatus.Disabled, StatusReason = "stolen" };
        await hubs.Registry.UpdateAsync(hubs.Hub(TwoHubs.A), disable, ETagCondition.Any, default);

        await hubs.OutcomeAsync();
        Assert.Equal(DeviceStatus.Disabled, (await hubs.FindAsync(TwoHubs.A))!.Identity.Status);

        await hubs.EnrollAsync(TwoHubs.B, TwoHubs.Migrate);
        Assert.Equal("hub-b.test/deviceDataMigrated", await hubs.OutcomeAsync());
        var moved = (await hubs.FindAsync(TwoHubs.B))!.Identity;
        Assert.Equal((DeviceStatus.Disabled, "stolen"), (moved.Status, moved.StatusReason));
    }

    // Behaviour B-12: what is done to enrollments and links.
    [Fact]
    public async Task A_hub_that_is_closed_to_assignments_loses_its_devices_as_they_come_back()
    {
        await using var hubs = await TwoHubs.StartAsync();
        await hubs.Server.EnrollAsync(TwoHubs.Device, hubs.Key);
        var first = (await hubs.OutcomeAsync()).Split('/')[0];
        var link = (await hubs.Links.FindAsync(hubs.Server.Instance.Name, first, default)).Value!;
        await hubs.Links.UpdateAsync(AuditCaller.Process, hubs.Server.Instance.Name, first, new() { ApplyAllocationPolicy = false }, default);
        Assert.True(link.IsOpen);
        var other = first == TwoHubs.A ? TwoHubs.B : TwoHubs.A;
        Assert.Equal($"{other}/deviceDataMigrated", await hubs.OutcomeAsync());
        Assert.Null(await hubs.FindAsync(first));
    }

    // iot-hub checklist 82.
    [Fact]
    public async Task A_disabled_enrollment_leaves_the_hub_untouched()
    {
        await using var hubs = await TwoHubs.StartAsync();
        await hubs.EnrollAsync(TwoHubs.A, TwoHubs.Migrate);
        await hubs.OutcomeAsync();
        await hubs.UseAsync(TwoHubs.A);
        await hubs.EnrollAsync(TwoHubs.B, TwoHubs.Migrate, ",\"provisioningStatus\":\"disabled\"");
        Assert.Equal("disabled", await hubs.OutcomeAsync());
        Assert.Equal(Used, await hubs.TwinAsync(TwoHubs.A));
        Assert.Equal(RegistrationStatus.Disabled, (await hubs.RecordAsync())!.Status);

        await hubs.EnrollAsync(TwoHubs.B, TwoHubs.Migrate);
        Assert.Equal("hub-b.test/deviceDataMigrated", await hubs.OutcomeAsync());
        Assert.Equal(Used, await hubs.TwinAsync(TwoHubs.B));
    }
}
