using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Muster.ServiceApi.Tests;

/// <summary>
/// Nothing that a client sends ends in a 500 or in an error in the log (service-api S-1). Requests are written byte by byte, since a
/// client library would refuse to send most of these; the seed is fixed, so that what failed fails again.
/// </summary>
public sealed class HostileInputTests(ServiceApiHost host) : IClassFixture<ServiceApiHost>
{
    private const int Rounds = 300;

    // As long as a machine under heavy load may need; an answer that never comes fails then.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly string[] Snippets =
    [
        "", " ", "\t", "%", "%zz", "%00", "%2F", "%2f..%2f", "%5C", "..", ".", "/", "//", "\\", "?", "#", "&", "=", "'", "\"", "<a>", "{0}", "null",
        "*", "-1", "0", "1e999", "99999999999999999999", "NaN", "true", "ü", "\u2028", "😀", "\0", "\u0001", "\u007f", "IjEi", "W/", ",", ";", "bytes=0-",
        "a:b", "SELECT", "' OR 1=1 --", "2021-10-01", "2026-11-01", "application/json", "text/plain", "charset=utf-16",
    ];

    private static readonly string[] Headers =
    [
        "If-Match", "If-None-Match", "Content-Type", "x-ms-max-item-count", "x-ms-continuation", "Accept", "Request-Id", "traceparent", "Expect",
        "Content-Encoding", "Range", "X-HTTP-Method-Override", "User-Agent", "Cookie", "Host", "Authorization", "Transfer-Encoding", "Content-Length",
    ];

