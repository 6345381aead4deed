using Microsoft.Extensions.DependencyInjection;
using Muster.Core.Audit;
using Muster.Core.Hubs;
using Muster.Core.Registration;
using Muster.Core.Store;
using Muster.EmbeddedHub.Identities;
using Muster.EmbeddedHub.Twins;
using Muster.Tests;

namespace Muster.Hubs.Tests.Registration;

/// <summary>
/// Moves that are cut off. At no time may a device be enabled in two hubs with a record that does not know, stand in none, or lose its
/// twin (behaviour B-10.2, iot-hub 4.4).
/// </summary>
public sealed class MoveTests
{
    private const string Used = """{"site":"used"} {"interval":9} {"firmware":"1.2"}""";

    [Fact]
    public async Task The_new_hub_is_written_and_verified_before_the_old_one_is_touched()
    {
        await using var hubs = await StartAsync();
        await PrepareAsync(hubs);
        var faults = Faults(hubs);
        faults.Calls.Clear();
        var recorded = "";
        faults.Before = async call =>
        {
            if (call.StartsWith("delete", StringComparison.Ordinal)) recorded = (await hubs.RecordAsync())!.Assignment!.HubHostName;
        };

        Assert.Equal("hub-b.test/deviceDataMigrated", await hubs.OutcomeAsync());

        Assert.Equal(
            ["read hub-a.test", "ensure hub-b.test", "twin hub-b.test", "read hub-b.test", "delete hub-a.test"], faults.Calls);
        Assert.Equal(TwoHubs.B, recorded);
    }

    [Fact]
    public async Task Every_call_of_a_move_stands_in_the_trace_with_its_result_the_deletion_too()
    {
        await using var hubs = await StartAsync();
        await PrepareAsync(hubs);
        await hubs.OutcomeAsync();

        Assert.Equal(
            [
                "read 'dev-1' in 'hub-a.test': done.",
                "create or refresh 'dev-1' in 'hub-b.test': created.",
                "write the twin of 'dev-1' in 'hub-b.test': done.",
                "verify 'dev-1' in 'hub-b.test': done.",
                "delete 'dev-1' in 'hub-a.test', which the device has left: done.",
            ],
            await HubTraceAsync(hubs));
        Assert.Equal(1, await CountTracesAsync(hubs, "hub-b.test"));
    }

    [Fact]
    public async Task A_deletion_that_fails_stands_in_the_trace_with_the_hub_s_words()
    {
        await using var hubs = await StartAsync();
        await PrepareAsync(hubs);
        Faults(hubs).Before = call => call == "delete hub-a.test"
            ? throw new HubCallException(503001, "down for repair", isTransient: true)
            : Task.CompletedTask;
        await hubs.OutcomeAsync();
        Assert.Equal(
            "delete 'dev-1' in 'hub-a.test', which the device has left: 503001 down for repair. It is tried again in the background.",
            (await HubTraceAsync(hubs))[^1]);
    }

    // The wait for the new hub may be long; what is changed in the old one meanwhile comes along.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_changes_in_the_old_hub_during_a_move_is_taken_along(bool isDisabled)
    {
        await using var hubs = await StartAsync(freshness: TimeSpan.Zero);
        await PrepareAsync(hubs);
        var status = new DeviceWrite { DeviceId = TwoHubs.Device, Status = isDisabled ? DeviceStatus.Disabled : DeviceStatus.Enabled };
        var before = status with { Status = isDisabled ? DeviceStatus.Enabled : DeviceStatus.Disabled };
        await hubs.Registry.UpdateAsync(hubs.Hub(TwoHubs.A), before, ETagCondition.Any, default);
        var twins = hubs.Server.Server.Services.GetRequiredService<TwinService>();
        var isChanged = false;
        Faults(hubs).Before = async call =>
        {
            if (call != "ensure hub-b.test" || isChanged) return;
            isChanged = true;
            await hubs.Registry.UpdateAsync(hubs.Hub(TwoHubs.A), status, ETagCondition.Any, default);
            var late = new TwinWrite { Tags = TwoHubs.Json("""{"late":true}""") };
            await twins.PatchAsync(hubs.Hub(TwoHubs.A), TwoHubs.Device, late, ETagCondition.Any, default);
        };

        Assert.Equal("hub-b.test/deviceDataMigrated", await hubs.OutcomeAsync());
        Assert.Equal("""{"site":"used","late":true} {"interval":9} {"firmware":"1.2"}""", await hubs.TwinAsync(TwoHubs.B));
        Assert.Equal(status.Status, (await hubs.FindAsync(TwoHubs.B))!.Identity.Status);
        Assert.Null(await hubs.FindAsync(TwoHubs.A));
    }

