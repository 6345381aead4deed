using System.Security.Cryptography;
using System.Text;
using Muster.Core.Secrets;

namespace Muster.Core.Instances;

/// <summary>The last time that a back end signed in with one key of a shared access policy (portal P12).</summary>
/// <param name="InstanceName">The instance, in any case.</param>
/// <param name="PolicyName">The policy, in any case.</param>
/// <param name="KeyId">The key, told by <see cref="IdOf"/>: it stays the same key when both are swapped, and a new key has no uses.</param>
/// <param name="AtUtc">When.</param>
/// <param name="Address">From where; null when that is unknown.</param>
public sealed record PolicyKeyUse(string InstanceName, string PolicyName, string KeyId, DateTimeOffset AtUtc, string? Address)
{
    private const int IdBytes = 8;

    /// <summary>A name for a key: 16 hexadecimal digits of its hash, too few to tell anything of the key.</summary>
    public static string IdOf(Secret key) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key.Reveal())).AsSpan(0, IdBytes));
}
