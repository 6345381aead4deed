namespace Muster.Core.Certificates.Verification;

/// <summary>How a signature is made.</summary>
public enum SignatureKind
{
    /// <summary>In a way that is not accepted.</summary>
    Unsupported,

    /// <summary>RSA, PKCS #1 version 1.5.</summary>
    RsaPkcs1,

    /// <summary>RSA-PSS.</summary>
    RsaPss,

    /// <summary>ECDSA.</summary>
    Ecdsa,
}
