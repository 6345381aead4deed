using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Muster.Conformance.Sandbox;

namespace Muster.Conformance.Replay;

/// <summary>One TLS connection on which requests are sent exactly as they are written.</summary>
public sealed class RawHttpsConnection : IAsyncDisposable
{
    private readonly TcpClient _tcp;
    private readonly SslStream _tls;

    private RawHttpsConnection(TcpClient tcp, SslStream tls)
    {
        _tcp = tcp;
        _tls = tls;
    }

    /// <summary>Opens a connection and checks the certificate of the server.</summary>
    public static async Task<RawHttpsConnection> OpenAsync(int port, X509Certificate2 root, bool tls12)
    {
        var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, port);
        var tls = new SslStream(tcp.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            EnabledSslProtocols = tls12 ? SslProtocols.Tls12 : SslProtocols.None,
            CertificateChainPolicy = TrustOnly(root),
        });
        return new RawHttpsConnection(tcp, tls);
    }

    /// <summary>Trusts one root and no other.</summary>
    public static X509ChainPolicy TrustOnly(X509Certificate2 root)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(root);
        return policy;
    }

    /// <summary>Sends a request literally and reads one answer.</summary>
    public async Task<RawAnswer> SendAsync(string request)
    {
        using var hang = new CancellationTokenSource(SandboxedProcess.HangLimit);
        await _tls.WriteAsync(Encoding.UTF8.GetBytes(request), hang.Token);
        await _tls.FlushAsync(hang.Token);

        var status = await ReadLineAsync(hang.Token);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await ReadLineAsync(hang.Token) is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers[line[..colon]] = line[(colon + 1)..].Trim();
        }

        var code = int.Parse(status.Split(' ')[1], CultureInfo.InvariantCulture);
        return new RawAnswer(code, headers, await ReadBodyAsync(headers, hang.Token));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _tls.DisposeAsync();
        _tcp.Dispose();
    }

    private async Task<string> ReadBodyAsync(Dictionary<string, string> headers, CancellationToken cancellationToken)
    {
        if (headers.TryGetValue("Content-Length", out var length))
            return Encoding.UTF8.GetString(await ReadExactlyAsync(int.Parse(length, CultureInfo.InvariantCulture), cancellationToken));
        if (!headers.ContainsKey("Transfer-Encoding")) return "";

        var body = new List<byte>();
        while (true)
        {
            var size = int.Parse(await ReadLineAsync(cancellationToken), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            body.AddRange(await ReadExactlyAsync(size, cancellationToken));
            await ReadLineAsync(cancellationToken);
            if (size == 0) return Encoding.UTF8.GetString([.. body]);
        }
    }

    private async Task<byte[]> ReadExactlyAsync(int count, CancellationToken cancellationToken)
    {
        var buffer = new byte[count];
        await _tls.ReadExactlyAsync(buffer, cancellationToken);
        return buffer;
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        var octet = new byte[1];
        while (true)
        {
            await _tls.ReadExactlyAsync(octet, cancellationToken);
            if (octet[0] == '\n') return line.ToString().TrimEnd('\r');
            line.Append((char)octet[0]);
        }
    }
}
