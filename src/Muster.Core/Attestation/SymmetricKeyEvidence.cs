using System.Security.Cryptography;

namespace Muster.Core.Attestation;

/// <summary>A shared access signature over <c>{scope}/registrations/{id}</c> (device-protocols 1.7).</summary>
public sealed record SymmetricKeyEvidence : AttestationEvidence
{
    /// <inheritdoc/>
    public override AttestationType Type => AttestationType.SymmetricKey;

    /// <summary>The resource, percent-decoded once.</summary>
    public required string Resource { get; init; }

    /// <summary>The policy name; null when absent.</summary>
    public string? KeyName { get; init; }

    /// <summary>When the token ends.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The bytes that were signed, exactly as sent.</summary>
    public required ReadOnlyMemory<byte> SignedText { get; init; }

    /// <summary>The signature; 32 bytes when sound.</summary>
    public required ReadOnlyMemory<byte> Signature { get; init; }

    /// <summary>The TPM's keys sent beside the token: a device that answers a challenge may repeat them. Else null.</summary>
    public TpmEvidence? Tpm { get; init; }

    /// <summary>Whether the signature was made with <paramref name="key"/>; compared in constant time.</summary>
    public bool IsSignedWith(ReadOnlySpan<byte> key)
    {
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, SignedText.Span, expected);
        return CryptographicOperations.FixedTimeEquals(expected, Signature.Span);
    }
}
