using System.Diagnostics;
using Muster.TestKit;

namespace Muster.DeviceApi.Tests.X509;

/// <summary>openssl as a device: it sends whatever chain it is given, where a client library would leave out what does not fit.</summary>
internal static class OpensslClient
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Connects, sends bytes, and reads until the server closes.</summary>
    /// <param name="port">A port of this machine.</param>
    /// <param name="version"><c>-tls1_2</c> or <c>-tls1_3</c>.</param>
    /// <param name="chain">The leaf first.</param>
    /// <param name="request">What is sent once the handshake is done.</param>
    /// <returns>What came, and what openssl had to say.</returns>
    public static async Task<(byte[] Answer, string Errors)> SendAsync(
        int port, string version, IReadOnlyList<TestCertificate> chain, ReadOnlyMemory<byte> request)
    {
        var folder = Directory.CreateTempSubdirectory("muster-openssl-");
        try
        {
            var (leaf, key, others) = (Path.Combine(folder.FullName, "leaf"), Path.Combine(folder.FullName, "key"), Path.Combine(folder.FullName, "chain"));
            await File.WriteAllTextAsync(leaf, chain[0].Pem);
            await File.WriteAllTextAsync(key, chain[0].KeyPem);
            await File.WriteAllTextAsync(others, string.Join('\n', chain.Select(certificate => certificate.Pem)));
            var start = new ProcessStartInfo("openssl",
            [
                "s_client", "-quiet", "-nocommands", "-connect", "127.0.0.1:" + port, "-servername", "localhost", version,
                "-cert", leaf, "-key", key, "-cert_chain", others,
            ])
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using var patience = new CancellationTokenSource(Patience);
            using var process = Process.Start(start)!;
            using var answer = new MemoryStream();
            var reading = process.StandardOutput.BaseStream.CopyToAsync(answer, patience.Token);
            var errors = process.StandardError.ReadToEndAsync(patience.Token);
            try
            {
                await process.StandardInput.BaseStream.WriteAsync(request, patience.Token);
                await process.StandardInput.BaseStream.FlushAsync(patience.Token);
            }
            catch (IOException)
            {
                // It ended without reading, because the handshake failed; its words tell.
            }

            try
            {
                await reading;
                return (answer.ToArray(), await errors);
            }
            finally
            {
                if (!process.HasExited) process.Kill();
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
