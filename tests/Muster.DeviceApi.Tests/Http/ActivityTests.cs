using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Muster.Core.Activity;
using Muster.DeviceApi.Tests.Mqtt;
using Muster.TestKit;

namespace Muster.DeviceApi.Tests.Http;

/// <summary>What is counted as a registration over each door, and what is not (portal P1, P3).</summary>
public sealed class ActivityTests
{
    private const string Key = DeviceApiFixture.Key;
    private const string OtherKey = DeviceApiFixture.OtherKey;

    [Fact]
    public async Task Registrations_are_counted_by_how_they_ended_and_the_counts_survive_a_stop()
    {
        var folder = Directory.CreateTempSubdirectory("muster-activity-").FullName;
        try
        {
            await using (var server = await RunningServer.StartAsync(folder, hubs: ["hub-a.localhost"]))
            {
                await server.EnrollAsync("counted", Key);
                await server.EnrollAsync("asleep", Key, ""","provisioningStatus":"disabled" """);
                var token = server.DeviceToken("counted", Key);

                await ExpectAsync(server, assigned: 0, refused: 0, disabled: 0);
                await server.RegisterAsync("counted", token);
                await ExpectAsync(server, assigned: 1, refused: 0, disabled: 0);
                await server.RegisterAsync("counted", server.DeviceToken("counted", OtherKey));
                await ExpectAsync(server, assigned: 1, refused: 1, disabled: 0);
                await server.RegisterAsync("asleep", server.DeviceToken("asleep", Key));
                await ExpectAsync(server, assigned: 1, refused: 1, disabled: 1);

                // A device that may not connect would have registered.
                await using var stranger = await MqttDevice.OpenAsync(server);
                Assert.Equal(5, await stranger.ConnectAsync(server, "counted", token: null));
                await ExpectAsync(server, assigned: 1, refused: 2, disabled: 1);
                await using var device = await MqttDevice.ReadyAsync(server, "counted", Key);
                await device.RegisterAsync();
                await ExpectAsync(server, assigned: 2, refused: 2, disabled: 1);

                // Neither a poll nor a lookup is a registration, and a TPM's challenge is a step of one.
                var path = $"/{server.IdScope}/registrations/counted";
                Assert.Equal(HttpStatusCode.NotFound, (await server.DeviceAsync(HttpMethod.Get, $"{path}/operations/other?api-version={RunningServer.ApiVersion}", token)).Status);
                Assert.Equal(HttpStatusCode.Unauthorized, (await server.DeviceAsync(HttpMethod.Post, $"{path}?api-version={RunningServer.ApiVersion}", null, "{}")).Status);
                var tpm = new SoftwareTpm();
                await server.ServiceAsync(
                    HttpMethod.Put, "/enrollments/challenged", $$$$"""{"attestation":{"type":"tpm","tpm":{"endorsementKey":"{{{{tpm.EndorsementKey}}}}"}}}""");
                var keys = $$$"""{"registrationId":"challenged","tpm":{"endorsementKey":"{{{tpm.EndorsementKey}}}","storageRootKey":"{{{tpm.StorageRootKey}}}"}}""";
                Assert.Equal(HttpStatusCode.Unauthorized, (await server.RegisterAsync("challenged", token: null, keys)).Status);
                await ExpectAsync(server, assigned: 2, refused: 2, disabled: 1);
            }

            await using var next = await RunningServer.StartAsync(folder);
            await ExpectAsync(next, assigned: 2, refused: 2, disabled: 1);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task ExpectAsync(RunningServer server, int assigned, int refused, int disabled)
    {
        var service = server.Server.Services.GetRequiredService<ActivityService>();
        var buckets = await service.ReadAsync(server.Instance.Name, DateTimeOffset.MinValue, default);
        Assert.Equal(
            (assigned, refused, disabled),
            (buckets.Sum(bucket => bucket.AssignedByHub.GetValueOrDefault("hub-a.localhost")),
                buckets.Sum(bucket => bucket.FailuresByCode.GetValueOrDefault(401002)),
                buckets.Sum(bucket => bucket.Disabled)));
        Assert.Equal(assigned + refused, buckets.Sum(bucket => bucket.Assigned + bucket.Failed));
    }
}
