using System.Text.Json;
using System.Text.RegularExpressions;

namespace Muster.Conformance.Replay;

/// <summary>
/// Requests recorded from unmodified clients are sent again, octet by octet but for ID scope, operation ID and signature; the
/// answers have what those clients need (device-protocols 1.5, 2.1, 2.2).
/// </summary>
public sealed class CaptureReplayTests(InProcessServer muster)
{
    private const string CapturedScope = "0ne00CAFE01";
    private const string CapturedOperation = "4.d0a671905ea5b2c8.ee5ecf10-ea70-4d29-b6d4-7d4a2d1b8a90";
    private const string RegistrationId = "dev-sym-01";
    private const string Key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    private static readonly SemaphoreSlim Enrolling = new(1);
    private static bool _enrolled;

    [Theory]
    [InlineData("node")]
    [InlineData("c")]
    [InlineData("java")]
    public async Task A_recorded_client_gets_what_it_needs(string client)
    {
        await EnrollOnceAsync();
        using var capture = JsonDocument.Parse(await File.ReadAllBytesAsync($"TestData/{client}-https-symkey.json"));
        var versions = capture.RootElement.GetProperty("meta").GetProperty("connections").EnumerateArray().ToDictionary(
            item => item.GetProperty("conn").GetInt32(), item => item.GetProperty("negotiated").GetProperty("version").GetString());
        var requests = capture.RootElement.GetProperty("events").EnumerateArray()
            .Where(item => item.GetProperty("dir").GetString() == "C>S").ToList();
        Assert.Equal(2, requests.Count);

        var connections = new Dictionary<int, RawHttpsConnection>();
        try
        {
            var registered = await SendAsync(requests[0], operationId: "");
            Assert.Equal(202, registered.Status);
            var operationId = registered.Json["operationId"]!.GetValue<string>();
            Assert.Matches("^[A-Za-z0-9.-]+$", operationId);
            if ((string?)registered.Json["status"] == "assigning") Assert.InRange(int.Parse(registered.Headers["Retry-After"]), 1, 30);

            var polled = await SendAsync(requests[1], operationId);
            for (; polled.Status == 202; polled = await SendAsync(requests[1], operationId))
                Assert.Equal(RegistrationId, (string?)polled.Json["registrationState"]?["registrationId"]);

            Assert.Equal(200, polled.Status);
            Assert.False(polled.Headers.ContainsKey("Retry-After"));
            Assert.Equal(operationId, (string?)polled.Json["operationId"]);
            Assert.Equal("assigned", (string?)polled.Json["status"]);
            var state = polled.Json["registrationState"]!;
            Assert.Equal(RegistrationId, (string?)state["registrationId"]);
            Assert.Equal(RegistrationId, (string?)state["deviceId"]);
            Assert.Equal("assigned", (string?)state["status"]);
            Assert.NotEmpty((string)state["assignedHub"]!);
            Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$", (string?)state["createdDateTimeUtc"]);
            Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$", (string?)state["lastUpdatedDateTimeUtc"]);
        }
        finally
        {
            foreach (var connection in connections.Values) await connection.DisposeAsync();
        }

        // A client that keeps its connection sends both requests on the same one.
        async Task<RawAnswer> SendAsync(JsonElement recorded, string operationId)
        {
            var number = recorded.GetProperty("conn").GetInt32();
            if (!connections.TryGetValue(number, out var connection))
                connections[number] = connection = await muster.ConnectAsync(tls12: versions[number] == "TLSv1.2");
            return await connection.SendAsync(Renew(recorded.GetProperty("text").GetString()!, operationId));
        }
    }

    private string Renew(string request, string operationId)
    {
        var token = Regex.Match(request, "SharedAccessSignature [^\r]*", RegexOptions.NonBacktracking).Value;
        var resource = Regex.Match(token, "sr=[^&]*", RegexOptions.NonBacktracking).Value[3..];
        var fresh = DeviceToken.Like(token, resource.Replace(CapturedScope, muster.IdScope, StringComparison.Ordinal), Key);
        return request.Replace(token, fresh, StringComparison.Ordinal)
            .Replace(CapturedScope, muster.IdScope, StringComparison.Ordinal)
            .Replace(CapturedOperation, operationId, StringComparison.Ordinal);
    }

    private async Task EnrollOnceAsync()
    {
        await Enrolling.WaitAsync();
        try
        {
            if (!_enrolled) await muster.EnrollAsync(RegistrationId, Key);
            _enrolled = true;
        }
        finally
        {
            Enrolling.Release();
        }
    }
}
