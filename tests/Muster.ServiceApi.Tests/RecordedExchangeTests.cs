using System.Text.Json;
using System.Text.Json.Nodes;
using Muster.Core.Enrollments;
using Muster.Core.Registration;
using Xunit;

namespace Muster.ServiceApi.Tests;

/// <summary>
/// Replays recorded traffic of the original in its order and compares status, headers, and the bodies' members with their order.
/// Values that the recorder blacked out - keys and certificates - are replaced by real ones.
/// </summary>
public sealed class RecordedExchangeTests(ServiceApiHost host) : IClassFixture<ServiceApiHost>
{
    [Fact]
    public async Task Recorded_requests_get_answers_of_the_recorded_shape()
    {
        var recording = JsonNode.Parse(await File.ReadAllTextAsync(
            Path.Combine(AppContext.BaseDirectory, "TestData", "recorded-exchanges.json"), TestContext.Current.CancellationToken))!;
        var certificate = Bodies.Base64Certificate("CN=enroll_cert");
        var etags = new Dictionary<string, string>(StringComparer.Ordinal);
        var replayed = 0;

        foreach (var exchange in recording["exchanges"]!.AsArray())
        {
            var title = exchange!["title"]!.GetValue<string>();
            var request = exchange["request"]!;
            var response = exchange["response"]!;
            await PrepareAsync(title);

            var headers = request["headers"]!.AsObject()
                .Where(header => header.Key is "Content-Type" or "If-Match")
                .Select(header => (header.Key, etags.GetValueOrDefault(header.Value!.GetValue<string>(), header.Value!.GetValue<string>())))
                .ToArray();
            var body = request["body"] is { } recordedBody ? Fill(recordedBody, certificate) : null;
            var reply = await host.SendAsync(request["method"]!.GetValue<string>(), request["path"]!.GetValue<string>(), body, headers);

            Assert.True(response["status"]!.GetValue<int>() == reply.Status, $"{title}: {reply.Status} {reply.Text}");
            foreach (var (name, value) in response["headers"]!.AsObject())
            {
                // A length is as good as chunks (S-1.3).
                if (name == "Transfer-Encoding") continue;
                Assert.True(reply.Headers.GetValueOrDefault(name) == value!.GetValue<string>(), $"{title}: {name}");
            }

            if (response["body"] is { } recorded)
            {
                var expected = Shape(JsonSerializer.SerializeToElement(recorded));
                Assert.True(expected == Shape(reply.Json), $"{title}:\n{expected}\n{Shape(reply.Json)}");
                if (recorded is JsonObject && recorded["etag"] is { } etag) etags[etag.GetValue<string>()] = reply.ETag!;
            }
            else
            {
                Assert.Equal("", reply.Text);
            }

            replayed++;
        }

        Assert.Equal(17, replayed);
    }

    // What happened between the recorded requests: other tests cleaned up, a device registered.
    private async Task PrepareAsync(string title)
    {
        if (title == "query with nothing left") await host.DeleteAsync("/enrollments/sym_enrollment2_abf63bb6");
        if (title.StartsWith("get registration after", StringComparison.Ordinal))
            await host.RegisterAsync(Bodies.Record(host, "device-4dfe3739", EnrollmentKind.Group, "reg_enroll_grp_4dfe3739"));
    }

    private static string Fill(JsonNode body, string certificate)
    {
        // The recorder swallowed the secondary certificate of the request; the answer has both.
        var slot = $"{{\"certificate\":\"{certificate}\"}}";
        return body.ToJsonString()
            .Replace("\"primaryKey\":\"primaryKey\"", $"\"primaryKey\":\"{Bodies.PrimaryKey}\"", StringComparison.Ordinal)
            .Replace("\"secondaryKey\":\"secondaryKey\"", $"\"secondaryKey\":\"{Bodies.SecondaryKey}\"", StringComparison.Ordinal)
            .Replace("\"primary\":{\"certificate\":\"certificate\"}", $"\"primary\":{slot},\"secondary\":{slot}", StringComparison.Ordinal);
    }

    // Names in order with the kinds of their values; of a list that is ordered by storage, the sorted shapes.
    private static string Shape(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object =>
            "{" + string.Join(",", element.EnumerateObject().Select(member => member.Name + ":" + Shape(member.Value))) + "}",
        JsonValueKind.Array => "[" + string.Join(",", element.EnumerateArray().Select(Shape).Order(StringComparer.Ordinal)) + "]",
        JsonValueKind.True or JsonValueKind.False => "bool",
        _ => element.ValueKind.ToString(),
    };
}
