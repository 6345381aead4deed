namespace Muster.Core.Certificates.Verification;

/// <summary>All certificates that an instance holds for chains, at one moment, found by identity, by subject and by name.</summary>
public sealed class TrustSnapshot
{
    private readonly Dictionary<string, TrustedCertificate> _byIdentity = new(StringComparer.Ordinal);
    private readonly ILookup<string, TrustedCertificate> _bySubject;

    /// <summary>Makes a snapshot of <paramref name="certificates"/>, each identity once.</summary>
    public TrustSnapshot(IReadOnlyCollection<TrustedCertificate> certificates)
    {
        foreach (var certificate in certificates) _byIdentity.Add(certificate.Certificate.Identity, certificate);
        _bySubject = certificates.ToLookup(certificate => Key(certificate.Certificate.Subject), StringComparer.Ordinal);
    }

    /// <summary>The certificates.</summary>
    public IReadOnlyCollection<TrustedCertificate> Certificates => _byIdentity.Values;

    /// <summary>The certificate of an identity, or null.</summary>
    public TrustedCertificate? Find(string identity) => _byIdentity.GetValueOrDefault(identity);

    /// <summary>The certificates whose subject is <paramref name="subject"/>; several may share a name.</summary>
    public IEnumerable<TrustedCertificate> WithSubject(ReadOnlyMemory<byte> subject) => _bySubject[Key(subject)];

    /// <summary>The certificate that the CA certificate of a name holds; null when there is none of that name.</summary>
    public TrustedCertificate? FindCa(string name) =>
        _byIdentity.Values.FirstOrDefault(certificate => certificate.CaNames.Contains(name, StringComparer.OrdinalIgnoreCase));

    private static string Key(ReadOnlyMemory<byte> subject) => Convert.ToHexString(subject.Span);
}
