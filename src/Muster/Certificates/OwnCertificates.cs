using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Muster.Composition;
using Muster.DataFolders;

namespace Muster.Certificates;

/// <summary>
/// Muster's own root, server certificate and revocation list, kept as files in one folder: <c>root.pem</c>, <c>root.key</c>,
/// <c>server.pem</c>, <c>server.key</c>. Keys have mode 0600. Safe for use by several threads.
/// </summary>
public sealed class OwnCertificates : IServerCertificateSource, IDisposable
{
    private readonly Lock _gate = new();
    private readonly string _folder;
    private IReadOnlyList<string> _names;
    private readonly string _crlUrl;
    private readonly TimeProvider _time;
    private X509Certificate2 _root;
    private X509Certificate2? _server;
    private byte[] _revocationList = [];
    private DateTimeOffset _revocationListDue;

    /// <summary>Loads the root from <paramref name="folder"/>, or makes one if there is none.</summary>
    /// <param name="folder">An existing folder.</param>
    /// <param name="names">Names that the server certificate shall have, in normal form, without repeats.</param>
    /// <param name="crlUrl">Where clients will find the revocation list.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="CannotStartException">The root in the folder is broken; devices trust it, so it is not replaced.</exception>
    public OwnCertificates(string folder, IReadOnlyList<string> names, string crlUrl, TimeProvider time)
    {
        _folder = folder;
        _names = names;
        _crlUrl = crlUrl;
        _time = time;
        _root = LoadRoot() ?? CreateRoot();
    }

    /// <summary>Path of the root certificate, PEM.</summary>
    public string RootFile => Path.Combine(_folder, "root.pem");

    private string RootKeyFile => Path.Combine(_folder, "root.key");

    private string ServerFile => Path.Combine(_folder, "server.pem");

    private string ServerKeyFile => Path.Combine(_folder, "server.key");

    /// <summary>The root certificate, DER.</summary>
    public byte[] RootDer
    {
        get
        {
            lock (_gate) return _root.RawData;
        }
    }

    /// <summary>The root certificate, PEM.</summary>
    public string RootPem
    {
        get
        {
            lock (_gate) return _root.ExportCertificatePem() + "\n";
        }
    }

    /// <summary>The current revocation list, DER; made anew when half of its life is over.</summary>
    public byte[] RevocationList
    {
        get
        {
            lock (_gate)
            {
                var now = _time.GetUtcNow();
                if (now >= _revocationListDue)
                {
                    _revocationList = CertificateAuthority.CreateRevocationList(_root, now);
                    _revocationListDue = now + (CertificateAuthority.CrlLife / 2);
                }

                return _revocationList;
            }
        }
    }

    /// <summary>Adds names that the server certificate shall have too; it is made anew at the next refresh where it lacks one.</summary>
    public void AddNames(IEnumerable<string> names)
    {
        lock (_gate) _names = [.. _names.Concat(names).Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>Loads the server certificate, or makes a new one where it is missing, broken, due, or for other names.</summary>
    public ServerCertificate? Refresh()
    {
        lock (_gate)
        {
            var now = _time.GetUtcNow();
            if (CertificateAuthority.IsDue(_root, now))
            {
                _root.Dispose();
                _root = CreateRoot();
                _revocationListDue = default;
            }

            if (_server is not null && IsUsable(_server, now)) return null;
            var fresh = _server is null ? LoadServer(now) : null;

            // The certificate that is replaced stays undisposed: handshakes in progress still use it.
            _server = fresh ?? CreateServer(now);
            return new ServerCertificate(_server, []);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _root.Dispose();
        _server?.Dispose();
    }

    private bool IsUsable(X509Certificate2 server, DateTimeOffset now) =>
        CertificateAuthority.IsUsable(server, _root, _names, _crlUrl, now);

    private X509Certificate2? LoadRoot()
    {
        var hasCertificate = File.Exists(RootFile);
        var hasKey = File.Exists(RootKeyFile);
        if (!hasCertificate && !hasKey) return null;
        var missing = hasCertificate ? RootKeyFile : RootFile;
        if (hasCertificate != hasKey) throw Broken($"{missing} is missing", null);
        try
        {
            return X509Certificate2.CreateFromPemFile(RootFile, RootKeyFile);
        }
        catch (Exception exception) when (IsUnreadable(exception))
        {
            throw Broken(exception.Message, exception);
        }
    }

    private CannotStartException Broken(string reason, Exception? exception) => new(
        $"The root certificate {RootFile} and its key {RootKeyFile} cannot be used: {reason.TrimEnd('.')}. Restore both from a backup; or "
        + "remove both, then Muster makes a new root, which every client must be told to trust.", exception);

    private X509Certificate2 CreateRoot()
    {
        var root = CertificateAuthority.CreateRoot(_time.GetUtcNow());
        SavePair(root, RootFile, RootKeyFile);
        return root;
    }

    private X509Certificate2? LoadServer(DateTimeOffset now)
    {
        if (!File.Exists(ServerFile) || !File.Exists(ServerKeyFile)) return null;
        try
        {
            var server = X509Certificate2.CreateFromPemFile(ServerFile, ServerKeyFile);
            if (IsUsable(server, now)) return server;
            server.Dispose();
        }
        catch (Exception exception) when (IsUnreadable(exception))
        {
            // Nobody trusts the server certificate by itself, so a broken one is simply replaced.
        }

        return null;
    }

    private X509Certificate2 CreateServer(DateTimeOffset now)
    {
        var server = CertificateAuthority.CreateServer(_root, _names, _crlUrl, now);
        SavePair(server, ServerFile, ServerKeyFile);
        return server;
    }

    /// <summary>Whether a PEM file, rather than this program, is at fault.</summary>
    private static bool IsUnreadable(Exception exception) =>
        exception is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException;

    private static void SavePair(X509Certificate2 certificate, string file, string keyFile)
    {
        using var key = certificate.GetECDsaPrivateKey()
            ?? throw new InvalidOperationException("The certificate was made with an ECDSA key.");
        AtomicFile.Write(keyFile, key.ExportPkcs8PrivateKeyPem() + "\n", AtomicFile.Private);
        AtomicFile.Write(file, certificate.ExportCertificatePem() + "\n", AtomicFile.Public);
    }
}
