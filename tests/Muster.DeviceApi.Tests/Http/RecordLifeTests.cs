using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Muster.Core.Audit;
using Muster.Core.Hubs;
using Muster.TestKit;

namespace Muster.DeviceApi.Tests.Http;

/// <summary>
/// What back ends see of devices that really registered: credentials that went through the service API, and the records that came of
/// it (service-api S-15, rows 53, 81, 100 to 103 and 105).
/// </summary>
public sealed class RecordLifeTests(DeviceApiFixture fixture) : IClassFixture<DeviceApiFixture>
{
    private readonly RunningServer _server = fixture.Server;

    [Fact]
    public async Task Device_key_made_of_the_answered_group_key_registers_and_leaves_a_record()
    {
        var group = await PutAsync("/enrollmentGroups/made", """{"attestation":{"type":"symmetricKey"}}""");
        var key = Convert.FromBase64String(
            group.Json.GetProperty("attestation").GetProperty("symmetricKey").GetProperty("primaryKey").GetString()!);
        var deviceKey = Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes("made-1")));
        var registered = await _server.RegisterAsync("made-1", _server.DeviceToken("made-1", deviceKey));
        Assert.Equal(HttpStatusCode.Accepted, registered.Status);

        var record = await GetAsync("/registrations/made-1");
        Assert.Equal(
            ["registrationId", "createdDateTimeUtc", "assignedHub", "deviceId", "status", "substatus", "lastUpdatedDateTimeUtc", "etag"],
            record.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal(("made-1", "assigned", "initialAssignment"), (Text(record, "deviceId"), Text(record, "status"), Text(record, "substatus")));
        Assert.Equal($"[{record.Text}]", (await _server.ServiceAsync(HttpMethod.Post, "/registrations/made/query")).Text);
    }

    [Fact]
    public async Task Record_is_nested_in_its_individual_until_it_is_deleted()
    {
        await _server.EnrollAsync("nested", DeviceApiFixture.Key);
        Assert.Equal("""{"registrationId":"nested","status":"unassigned"}""", await NestedAsync());
        await _server.RegisterAsync("nested", _server.DeviceToken("nested", DeviceApiFixture.Key));
        Assert.Equal((await GetAsync("/registrations/nested")).Text, await NestedAsync());

        Assert.Equal(HttpStatusCode.PreconditionFailed, (await _server.ServiceAsync(HttpMethod.Delete, "/registrations/nested", ifMatch: "IjEi")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await _server.ServiceAsync(HttpMethod.Delete, "/registrations/nested")).Status);
        Assert.Equal(404202, (await _server.ServiceAsync(HttpMethod.Get, "/registrations/nested")).ErrorCode);
        Assert.Equal("""{"registrationId":"nested","status":"unassigned"}""", await NestedAsync());

        async Task<string> NestedAsync() => (await GetAsync("/enrollments/nested")).Json.GetProperty("registrationState").GetRawText();
    }

    [Fact]
    public async Task Registration_again_is_told_as_the_version_knows_it()
    {
        await _server.EnrollAsync("again", DeviceApiFixture.Key);
        for (var time = 0; time < 2; time++)
            Assert.Equal(HttpStatusCode.Accepted, (await _server.RegisterAsync("again", _server.DeviceToken("again", DeviceApiFixture.Key))).Status);
        foreach (var (version, substatus) in new[] { ("2019-03-31", "initialAssignment"), ("2021-10-01", "reprovisionedToInitialAssignment") })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/registrations/again?api-version=" + version);
            request.Headers.TryAddWithoutValidation("Authorization", _server.ServiceToken());
            Assert.Equal(substatus, Text(await _server.SendAsync(request), "substatus"));
        }
    }

    [Fact]
    public async Task Certificate_that_was_fetched_and_sent_back_still_registers()
    {
        var leaf = TestCertificate.SelfSigned("CN=round-trip");
        await _server.EnrollWithAsync("/enrollments/round-trip", CertificateDevice.Client(leaf));
        var fetched = (await GetAsync("/enrollments/round-trip")).Text;
        Assert.DoesNotContain(leaf.Base64, fetched, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await _server.ServiceAsync(HttpMethod.Put, "/enrollments/round-trip", fetched, ifMatch: "*")).Status);
        Assert.Equal(HttpStatusCode.Accepted, (await _server.RegisterAsync("round-trip", leaf)).Status);
        Assert.Equal("assigned", Text(await GetAsync("/registrations/round-trip"), "status"));
    }

    [Fact]
    public async Task Failed_registration_shows_why_and_no_hub()
    {
        await using var server = await RunningServer.StartAsync();
        var links = server.Server.Services.GetRequiredService<LinkedHubService>();
        foreach (var hub in await links.ListAsync(server.Instance.Name, CancellationToken.None))
            Assert.Null(await links.UnlinkAsync(AuditCaller.Process, server.Instance.Name, hub.HostName, CancellationToken.None));
        await server.EnrollAsync("nowhere", DeviceApiFixture.Key);
        await server.RegisterAsync("nowhere", server.DeviceToken("nowhere", DeviceApiFixture.Key));

        var record = await server.ServiceAsync(HttpMethod.Get, "/registrations/nowhere");
        Assert.Equal(
            ["registrationId", "createdDateTimeUtc", "status", "errorCode", "errorMessage", "lastUpdatedDateTimeUtc", "etag"],
            record.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal(("failed", "IoTHub not found."), (Text(record, "status"), Text(record, "errorMessage")));
        Assert.Equal(401001, record.Json.GetProperty("errorCode").GetInt32());
    }

    private async Task<JsonAnswer> GetAsync(string path)
    {
        var answer = await _server.ServiceAsync(HttpMethod.Get, path);
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        return answer;
    }

    private async Task<JsonAnswer> PutAsync(string path, string body)
    {
        var answer = await _server.ServiceAsync(HttpMethod.Put, path, body);
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        return answer;
    }

    private static string? Text(JsonAnswer answer, string member) => answer.Json.GetProperty(member).GetString();
}
