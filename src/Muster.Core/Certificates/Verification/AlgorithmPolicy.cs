namespace Muster.Core.Certificates.Verification;

/// <summary>Which keys and signatures count: RSA of 2048 bits and more, P-256, P-384, P-521, and SHA-2 (behaviour B-4.11).</summary>
public static class AlgorithmPolicy
{
    /// <summary>Fewest bits of an RSA key.</summary>
    public const int MinRsaBits = 2048;

    /// <summary>Most bits of an RSA key: a larger one makes a check cost more than it should.</summary>
    public const int MaxRsaBits = 8192;

    /// <summary>Why a key does not count, as a clause; null when it does.</summary>
    public static string? ProblemOf(PublicKeyInfo key) => key.Kind switch
    {
        PublicKeyKind.Rsa when key.Bits < MinRsaBits => $"its RSA key has {key.Bits} bits; at least {MinRsaBits} are needed",
        PublicKeyKind.Rsa when key.Bits > MaxRsaBits => $"its RSA key has {key.Bits} bits; at most {MaxRsaBits} are accepted",
        PublicKeyKind.Rsa or PublicKeyKind.EllipticCurve => null,
        _ => $"its key algorithm {key.Name} is not accepted; RSA, P-256, P-384 and P-521 are",
    };

    /// <summary>Why a signature does not count, as a clause; null when it does.</summary>
    public static string? ProblemOf(SignatureScheme scheme) => scheme.Kind switch
    {
        SignatureKind.Unsupported when scheme.IsWeakHash => $"it is signed with {scheme.Name}, which is no longer trusted; sign with SHA-256 or better",
        SignatureKind.Unsupported => $"its signature algorithm {scheme.Name} is not accepted; RSA and ECDSA with SHA-256, SHA-384 or SHA-512 are",
        _ => null,
    };
}
