using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Muster.Core.Queries;

/// <summary>
/// Continuation tokens that hold all they need and are signed, so that any node continues a list that another began, also after a
/// restart, and nobody can make one up. A token belongs to one operation of one instance with one query text; it does not expire
/// (service-api S-8.3).
/// </summary>
/// <param name="key">At least 32 secret bytes, the same on every node and at every start.</param>
public sealed class ContinuationTokens(ReadOnlyMemory<byte> key)
{
    /// <summary>The longest token, in characters.</summary>
    public const int MaxLength = 2000;

    private const byte Version = 1;
    private const int ScopeLength = 16;
    private const int SignatureLength = 16;

    private readonly byte[] _key = HKDF.DeriveKey(
        HashAlgorithmName.SHA256, key.ToArray(), 32, info: "muster continuation tokens"u8.ToArray());

    /// <summary>Tokens that are good for the life of this object only.</summary>
    public static ContinuationTokens Ephemeral() => new(RandomNumberGenerator.GetBytes(32));

    /// <summary>The token of a place.</summary>
    /// <param name="scope">Names instance, operation and query text.</param>
    /// <param name="position">The place.</param>
    public string Create(string scope, QueryPosition position)
    {
        using var buffer = new MemoryStream();
        buffer.WriteByte(Version);
        buffer.Write(HashOf(scope));
        WriteValue(buffer, position.SortValue);
        buffer.Write(Encoding.UTF8.GetBytes(position.Key));
        buffer.Write(SignatureOf(buffer.ToArray()));
        return Base64Url.EncodeToString(buffer.ToArray());
    }

    /// <summary>The place that a token names; null when this object did not make it for <paramref name="scope"/>.</summary>
    public QueryPosition? Read(string scope, string token)
    {
        if (token.Length > MaxLength || !Base64Url.IsValid(token)) return null;
        var bytes = Base64Url.DecodeFromChars(token);
        if (bytes.Length < 1 + ScopeLength + 1 + SignatureLength || bytes[0] != Version) return null;

        var signed = bytes.AsSpan(..^SignatureLength);
        if (!CryptographicOperations.FixedTimeEquals(bytes.AsSpan(^SignatureLength..), SignatureOf(signed))) return null;
        if (!signed.Slice(1, ScopeLength).SequenceEqual(HashOf(scope))) return null;

        // The signature says that the rest was written below.
        var rest = signed[(1 + ScopeLength)..];
        var value = ReadValue(ref rest);
        return new QueryPosition(Encoding.UTF8.GetString(rest), value);
    }

    private static void WriteValue(MemoryStream buffer, object? value)
    {
        Span<byte> eight = stackalloc byte[8];
        switch (value)
        {
            case null:
                buffer.WriteByte((byte)'0');
                break;
            case long whole:
                buffer.WriteByte((byte)'i');
                BinaryPrimitives.WriteInt64BigEndian(eight, whole);
                buffer.Write(eight);
                break;
            case double number:
                buffer.WriteByte((byte)'d');
                BinaryPrimitives.WriteDoubleBigEndian(eight, number);
                buffer.Write(eight);
                break;
            case string text:
                buffer.WriteByte((byte)'t');
                var bytes = Encoding.UTF8.GetBytes(text);
                BinaryPrimitives.WriteUInt16BigEndian(eight, checked((ushort)bytes.Length));
                buffer.Write(eight[..2]);
                buffer.Write(bytes);
                break;
            default:
                throw new ArgumentException($"A list is not ordered by a {value.GetType().Name}.", nameof(value));
        }
    }

    private static object? ReadValue(ref Span<byte> rest)
    {
        var type = rest[0];
        rest = rest[1..];
        object? value = null;
        var length = 0;
        switch (type)
        {
            case (byte)'i':
                (value, length) = (BinaryPrimitives.ReadInt64BigEndian(rest), 8);
                break;
            case (byte)'d':
                (value, length) = (BinaryPrimitives.ReadDoubleBigEndian(rest), 8);
                break;
            case (byte)'t':
                length = 2 + BinaryPrimitives.ReadUInt16BigEndian(rest);
                value = Encoding.UTF8.GetString(rest[2..length]);
                break;
        }

        rest = rest[length..];
        return value;
    }

    private static ReadOnlySpan<byte> HashOf(string scope) => SHA256.HashData(Encoding.UTF8.GetBytes(scope)).AsSpan(0, ScopeLength);

    private ReadOnlySpan<byte> SignatureOf(ReadOnlySpan<byte> bytes) => HMACSHA256.HashData(_key, bytes).AsSpan(0, SignatureLength);
}
