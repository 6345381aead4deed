using Microsoft.AspNetCore.Http;
using Muster.Core.Audit;
using Muster.Core.Registration;
using Muster.TestKit;
using Muster.Tests;

namespace Muster.Hubs.Tests.Registration;

/// <summary>The server is a process of its own and is killed, not stopped, in the middle of a move between two hubs elsewhere.</summary>
public sealed class KilledProcessTests
{
    private const string From = "from.test";
    private const string To = "to.test";

    // Every call of a move in its order; a write is cut off before the hub does it and after. "status" is that of a disabled device.
    [Theory]
    [InlineData(From, "GET /devices/", 1, false)]
    [InlineData(From, "GET /twins/", 1, false)]
    [InlineData(To, "PUT /devices/", 1, false)]
    [InlineData(To, "PUT /devices/", 1, true)]
    [InlineData(To, "PUT /twins/", 1, false)]
    [InlineData(To, "PUT /twins/", 1, true)]
    [InlineData(To, "POST /devices", 1, false)]
    [InlineData(To, "POST /devices", 1, true)]
    [InlineData(To, "GET /devices/", 1, false)]
    [InlineData(To, "PUT /devices/", 2, false)]
    [InlineData(To, "PUT /devices/", 2, true)]
    [InlineData(To, "GET /devices/", 2, false)]
    [InlineData(To, "GET /twins/", 1, false)]
    [InlineData(From, "DELETE /devices/", 1, false)]
    [InlineData(From, "DELETE /devices/", 1, true)]
    public async Task A_killed_move_ends_in_one_hub_with_its_twin(string where, string call, int time, bool afterwards)
    {
        var folder = Directory.CreateTempSubdirectory("muster-test-").FullName;
        await using var from = await RestHub.StartAsync(From);
        await using var to = await RestHub.StartAsync(To);
        try
        {
            // The device stands in the first hub; a server in this process prepares that and goes.
            string key;
            await using (var hubs = await TwoHubs.StartAsync(folder: folder))
            {
                key = hubs.Key;
                foreach (var hub in (RestHub[])[from, to]) await hubs.Links.LinkAsync(AuditCaller.Process, hubs.Server.Instance, hub.Definition, default);
                await hubs.EnrollAsync(From, TwoHubs.Migrate);
                Assert.Equal("from.test/initialAssignment", await hubs.OutcomeAsync());
                await hubs.EnrollAsync(To, TwoHubs.Migrate);
            }

            from.Devices[TwoHubs.Device].Tags["site"] = "used";
            from.Devices[TwoHubs.Device].Reported["firmware"] = "1.2";
            from.Devices[TwoHubs.Device].Identity["status"] = "disabled";
            from.Devices[TwoHubs.Device].Identity["statusReason"] = "lost";

            await using (var process = ServerProcess.Start(folder))
            {
                // The hub is asked, and nobody is left to hear of it.
                var hub = where == From ? from : to;
                var killed = new TaskCompletionSource();
                async Task KillAsync(HttpContext context)
                {
                    await process.KillAsync();
                    await (afterwards ? hub.DoAndBreakOff(context) : RestHub.BreakOff(context));
                    killed.TrySetResult();
                }

                // A step stays first in the script until its call comes, so that the second one follows the first.
                for (var earlier = 1; earlier < time; earlier++) hub.Next(call, hub.Do);
                hub.Next(call, KillAsync);
                await process.ReadyAsync();
                var register = process.RegisterAsync(TwoHubs.Device, key);
                await killed.Task.WaitAsync(TimeSpan.FromMinutes(1));

                // A move that is done in time is told before its old identity is deleted; any other is told to nobody.
                await Task.WhenAny(register);
            }

            Assert.True(from.Devices.ContainsKey(TwoHubs.Device) || to.Devices.ContainsKey(TwoHubs.Device));
            await using var restarted = await TwoHubs.StartAsync(folder: folder);
            await Eventually.TrueAsync(
                async () => await restarted.RecordAsync() is { Status: RegistrationStatus.Assigned } record
                    && from.Devices.ContainsKey(TwoHubs.Device) == (record.Assignment!.HubHostName == From)
                    && to.Devices.ContainsKey(TwoHubs.Device) == (record.Assignment!.HubHostName == To),
                "one hub has the device and the record says which");
            var device = (from.Devices.GetValueOrDefault(TwoHubs.Device) ?? to.Devices[TwoHubs.Device]);
            Assert.Equal(("used", "1.2"), ((string?)device.Tags["site"], (string?)device.Reported["firmware"]));
            Assert.Equal(("disabled", "lost"), ((string?)device.Identity["status"], (string?)device.Identity["statusReason"]));

            var answer = await restarted.OutcomeAsync(key: key);
            Assert.StartsWith(To, answer, StringComparison.Ordinal);
            await Eventually.TrueAsync(() => Task.FromResult(from.Devices.IsEmpty), "the old hub is clean");
            Assert.Equal("used", (string?)to.Devices[TwoHubs.Device].Tags["site"]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
