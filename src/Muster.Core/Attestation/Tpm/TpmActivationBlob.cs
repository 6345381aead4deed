using System.Security.Cryptography;
using System.Text;

namespace Muster.Core.Attestation.Tpm;

/// <summary>
/// Wraps an HMAC key so that only the TPM with both the endorsement key and the storage root key can unwrap it, and only into an object
/// that never leaves that TPM (tpm-attestation 7, 8).
/// </summary>
public static class TpmActivationBlob
{
    /// <summary>The longest key in bytes that a TPM imports.</summary>
    public const int MaxKeyLength = 64;

    /// <summary>The longest text in bytes that keeps the whole small enough for every transport.</summary>
    private const int MaxUriBytes = 206;

    private const int InnerKeyBytes = 16;
    private const int SeedBytes = 32;

    // KEYEDHASH, SHA-256, sign | noDA | userWithAuth, no policy, HMAC with SHA-256: as the original writes it.
    private static readonly byte[] ObjectPrefix = [0x00, 0x08, 0x00, 0x0B, 0x00, 0x04, 0x04, 0x40, 0x00, 0x00, 0x00, 0x05, 0x00, 0x0B];
    private static readonly byte[] KeyedHash = [0x00, 0x08];
    private static readonly byte[] Sha256 = [0x00, 0x0B];

    /// <summary>Makes a blob with fresh randomness.</summary>
    /// <param name="keys">The TPM's keys; the endorsement key is the enrolled one.</param>
    /// <param name="hmacKey">1 to 64 bytes.</param>
    /// <param name="uri">A text that says what the key is for; left out when too long.</param>
    public static byte[] Create(TpmKeys keys, ReadOnlySpan<byte> hmacKey, string uri)
    {
        var text = Encoding.Unicode.GetBytes(uri);
        return Create(keys, hmacKey, text.Length > MaxUriBytes ? [] : text, RandomNumberGenerator.GetBytes);
    }

    /// <summary>Makes a blob.</summary>
    /// <param name="keys">The TPM's keys.</param>
    /// <param name="hmacKey">1 to 64 bytes.</param>
    /// <param name="uri">The text as bytes.</param>
    /// <param name="random">Asked for the inner key, the credential's seed, the object's seed and the wrapper's seed, in this order.</param>
    internal static byte[] Create(TpmKeys keys, ReadOnlySpan<byte> hmacKey, ReadOnlySpan<byte> uri, Func<int, byte[]> random)
    {
        ArgumentOutOfRangeException.ThrowIfZero(hmacKey.Length, nameof(hmacKey));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(hmacKey.Length, MaxKeyLength, nameof(hmacKey));

        var innerKey = random(InnerKeyBytes);
        var credentialSeed = TpmSeed.For(keys.Endorsement, "IDENTITY", random);
        var seedValue = random(SeedBytes);
        var outerSeed = TpmSeed.For(keys.StorageRoot, "DUPLICATE", random);

        // The credential: the inner key, for the holder of the endorsement key that also holds the storage root key.
        var credential = Protect(keys.Endorsement, credentialSeed.Value, keys.StorageRoot.Name(), TpmCrypto.Sized(innerKey));

        // The object: the HMAC key, wrapped by the inner key and by a seed for the storage root key.
        byte[] area = [.. ObjectPrefix, .. TpmCrypto.Sized(SHA256.HashData([.. seedValue, .. hmacKey]))];
        byte[] name = [.. Sha256, .. SHA256.HashData(area)];
        var sensitive = TpmCrypto.Sized([.. KeyedHash, .. TpmCrypto.Sized([]), .. TpmCrypto.Sized(seedValue), .. TpmCrypto.Sized(hmacKey)]);
        var integrity = SHA256.HashData([.. sensitive, .. name]);
        var inner = TpmCrypto.EncryptCfb(innerKey, [.. TpmCrypto.Sized(integrity), .. sensitive]);
        var duplicate = Protect(keys.StorageRoot, outerSeed.Value, name, inner);

        return
        [
            .. TpmCrypto.Sized(credential),
            .. TpmCrypto.Sized(credentialSeed.Encrypted),
            .. TpmCrypto.Sized(duplicate),
            .. TpmCrypto.Sized(outerSeed.Encrypted),
            .. TpmCrypto.Sized(area),
            .. TpmCrypto.Sized(TpmCrypto.EncryptCfb(innerKey, uri)),
        ];
    }

    /// <summary>Encrypts and authenticates by keys that come from a seed and an object's name: a digest with its size, then the ciphertext.</summary>
    private static byte[] Protect(TpmPublicArea key, ReadOnlySpan<byte> seed, ReadOnlySpan<byte> name, ReadOnlySpan<byte> content)
    {
        var hash = key.NameAlgorithm;
        var encrypted = TpmCrypto.EncryptCfb(TpmCrypto.KdfA(hash, seed, "STORAGE", name, [], key.SymmetricKeyBits), content);
        var macKey = TpmCrypto.KdfA(hash, seed, "INTEGRITY", [], [], TpmCrypto.DigestBytes(hash) * 8);
        return [.. TpmCrypto.Sized(TpmCrypto.Hmac(hash, macKey, [.. encrypted, .. name])), .. encrypted];
    }
}