    [Fact]
    public async Task An_old_hub_that_fails_at_the_second_look_does_not_fail_the_move()
    {
        await using var hubs = await StartAsync(freshness: TimeSpan.Zero);
        await PrepareAsync(hubs);
        var reads = 0;
        Faults(hubs).Before = call => call == "read hub-a.test" && ++reads > 1
            ? throw new HubCallException(503001, "gone", isTransient: true)
            : Task.CompletedTask;
        Assert.Equal("hub-b.test/deviceDataMigrated", await hubs.OutcomeAsync());
        Assert.Equal(Used, await hubs.TwinAsync(TwoHubs.B));
        Assert.Contains("read 'dev-1' in 'hub-a.test' again: 503001 gone", await HubTraceAsync(hubs));
    }

    [Fact]
    public async Task An_old_hub_that_is_unlinked_during_the_move_leaves_its_identity_on_the_list()
    {
        await using var hubs = await StartAsync();
        await PrepareAsync(hubs);
        Faults(hubs).Before = async call =>
        {
            if (call == "twin hub-b.test") await hubs.Links.UnlinkAsync(AuditCaller.Process, hubs.Server.Instance.Name, TwoHubs.A, default);
        };
        Assert.Equal("hub-b.test/deviceDataMigrated", await hubs.OutcomeAsync());
        Assert.Equal(Used, await hubs.TwinAsync(TwoHubs.B));
        Assert.Contains("not linked", Assert.Single(await hubs.CleanupsAsync()).Problem, StringComparison.Ordinal);
    }

