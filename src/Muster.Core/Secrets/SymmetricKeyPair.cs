using System.Security.Cryptography;

namespace Muster.Core.Secrets;

/// <summary>A primary and a secondary symmetric key, each Base64 exactly as the caller wrote it; both are valid at the same time.</summary>
/// <param name="Primary">Base64 of 16 to 64 bytes.</param>
/// <param name="Secondary">Base64 of 16 to 64 bytes.</param>
public sealed record SymmetricKeyPair(Secret Primary, Secret Secondary)
{
    /// <summary>Two random keys of <paramref name="bytes"/> bytes; 64 is what the service generates (service-api S-6.5).</summary>
    public static SymmetricKeyPair Generate(int bytes = 64) => new(GenerateKey(bytes), GenerateKey(bytes));

    /// <summary>One random key of <paramref name="bytes"/> bytes.</summary>
    public static Secret GenerateKey(int bytes = 64) => new(Convert.ToBase64String(RandomNumberGenerator.GetBytes(bytes)));
}
