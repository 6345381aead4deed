using System.Security.Cryptography;
using System.Text;

namespace Muster.Storage.Secrets;

/// <summary>
/// Encrypts what must not be readable in the database file: AES-256-GCM with a random nonce. The result is
/// <c>version (1) | key id (4) | nonce (12) | tag (16) | ciphertext</c>; version, key id and purpose are authenticated too, so that
/// a value cannot be moved to where another purpose is expected. Safe for use by many threads.
/// </summary>
public sealed class SecretProtector
{
    /// <summary>Length of the key in bytes.</summary>
    public const int KeyLength = 32;

    private const byte Version = 1;
    private const int KeyIdLength = 4;
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int HeaderLength = 1 + KeyIdLength;
    private const int Overhead = HeaderLength + NonceLength + TagLength;

    private readonly byte[] _key;
    private readonly byte[] _header;

    /// <summary>Uses <paramref name="key"/>, of which it keeps a copy.</summary>
    /// <param name="key">Exactly <see cref="KeyLength"/> random bytes.</param>
    /// <exception cref="ArgumentException">The key has another length.</exception>
    public SecretProtector(ReadOnlySpan<byte> key)
    {
        if (key.Length != KeyLength)
            throw new ArgumentException($"The secrets key has {key.Length} bytes; it must have {KeyLength}.", nameof(key));
        _key = key.ToArray();
        _header = [Version, .. HMACSHA256.HashData(_key, "muster key id"u8).AsSpan(0, KeyIdLength)];
    }

    /// <summary>Names the key without telling it: 8 hex digits.</summary>
    public string KeyId => Convert.ToHexStringLower(_header.AsSpan(1));

    /// <summary>Encrypts <paramref name="plaintext"/> for <paramref name="purpose"/>; two calls never give the same bytes.</summary>
    public byte[] Protect(string purpose, ReadOnlySpan<byte> plaintext)
    {
        var result = new byte[Overhead + plaintext.Length];
        _header.CopyTo(result.AsSpan());
        var nonce = result.AsSpan(HeaderLength, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        var tag = result.AsSpan(HeaderLength + NonceLength, TagLength);
        // An AesGcm object is not safe for several threads, and a new one costs about as much as a lock.
        using var aes = new AesGcm(_key, TagLength);
        aes.Encrypt(nonce, plaintext, result.AsSpan(Overhead), tag, AssociatedData(purpose));
        return result;
    }

    /// <summary>Decrypts what <see cref="Protect"/> made for the same purpose.</summary>
    /// <exception cref="CryptographicException">Another key, another purpose, or damaged bytes; the message says more.</exception>
    public byte[] Unprotect(string purpose, ReadOnlySpan<byte> data)
    {
        if (data.Length < Overhead) throw new CryptographicException("The encrypted value is too short.");
        if (data[0] != Version) throw new CryptographicException($"The encrypted value has the unknown version {data[0]}.");
        var keyId = data[1..HeaderLength];
        if (!keyId.SequenceEqual(_header.AsSpan(1)))
        {
            throw new CryptographicException(
                $"The value was encrypted with key {Convert.ToHexStringLower(keyId)}, but the key given is {KeyId}.");
        }

        var plaintext = new byte[data.Length - Overhead];
        using var aes = new AesGcm(_key, TagLength);
        aes.Decrypt(
            data.Slice(HeaderLength, NonceLength), data[Overhead..], data.Slice(HeaderLength + NonceLength, TagLength), plaintext,
            AssociatedData(purpose));
        return plaintext;
    }

    private byte[] AssociatedData(string purpose) => [.. _header, .. Encoding.UTF8.GetBytes(purpose)];
}
