namespace Muster.Core.Attestation.Tpm;

/// <summary>Kinds of TPM keys that are understood.</summary>
public enum TpmKeyType
{
    /// <summary>RSA of 2048, 3072 or 4096 bits.</summary>
    Rsa,

    /// <summary>Elliptic curve P-256.</summary>
    Ecc,
}
