using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Muster.Bench;

/// <summary>TLS connections of devices: always a full handshake.</summary>
internal static class BenchTls
{
    /// <summary>How a device shakes hands.</summary>
    public static SslClientAuthenticationOptions Options(SslStreamCertificateContext? certificate) => new()
    {
        TargetHost = "localhost",
        AllowTlsResume = false,
        CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        },
        // The load is about the server; what it presents is known.
        RemoteCertificateValidationCallback = (_, presented, _, _) => presented is not null,
        ClientCertificateContext = certificate,
    };

    /// <summary>Connects to a port of this machine.</summary>
    public static async Task<SslStream> ConnectAsync(int port, SslClientAuthenticationOptions options)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await stream.AuthenticateAsClientAsync(options);
        return stream;
    }
}