    private static readonly string[] Methods = ["GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "get", "PROPFIND"];

    /// <summary>The fifteen operations as a client sends them.</summary>
    public static TheoryData<string, string, string> Operations
    {
        get
        {
            var rows = new TheoryData<string, string, string>();
            foreach (var (path, items, id) in new[]
            {
                ("/enrollments", "enrollments", "registrationId"), ("/enrollmentGroups", "enrollmentGroups", "enrollmentGroupId"),
            })
            {
                rows.Add("GET", path + "/dev", "");
                rows.Add("PUT", path + "/dev", Bodies.With(
                    "\"deviceId\":\"d\",\"optionalDeviceInformation\":{\"a\":[1,null,{\"b\":1.5e3}]},\"capabilities\":{\"iotEdge\":true},"
                    + "\"iotHubs\":[\"hub1.example.net\"],\"allocationPolicy\":\"custom\",\"provisioningStatus\":null,"
                    + "\"customAllocationDefinition\":{\"webhookUrl\":\"https://hook.example.net/?code=1\",\"apiVersion\":\"2019-03-31\"},"
                    + "\"initialTwin\":{\"tags\":{\"a\":\"b\"},\"properties\":{\"desired\":{\"c\":1}}},"
                    + "\"reprovisionPolicy\":{\"updateHubAssignment\":true,\"migrateDeviceData\":false}"));
                rows.Add("DELETE", path + "/dev", "");
                rows.Add("POST", path, $$"""{"mode":"update","{{items}}":[{"{{id}}":"dev",{{Bodies.OwnKeys}},"etag":"*"},{"{{id}}":"b"}]}""");
                rows.Add("POST", path + "/query", """{"query":"SELECT * WHERE initialTwin.tags.a = 'b' AND NOT startswith(deviceId, 'x') ORDER BY etag DESC"}""");
                rows.Add("POST", path + "/dev/attestationmechanism", "{}");
            }

            rows.Add("GET", "/registrations/dev", "");
            rows.Add("DELETE", "/registrations/dev", "");
            rows.Add("POST", "/registrations/dev/query", """{"query":"*"}""");
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task Mutated_request_is_answered_or_refused(string method, string path, string body)
    {
        var random = new Random(20210101 + method.Length + path.Length);
        var statuses = new SortedSet<int>();
        for (var round = 0; round < Rounds; round++)
        {
            var sent = Mutate(random, method, path, Encoding.UTF8.GetBytes(body));
            var answer = await host.SendBytesAsync(sent, Patience);
            var (status, text) = Parse(answer);
            var shown = $"round {round}: {Encoding.Latin1.GetString(sent)}\n-> {answer}\n{host.Problem}";
            Assert.True(host.Problem is null, shown);
            Assert.True(status < 500, shown);
            statuses.Add(status);

            // What our code refuses says why; what the HTTP parser refuses has no body.
            if (status >= 400 && text.Length > 0)
            {
                using var error = JsonDocument.Parse(text);
                Assert.True(error.RootElement.GetProperty("errorCode").GetInt32() / 1000 == status, shown);
            }
        }

        // The mutations reach behind the parser of HTTP, and not all of them spoil the request.
        Assert.True(statuses.Count >= 3, string.Join(' ', statuses));
        Assert.Contains(statuses, status => status is 400 or 401 or 404 or 405);
    }

    // Bodies that a framework might trip over, sent to every operation that reads one.
    public static TheoryData<string> HardBodies =>
    [
        "deep", "wide", "surrogates", "not UTF-8", "UTF-16", "NUL", "numbers", "long name", "duplicate names", "comment", "trailing comma", "array of nulls",
    ];

    [Theory]
    [MemberData(nameof(HardBodies))]
    public async Task Hard_body_is_refused_or_accepted(string what)
    {
        var bytes = what switch
        {
            "deep" => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"attestation\":", 3000)) + "1" + new string('}', 3000)),
            "wide" => Encoding.UTF8.GetBytes("{" + string.Join(',', Enumerable.Range(0, 5000).Select(i => $"\"m{i}\":{i}")) + "}"),
            "surrogates" => Encoding.UTF8.GetBytes("""{"attestation":{"type":"\ud800"},"mode":"\udfff","query":"\ud800\ud800","registrationId":"\ude00"}"""),
            "not UTF-8" => [.. "{\"query\":\""u8, 0xC3, 0x28, 0xFF, 0xFE, .. "\"}"u8],
            "UTF-16" => Encoding.Unicode.GetBytes(Bodies.Symmetric),
            "NUL" => Encoding.UTF8.GetBytes("{\"query\":\"\\u0000\",\"mode\":\"\\u0000\",\"registrationId\":\"\\u0000\",\"attestation\":{\"type\":\"x509\"}}"),
            "numbers" => Encoding.UTF8.GetBytes(Bodies.With("\"initialTwin\":{\"tags\":{\"a\":1e400,\"b\":-0,\"c\":1E-400,\"d\":" + new string('9', 400) + "}}")),
            "long name" => Encoding.UTF8.GetBytes("{\"" + new string('n', 60_000) + "\":1}"),
            "duplicate names" => Encoding.UTF8.GetBytes("""{"query":"*","query":"*","mode":"create","mode":"delete","attestation":{},"attestation":{}}"""),
            "comment" => Encoding.UTF8.GetBytes("{/* a */\"query\":\"*\"}"),
            "trailing comma" => Encoding.UTF8.GetBytes("{\"query\":\"*\",}"),
            _ => Encoding.UTF8.GetBytes("""{"mode":"create","enrollments":[null,null,[],{},1,"a"],"enrollmentGroups":[null,null,[],{},1,"a"],"query":null}"""),
        };
        foreach (var path in new[] { "/enrollments/hard", "/enrollmentGroups/hard" })
        {
            (await host.SendBodyAsync("PUT", path, bytes)).ShouldBeBelow500();
            (await host.SendBodyAsync("POST", path + "/attestationmechanism", bytes)).ShouldBeBelow500();
            (await host.SendBodyAsync("POST", path[..path.LastIndexOf('/')], bytes)).ShouldBeBelow500();
            (await host.SendBodyAsync("POST", path[..path.LastIndexOf('/')] + "/query", bytes)).ShouldBeBelow500();
        }

        (await host.SendBodyAsync("POST", "/registrations/hard/query", bytes)).ShouldBeBelow500();
    }

