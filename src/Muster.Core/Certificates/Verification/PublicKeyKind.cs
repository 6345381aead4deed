namespace Muster.Core.Certificates.Verification;

/// <summary>Kinds of public keys.</summary>
public enum PublicKeyKind
{
    /// <summary>None that is accepted.</summary>
    Other,

    /// <summary>RSA.</summary>
    Rsa,

    /// <summary>P-256, P-384 or P-521.</summary>
    EllipticCurve,
}
