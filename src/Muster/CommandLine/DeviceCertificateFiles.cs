using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Muster.Configuration;

namespace Muster.CommandLine;

/// <summary>Reads the files of a device's certificate as <c>muster device register</c> names them.</summary>
internal static class DeviceCertificateFiles
{
    /// <summary>The certificate with its key and intermediates; null where none is given or a mistake was added.</summary>
    public static SslStreamCertificateContext? Read(
        string? certificateFile, string? keyFile, string? chainFile, ICollection<OptionMistake> mistakes)
    {
        if (certificateFile is null)
        {
            foreach (var (name, file) in new[] { ("--certificate-key", keyFile), ("--chain", chainFile) })
            {
                if (file is not null) mistakes.Add(new(name, file, "It needs --certificate beside it."));
            }

            return null;
        }

        if (keyFile is null)
        {
            mistakes.Add(new("--certificate-key", null, "It is missing. Allowed is the PEM file of the private key of --certificate."));
            return null;
        }

        var intermediates = new X509Certificate2Collection();
        if (chainFile is not null)
        {
            var count = mistakes.Count;
            Try("--chain", chainFile, mistakes, () => intermediates.ImportFromPemFile(chainFile));
            if (mistakes.Count == count && intermediates.Count == 0)
                mistakes.Add(new("--chain", chainFile, "It holds no certificate. Allowed are PEM files."));
        }

        X509Certificate2? leaf = null;
        Try("--certificate, --certificate-key", certificateFile, mistakes, () => leaf = X509Certificate2.CreateFromPemFile(certificateFile, keyFile));

        // Offline: what a device sends is what it was given, and nothing is fetched for it.
        return leaf is null || mistakes.Count > 0 ? null : SslStreamCertificateContext.Create(leaf, intermediates, offline: true);
    }

    private static void Try(string option, string file, ICollection<OptionMistake> mistakes, Action read)
    {
        try
        {
            read();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            mistakes.Add(new(option, file, $"It cannot be read: {exception.Message.TrimEnd('.')}. Allowed are PEM files, unencrypted."));
        }
    }
}