    // The process ends at every step: before the call, or after the hub did it. The device does not come back by itself.
    [Theory]
    [InlineData("read hub-a.test", true)]
    [InlineData("read hub-a.test", false)]
    [InlineData("ensure hub-b.test", true)]
    [InlineData("ensure hub-b.test", false)]
    [InlineData("twin hub-b.test", true)]
    [InlineData("twin hub-b.test", false)]
    [InlineData("read hub-b.test", true)]
    [InlineData("read hub-b.test", false)]
    [InlineData("delete hub-a.test", true)]
    [InlineData("delete hub-a.test", false)]
    public async Task A_move_that_is_cut_off_is_finished_after_the_restart(string step, bool before)
    {
        var folder = Directory.CreateTempSubdirectory("muster-test-").FullName;
        try
        {
            string key;
            await using (var hubs = await StartAsync(folder, isCutOff: true))
            {
                key = hubs.Key;
                await PrepareAsync(hubs);
                var cut = new TaskCompletionSource();
                Func<string, Task> fault = async call =>
                {
                    if (call != step) return;

                    // What happens to this call from here on is lost, as with a process that is killed.
                    cut.TrySetResult();
                    await new TaskCompletionSource().Task;
                };
                if (before) Faults(hubs).Before = fault;
                else Faults(hubs).After = fault;
                var answer = hubs.OutcomeAsync();
                await cut.Task;
                Assert.NotNull((await hubs.RecordAsync())!.Assignment);
                Assert.False(answer.IsFaulted);
            }

            await using var restarted = await StartAsync(folder);
            var home = "";
            await Eventually.TrueAsync(
                async () =>
                {
                    if (await restarted.RecordAsync() is not { Status: RegistrationStatus.Assigned } record) return false;
                    home = record.Assignment!.HubHostName;
                    return await restarted.FindAsync(home == TwoHubs.A ? TwoHubs.B : TwoHubs.A) is null
                        && (await restarted.CleanupsAsync()).Count == 0;
                },
                "one hub has the device and the record says which");

            // A move that had not begun may as well not have been asked for; one that had is finished.
            if (step != "read hub-a.test") Assert.Equal(TwoHubs.B, home);
            Assert.Equal(Used, await restarted.TwinAsync(home));

            // The device comes back and finds what it expects.
            Assert.StartsWith(TwoHubs.B, await OutcomeAsync(restarted, key), StringComparison.Ordinal);
            Assert.Equal(Used, await restarted.TwinAsync(TwoHubs.B));
            Assert.Null(await restarted.FindAsync(TwoHubs.A));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Behaviour checklist 32, last row.
    // Row 20.
    [Theory]
    [InlineData("ensure hub-b.test")]
    [InlineData("twin hub-b.test")]
    [InlineData("read hub-b.test")]
    public async Task A_new_hub_that_refuses_leaves_the_old_one_in_charge(string step)
    {
        await using var hubs = await StartAsync();
        await PrepareAsync(hubs);
        Faults(hubs).Before = call => call == step
            ? throw new HubCallException(403002, "ErrorCode:IotHubQuotaExceeded;full", isTransient: false)
            : Task.CompletedTask;

        Assert.Equal("failed 403002", await hubs.OutcomeAsync());
        var failed = (await hubs.RecordAsync())!;
        Assert.Equal((TwoHubs.A, "ErrorCode:IotHubQuotaExceeded;full"), (failed.Assignment!.HubHostName, failed.ErrorMessage));
        Assert.Equal(Used, await hubs.TwinAsync(TwoHubs.A));

        // The next attempt heals it.
        Faults(hubs).Before = _ => Task.CompletedTask;
        Assert.Equal("hub-b.test/deviceDataMigrated", await hubs.OutcomeAsync());
        Assert.Equal(Used, await hubs.TwinAsync(TwoHubs.B));
        Assert.Null(await hubs.FindAsync(TwoHubs.A));
    }

    [Fact]
    public async Task A_move_that_failed_and_was_called_off_leaves_nothing_in_the_new_hub()
    {
        await using var hubs = await StartAsync();
        await PrepareAsync(hubs);
        Faults(hubs).Before = call => call == "twin hub-b.test"
            ? throw new HubCallException(400004, "no", isTransient: false)
            : Task.CompletedTask;
        Assert.Equal("failed 400004", await hubs.OutcomeAsync());
        Assert.NotNull(await hubs.FindAsync(TwoHubs.B));

        Faults(hubs).Before = _ => Task.CompletedTask;
        await hubs.EnrollAsync(TwoHubs.A, TwoHubs.Migrate);
        Assert.Equal("hub-a.test/reprovisionedToInitialAssignment", await hubs.OutcomeAsync());
        Assert.Equal(Used, await hubs.TwinAsync(TwoHubs.A));
        await Eventually.TrueAsync(async () => await hubs.FindAsync(TwoHubs.B) is null, "the half-made device is deleted");
    }

    // iot-hub checklist 81.
    [Fact]
    public async Task What_the_old_hub_does_not_delete_is_listed_retried_and_does_not_fail_the_device()
    {
        await using var hubs = await StartAsync();
        await PrepareAsync(hubs);
        var isBroken = true;
        Faults(hubs).Before = call => isBroken && call.StartsWith("delete", StringComparison.Ordinal)
            ? throw new HubCallException(503001, "down for repair", isTransient: true)
            : Task.CompletedTask;

        Assert.Equal("hub-b.test/deviceDataMigrated", await hubs.OutcomeAsync());
        var left = Assert.Single(await hubs.Cleaner.ListAsync(hubs.Server.Instance.Name, default));
        Assert.Equal((TwoHubs.A, TwoHubs.Device, "503001 down for repair"), (left.HubHostName, left.DeviceId, left.Problem));
        Assert.True(left.Attempts >= 1);

        isBroken = false;
        await hubs.Cleaner.RetryAsync(hubs.Server.Instance.Name, default);
        Assert.Null(await hubs.FindAsync(TwoHubs.A));
        Assert.Empty(await hubs.CleanupsAsync());
    }

    [Fact]
    public async Task A_device_that_moves_back_is_not_deleted_by_the_clean_up_of_its_first_move()
    {
        await using var hubs = await StartAsync();
        await PrepareAsync(hubs);
        Faults(hubs).Before = call => call == "delete hub-a.test"
            ? throw new HubCallException(503001, "down", isTransient: true)
            : Task.CompletedTask;
        await hubs.OutcomeAsync();
        var left = Assert.Single(await hubs.CleanupsAsync());

        Faults(hubs).Before = _ => Task.CompletedTask;
        await hubs.EnrollAsync(TwoHubs.A, TwoHubs.Migrate);
        Assert.Equal("hub-a.test/deviceDataMigrated", await hubs.OutcomeAsync());

        // Even one that was read from the list before the device came back does nothing.
        Assert.True(await hubs.Cleaner.TryAsync(left, default));
        Assert.Equal(Used, await hubs.TwinAsync(TwoHubs.A));
        Assert.Null(await hubs.FindAsync(TwoHubs.B));
        Assert.Empty(await hubs.CleanupsAsync());
    }

    [Fact]
    public async Task An_operator_can_give_up_what_is_left_behind()
    {
        await using var hubs = await StartAsync();
        await PrepareAsync(hubs);
        Faults(hubs).Before = call => call == "delete hub-a.test"
            ? throw new HubCallException(503001, "down", isTransient: true)
            : Task.CompletedTask;
        await hubs.OutcomeAsync();
        await hubs.Cleaner.ForgetAsync(hubs.Server.Instance.Name, TwoHubs.A, TwoHubs.Device, default);
        Assert.Empty(await hubs.CleanupsAsync());
    }

    // iot-hub checklist 80.
    [Theory]
    [InlineData(401002, true, "hub-b.test/deviceDataReset")]
    [InlineData(401002, false, "failed 400209")]
    [InlineData(503001, true, "failed 503001")]
    public async Task An_old_hub_that_cannot_be_read_never_loses_data_silently(int code, bool resets, string outcome)
    {
        await using var hubs = await StartAsync(resets: resets);
        await PrepareAsync(hubs);
        Faults(hubs).Before = call => call.EndsWith("hub-a.test", StringComparison.Ordinal)
            ? throw new HubCallException(code, "refused", isTransient: code == 503001)
            : Task.CompletedTask;

        Assert.Equal(outcome, await hubs.OutcomeAsync());
        Assert.Equal(Used, await hubs.TwinAsync(TwoHubs.A));
        Assert.Contains((await hubs.Server.LastTraceAsync(TwoHubs.Device)).Checks, check => !check.Passed && check.Detail.Contains("refuse", StringComparison.Ordinal));
        if (outcome.StartsWith("failed", StringComparison.Ordinal)) Assert.Null(await hubs.FindAsync(TwoHubs.B));
        else Assert.Single(await hubs.CleanupsAsync());
    }

    [Fact]
    public async Task A_hub_that_is_unlinked_while_a_registration_waits_for_it_is_not_written()
    {
        await using var hubs = await StartAsync();
        await hubs.Server.EnrollAsync(TwoHubs.Device, hubs.Key);
        var first = (await hubs.OutcomeAsync()).Split('/')[0];
        var other = first == TwoHubs.A ? TwoHubs.B : TwoHubs.A;
        await hubs.Server.ServiceAsync(HttpMethod.Delete, $"/registrations/{TwoHubs.Device}");

        var link = (await hubs.Links.FindAsync(hubs.Server.Instance.Name, first, default)).Value!;
        await hubs.Links.UpdateAsync(AuditCaller.Process, hubs.Server.Instance.Name, first, new() { Settings = new() { Concurrency = 1 } }, default);
        var lanes = hubs.Server.Server.Services.GetRequiredService<HubLanes>();
        link = (await hubs.Links.FindAsync(hubs.Server.Instance.Name, first, default)).Value!;
        var turn = await lanes.Of(link).EnterAsync(default);
        var waiting = hubs.OutcomeAsync();
        await Eventually.TrueAsync(() => Task.FromResult(lanes.HealthOf(first).Waiting == 1), "the registration waits");

        await hubs.Links.UnlinkAsync(AuditCaller.Process, hubs.Server.Instance.Name, first, default);
        turn.Dispose();
        Assert.Equal($"{other}/initialAssignment", await waiting);
    }

    [Theory]
    [InlineData(true, "disabled")]
    [InlineData(false, "failed 404201")]
    public async Task An_enrollment_that_is_disabled_or_deleted_meanwhile_is_seen_before_the_hub_is_written(bool disables, string outcome)
    {
        await using var hubs = await StartAsync();
        await hubs.EnrollAsync(TwoHubs.A, TwoHubs.Migrate);
        await hubs.Links.UpdateAsync(AuditCaller.Process, hubs.Server.Instance.Name, TwoHubs.A, new() { Settings = new() { Concurrency = 1 } }, default);
        var lanes = hubs.Server.Server.Services.GetRequiredService<HubLanes>();
        var turn = await lanes.Of((await hubs.Links.FindAsync(hubs.Server.Instance.Name, TwoHubs.A, default)).Value!).EnterAsync(default);
        var waiting = hubs.OutcomeAsync();
        await Eventually.TrueAsync(() => Task.FromResult(lanes.HealthOf(TwoHubs.A).Waiting == 1), "the registration waits");

        if (disables) await hubs.EnrollAsync(TwoHubs.A, TwoHubs.Migrate, ",\"provisioningStatus\":\"disabled\"");
        else await hubs.Server.ServiceAsync(HttpMethod.Delete, $"/enrollments/{TwoHubs.Device}");
        turn.Dispose();

        Assert.Equal(outcome, await waiting);
        Assert.Null(await hubs.FindAsync(TwoHubs.A));
    }

    private static async Task<TwoHubs> StartAsync(string? folder = null, bool resets = true, TimeSpan? freshness = null, bool isCutOff = false) => await TwoHubs.StartAsync(
        services =>
        {
            services.AddSingleton(new RegistrationOptions
            {
                HubTries = 1,
                AnswerBudget = TimeSpan.FromSeconds(isCutOff ? 1 : 30),
                CleanupPatience = TimeSpan.FromSeconds(isCutOff ? 1 : 30),
                ResetsWhenOldHubRefuses = resets,

                // Without a second look, however slow the machine is, unless the test is about that.
                FreshSnapshot = freshness ?? TimeSpan.FromHours(1),
            });
            var product = services.Where(service => service.ServiceType == typeof(IHubConnectorFactory)).ToList();
            foreach (var service in product) services.Remove(service);
            services.AddSingleton<FaultyHubs>();
            services.AddSingleton<IHubConnectorFactory>(provider => provider.GetRequiredService<FaultyHubs>());
        },
        folder);

    private static async Task<List<string>> HubTraceAsync(TwoHubs hubs) =>
        [.. (await hubs.Server.LastTraceAsync(TwoHubs.Device)).Checks.Where(check => check.Check == "hub").Select(check => check.Detail)];

    private static async Task<int> CountTracesAsync(TwoHubs hubs, string hub)
    {
        var filter = new AttemptTraceFilter { RegistrationId = TwoHubs.Device, Limit = 100 };
        return (await hubs.Server.Store.ListAttemptTracesAsync(hubs.Server.Instance.Name, filter, default)).Count(trace => trace.HubHostName == hub);
    }

    private static FaultyHubs Faults(TwoHubs hubs) => hubs.Server.Server.Services.GetRequiredService<FaultyHubs>();

    private static Task<string> OutcomeAsync(TwoHubs hubs, string key) => hubs.OutcomeAsync(key: key);

    /// <summary>The device stands in A with a used twin, and its enrollment says B.</summary>
    private static async Task PrepareAsync(TwoHubs hubs)
    {
        await hubs.EnrollAsync(TwoHubs.A, TwoHubs.Migrate);
        await hubs.OutcomeAsync();
        await hubs.UseAsync(TwoHubs.A);
        await hubs.EnrollAsync(TwoHubs.B, TwoHubs.Migrate);
    }
}
