using System.Globalization;
using System.Net.Security;
using System.Text;

namespace Muster.Bench;

/// <summary>One device that registers over HTTPS on a connection of its own, with a full handshake and one request.</summary>
internal sealed class HttpsDevice : IDevice
{
    private const int MaxAnswer = 16 * 1024;

    private readonly SslClientAuthenticationOptions _tls;
    private readonly byte[] _request;
    private readonly string _expected;

    private HttpsDevice(SslClientAuthenticationOptions tls, byte[] request, string expected)
    {
        _tls = tls;
        _request = request;
        _expected = expected;
    }

    /// <summary>A device of Muster.</summary>
    public static HttpsDevice OfMuster(string scope, string id, string? token, SslStreamCertificateContext? certificate) =>
        new(BenchTls.Options(certificate), Request(scope, id, token), "\"status\":\"assigned\"");

    /// <summary>The same request for a web server, which answers something as long.</summary>
    public static HttpsDevice OfWebServer(string scope, string id, string? token, SslStreamCertificateContext? certificate) =>
        new(BenchTls.Options(certificate), Request(scope, id, token), "HTTP/1.1 200 ");

    /// <inheritdoc/>
    public async Task RegisterAsync(int port)
    {
        var stream = await BenchTls.ConnectAsync(port, _tls);
        await using (stream)
        {
            await stream.WriteAsync(_request);
            var answer = await ReadAsync(stream);
            if (!answer.Contains(_expected, StringComparison.Ordinal)) throw new InvalidDataException("Not assigned: " + answer);
        }
    }

    private static byte[] Request(string scope, string id, string? token)
    {
        var body = $"{{\"registrationId\":\"{id}\"}}";
        var authorization = token is null ? "" : $"Authorization: {token}\r\n";
        return Encoding.ASCII.GetBytes(
            $"PUT /{scope}/registrations/{id}/register?api-version=2021-10-01 HTTP/1.1\r\nHost: localhost\r\n{authorization}"
            + $"Accept: application/json\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: {body.Length}\r\n\r\n{body}");
    }

    private static async Task<string> ReadAsync(SslStream stream)
    {
        var buffer = new byte[MaxAnswer];
        var (length, end) = (0, -1);
        while (true)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length));
            if (read == 0) throw new InvalidDataException("The answer broke off: " + Encoding.ASCII.GetString(buffer, 0, length));
            length += read;
            if (end < 0 && Encoding.ASCII.GetString(buffer, 0, length) is var text && text.IndexOf("\r\n\r\n", StringComparison.Ordinal) is > 0 and var head)
                end = head + 4 + ContentLength(text[..(head + 2)]);
            if (end >= 0 && length >= end) return Encoding.ASCII.GetString(buffer, 0, length);
        }
    }

    private static int ContentLength(string head)
    {
        const string Name = "\r\nContent-Length: ";
        var start = head.IndexOf(Name, StringComparison.OrdinalIgnoreCase);
        if (start < 0) throw new InvalidDataException("The answer has no length: " + head);
        start += Name.Length;
        return int.Parse(head[start..head.IndexOf('\r', start)], CultureInfo.InvariantCulture);
    }
}
