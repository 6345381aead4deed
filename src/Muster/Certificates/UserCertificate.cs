using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Muster.Composition;
using Muster.Configuration;

namespace Muster.Certificates;

/// <summary>The user's own server certificate, read from PEM files and read again when they change.</summary>
public sealed class UserCertificate : IServerCertificateSource
{
    private readonly MusterOptions _options;
    private readonly TimeProvider _time;
    private string _loadedThumbprint = "";

    /// <summary>Prepares to read the files that <paramref name="options"/> name.</summary>
    public UserCertificate(MusterOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
    }

    /// <summary>Adds what is wrong with the files; nothing if none are named.</summary>
    public static void Check(MusterOptions options, TimeProvider time, ICollection<OptionMistake> mistakes)
    {
        if (options.CertificateFile is null) return;
        var loaded = Load(options, time, mistakes);
        loaded?.Leaf.Dispose();
    }

    /// <summary>Reads the files; null if they hold the certificate that was returned last.</summary>
    /// <exception cref="CannotStartException">Something is wrong with the files.</exception>
    public ServerCertificate? Refresh()
    {
        var mistakes = new List<OptionMistake>();
        var loaded = Load(_options, _time, mistakes)
            ?? throw new CannotStartException(string.Join(' ', mistakes.Select(mistake => mistake.ToString())));
        if (loaded.Leaf.Thumbprint == _loadedThumbprint)
        {
            loaded.Leaf.Dispose();
            return null;
        }

        _loadedThumbprint = loaded.Leaf.Thumbprint;
        return loaded;
    }

    private static ServerCertificate? Load(MusterOptions options, TimeProvider time, ICollection<OptionMistake> mistakes)
    {
        var before = mistakes.Count;
        var certificatePem = ReadText("--certificate", options.CertificateFile!, mistakes);
        var keyPem = ReadText("--certificate-key", options.CertificateKeyFile!, mistakes);
        if (certificatePem is null || keyPem is null) return null;

        var chain = new X509Certificate2Collection();
        try
        {
            chain.ImportFromPem(certificatePem);
        }
        catch (CryptographicException exception)
        {
            mistakes.Add(new("--certificate", options.CertificateFile, $"It holds a broken certificate: {exception.Message}"));
            return null;
        }

        if (chain.Count == 0)
        {
            mistakes.Add(new("--certificate", options.CertificateFile,
                "It holds no certificate. Allowed are PEM files with the server certificate first, then its intermediates."));
            return null;
        }

        var leaf = chain[0];
        CheckTime(leaf, options, time.GetUtcNow(), mistakes);
        CheckNames(leaf, options, mistakes);
        var withKey = AddKey(certificatePem, keyPem, options, mistakes);
        if (mistakes.Count > before)
        {
            withKey?.Dispose();
            return null;
        }

        chain.RemoveAt(0);
        leaf.Dispose();
        return new ServerCertificate(withKey!, chain);
    }

    private static string? ReadText(string option, string path, ICollection<OptionMistake> mistakes)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            mistakes.Add(new(option, path, $"The file cannot be read: {exception.Message}"));
            return null;
        }
    }

    private static X509Certificate2? AddKey(
        string certificatePem, string keyPem, MusterOptions options, ICollection<OptionMistake> mistakes)
    {
        try
        {
            return X509Certificate2.CreateFromPem(certificatePem, keyPem);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            var reason = keyPem.Contains("ENCRYPTED", StringComparison.Ordinal)
                ? "The key is encrypted. Allowed are keys without password; protect the file by its mode."
                : $"It is not the private key of {options.CertificateFile}. Allowed are PEM files with that RSA or ECDSA key.";
            mistakes.Add(new("--certificate-key", options.CertificateKeyFile, reason));
            return null;
        }
    }

    private static void CheckTime(X509Certificate2 leaf, MusterOptions options, DateTimeOffset now, ICollection<OptionMistake> mistakes)
    {
        if (now > new DateTimeOffset(leaf.NotAfter))
        {
            mistakes.Add(new("--certificate", options.CertificateFile,
                $"It expired on {leaf.NotAfter.ToUniversalTime():yyyy-MM-dd}. Allowed are certificates that are valid now."));
        }
        else if (now < new DateTimeOffset(leaf.NotBefore))
        {
            mistakes.Add(new("--certificate", options.CertificateFile,
                $"It is valid only from {leaf.NotBefore.ToUniversalTime():yyyy-MM-dd HH:mm} UTC. Check the clock of this machine."));
        }
    }

    private static void CheckNames(X509Certificate2 leaf, MusterOptions options, ICollection<OptionMistake> mistakes)
    {
        var uncovered = options.Hosts.Concat(options.HubNames).Distinct(StringComparer.Ordinal)
            .Where(name => !leaf.MatchesHostname(name, allowWildcards: true, allowCommonName: false))
            .ToList();
        if (uncovered.Count == 0) return;
        mistakes.Add(new("--certificate", options.CertificateFile,
            $"It does not cover {string.Join(", ", uncovered)}; it covers {string.Join(", ", CertificateAuthority.NamesOf(leaf))}. "
            + "Allowed are certificates for every --host and --hub."));
    }
}
