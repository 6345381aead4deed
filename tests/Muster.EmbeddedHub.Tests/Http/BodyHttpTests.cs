using System.Net.Sockets;
using System.Text;

namespace Muster.EmbeddedHub.Tests.Http;

/// <summary>Bodies that are too large, too deep or no JSON.</summary>
public sealed class BodyHttpTests : IAsyncLifetime
{
    private HubServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await HubServer.StartAsync();
        await _server.CreateAsync("d");
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("{")]
    [InlineData("nonsense")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("{} {}")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{'a':1}")]
    public async Task What_is_no_object_is_a_format_error(string body)
    {
        foreach (var (method, path) in ((string, string)[])[("PUT", "/devices/new"), ("PATCH", "/twins/d"), ("PUT", "/twins/d")])
            (await _server.SendAsync(method, path, body)).ShouldBe(400, "IotHubFormatError");
    }

    [Theory]
    [InlineData(31, 200)]
    [InlineData(32, 400)]
    [InlineData(100_000, 400)]
    public async Task Json_nests_32_levels_deep(int levels, int status)
    {
        var body = "{\"unknown\":" + new string('[', levels) + new string(']', levels) + "}";

        Assert.Equal(status, (await _server.SendAsync("PATCH", "/twins/d", body)).Status);
    }

    [Theory]
    [InlineData(512 * 1024, 200)]
    [InlineData((512 * 1024) + 1, 413)]
    public async Task A_body_has_at_most_512_kilobytes(int length, int status)
    {
        var body = "{\"unknown\":\"" + new string('x', length - 14) + "\"}";
        var answer = await _server.SendAsync("PATCH", "/twins/d", body);

        Assert.Equal(status, answer.Status);
        if (status == 413) answer.ShouldBe(413, "MessageTooLarge");
    }

    [Theory]
    [InlineData("chunked, too large", "600000", 413, "MessageTooLarge")]
    [InlineData("chunked, garbled", "zz", 400, "IotHubFormatError")]
    public async Task A_chunked_body_is_limited_too(string name, string chunk, int status, string error)
    {
        var head = $"PATCH /twins/d?api-version=2021-04-12 HTTP/1.1\r\nHost: hub1.muster.test\r\nAuthorization: {_server.Token()}\r\n"
            + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
        var body = chunk == "zz" ? "zz\r\n" : $"{600_000:x}\r\n{new string('x', 600_000)}\r\n";
        var answer = await ExchangeAsync(Encoding.ASCII.GetBytes(head + body));

        Assert.True(answer.StartsWith($"HTTP/1.1 {status} ", StringComparison.Ordinal), name + ": " + answer);
        Assert.Contains($"iothub-errorcode: {error}", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_that_is_not_utf8_is_a_format_error()
    {
        var head = $"PATCH /twins/d?api-version=2021-04-12 HTTP/1.1\r\nHost: hub1.muster.test\r\nAuthorization: {_server.Token()}\r\n"
            + "Content-Type: application/json\r\nContent-Length: 20\r\n\r\n{\"tags\":{\"a\":\"";
        var answer = await ExchangeAsync([.. Encoding.ASCII.GetBytes(head), 0xC3, 0x28, .. "\"}}  "u8.ToArray()[..4]]);

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Contains("iothub-errorcode: IotHubFormatError", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/devices/d")]
    [InlineData("http://hub1.muster.test/devices/d")]
    public async Task Both_forms_of_the_request_target_are_understood(string target)
    {
        var answer = await ExchangeAsync(Encoding.ASCII.GetBytes(
            $"GET {target}?api-version=2021-04-12 HTTP/1.1\r\nHost: hub1.muster.test\r\nAuthorization: {_server.Token()}\r\n\r\n"));

        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/twins/../devices/d")]
    [InlineData("/devices/x/../d")]
    public async Task Dot_segments_are_no_way_around_a_path(string target)
    {
        var answer = await ExchangeAsync(Encoding.ASCII.GetBytes(
            $"GET {target}?api-version=2021-04-12 HTTP/1.1\r\nHost: hub1.muster.test\r\nAuthorization: {_server.Token()}\r\n\r\n"));

        Assert.StartsWith("HTTP/1.1 404 ", answer, StringComparison.Ordinal);
        Assert.Contains("iothub-errorcode: GenericNotFound", answer, StringComparison.Ordinal);
    }

    /// <summary>Sends bytes as they are and reads until the head of the answer is there.</summary>
    private async Task<string> ExchangeAsync(byte[] request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(_server.Address.Host, _server.Address.Port);
        var stream = client.GetStream();
        var sending = stream.WriteAsync(request).AsTask();
        var answer = new StringBuilder();
        var buffer = new byte[4096];
        while (!answer.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            var count = await stream.ReadAsync(buffer);
            if (count == 0) break;
            answer.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }

        await sending;
        return answer.ToString();
    }
}
