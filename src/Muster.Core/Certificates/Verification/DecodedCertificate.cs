namespace Muster.Core.Certificates.Verification;

/// <summary>
/// A certificate taken apart for verification, once. Nothing about it is trusted yet. Reading: <see cref="CertificateDecoder"/>.
/// </summary>
public sealed record DecodedCertificate
{
    /// <summary>The whole encoding.</summary>
    public required ReadOnlyMemory<byte> Der { get; init; }

    /// <summary>The part that is signed.</summary>
    public required ReadOnlyMemory<byte> SignedPart { get; init; }

    /// <summary>
    /// SHA-256 of the signed part, upper-case hex: which certificate this is. The hash of the whole would not do, because whoever holds
    /// an ECDSA signature can write a second valid one, and so a second encoding of the same certificate that no list knows.
    /// </summary>
    public required string Identity { get; init; }

    /// <summary>SHA-256 of the whole, upper-case hex.</summary>
    public required string Sha256Thumbprint { get; init; }

    /// <summary>Subject, encoded.</summary>
    public required ReadOnlyMemory<byte> Subject { get; init; }

    /// <summary>Issuer, encoded. Names are the same when their encodings are (RFC 5280, 4.1.2.4).</summary>
    public required ReadOnlyMemory<byte> Issuer { get; init; }

    /// <summary>The common names of the subject, in encoding order; mostly one.</summary>
    public required IReadOnlyList<string> CommonNames { get; init; }

    /// <summary>Serial number, upper-case hex of its bytes.</summary>
    public required string SerialNumber { get; init; }

    /// <summary>Start of validity.</summary>
    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>End of validity.</summary>
    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>The key that it certifies.</summary>
    public required PublicKeyInfo Key { get; init; }

    /// <summary>How it is signed.</summary>
    public required SignatureScheme SignatureScheme { get; init; }

    /// <summary>The signature.</summary>
    public required ReadOnlyMemory<byte> Signature { get; init; }

    /// <summary>basicConstraints <c>cA</c>; null when the extension is not carried.</summary>
    public bool? IsAuthority { get; init; }

    /// <summary>basicConstraints <c>pathLenConstraint</c>; null when there is none.</summary>
    public int? PathLength { get; init; }

    /// <summary>keyUsage <c>keyCertSign</c>; null when the extension is not carried.</summary>
    public bool? MaySignCertificates { get; init; }

    /// <summary>keyUsage <c>cRLSign</c>; null when the extension is not carried.</summary>
    public bool? MaySignRevocationLists { get; init; }

    /// <summary>Object identifiers of critical extensions that Muster does not process.</summary>
    public required IReadOnlyList<string> UnknownCriticalExtensions { get; init; }

    /// <summary>Whether issuer and subject are the same name.</summary>
    public bool IsSelfIssued => Subject.Span.SequenceEqual(Issuer.Span);

    /// <summary>Subject for people and traces, shortened.</summary>
    public string DisplayName => NameText.Of(Subject);

    /// <summary>Issuer for people and traces, shortened.</summary>
    public string IssuerDisplayName => NameText.Of(Issuer);
}