    [Fact]
    public async Task Client_that_goes_away_in_the_middle_leaves_nothing_in_the_log()
    {
        foreach (var length in new[] { 10, 100, 100_000 })
        {
            var head = $"PUT /enrollments/gone?api-version=2021-10-01 HTTP/1.1\r\nHost: {host.Host}\r\nAuthorization: {host.Token()}\r\n"
                + $"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{{\"atte";
            await host.SendBytesAsync(Encoding.UTF8.GetBytes(head), Patience, hangsUp: true);
        }

        (await host.GetAsync("/enrollments/gone")).ShouldBe(404201);
        Assert.Null(host.Problem);
    }

    private byte[] Mutate(Random random, string method, string path, byte[] body)
    {
        var query = "api-version=" + ServiceApiHost.Version;
        var headers = new List<(string Name, string Value)>
        {
            ("Host", host.Host), ("Authorization", host.Token()), ("Content-Type", "application/json"),
        };
        for (var change = random.Next(1, 4); change > 0; change--)
        {
            switch (random.Next(10))
            {
                case 0: method = Methods[random.Next(Methods.Length)]; break;
                case 1: path = Splice(random, path); break;
                case 2: query = Splice(random, query); break;
                case 3 or 4: headers.Add((Headers[random.Next(Headers.Length)], Splice(random, Snippets[random.Next(Snippets.Length)]))); break;
                case 5:
                    var index = random.Next(1, headers.Count);
                    headers[index] = (headers[index].Name, Splice(random, headers[index].Value));
                    break;
                default: body = Spoil(random, body); break;
            }
        }

        // A length that is not the body's makes the server wait for more, as it must; these are other tests.
        headers.RemoveAll(header => header.Name is "Content-Length" or "Transfer-Encoding" or "Expect");
        var head = new StringBuilder($"{method} {path}?{query} HTTP/1.1\r\n");
        foreach (var (name, value) in headers) head.Append(name).Append(": ").Append(value).Append("\r\n");
        head.Append(CultureInfo.InvariantCulture, $"Connection: close\r\nContent-Length: {body.Length}\r\n\r\n");
        return [.. Encoding.UTF8.GetBytes(head.ToString()), .. body];
    }

    private static string Splice(Random random, string text)
    {
        var at = random.Next(text.Length + 1);
        var snippet = random.Next(12) == 0 ? new string('x', random.Next(300, 5000)) : Snippets[random.Next(Snippets.Length)];
        return text[..at] + snippet + (random.Next(2) == 0 ? text[at..] : "");
    }

    private static byte[] Spoil(Random random, byte[] body)
    {
        if (body.Length == 0) return Encoding.UTF8.GetBytes(Snippets[random.Next(Snippets.Length)]);
        var at = random.Next(body.Length);
        var count = random.Next(1, 8);
        return random.Next(5) switch
        {
            0 => body[..at],
            1 => [.. body[..at], .. body[Math.Min(body.Length, at + count)..]],
            2 => [.. body[..at], .. Encoding.UTF8.GetBytes(Snippets[random.Next(Snippets.Length)]), .. body[at..]],
            3 => [.. body[..at], .. "{}[]\",:0tn\\"u8.Slice(random.Next(11), 1), .. body[(at + 1)..]],
            _ => [.. body[..at], (byte)random.Next(256), .. body[(at + 1)..]],
        };
    }

    private static (int Status, string Body) Parse(string answer)
    {
        // Nothing at all: the server closed the connection on what is no HTTP.
        if (answer.Length == 0) return (0, "");
        var status = int.Parse(answer.AsSpan(9, 3), CultureInfo.InvariantCulture);
        var end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return (status, answer.Contains("Content-Length: ", StringComparison.Ordinal) && status != 200 ? answer[(end + 4)..] : "");
    }
}
