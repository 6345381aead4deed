using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Muster.Core.Allocation;

/// <summary>
/// Weighted rendezvous hashing (iot-hub 5.2): deterministic, proportional to the weights, and adding a hub moves only the devices
/// that will belong to it.
/// </summary>
public static class RendezvousHash
{
    /// <summary>The score of a hub for a device; the highest wins.</summary>
    /// <param name="registrationId">Compared without case.</param>
    /// <param name="hubHostName">Compared without case.</param>
    /// <param name="weight">1 to 1000.</param>
    public static double Score(string registrationId, string hubHostName, int weight)
    {
        var text = registrationId.ToLowerInvariant() + "\n" + hubHostName.ToLowerInvariant();
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), digest);

        // 53 bits fill a double's mantissa; the half keeps the value inside (0, 1), where the logarithm is finite and negative.
        var uniform = ((BinaryPrimitives.ReadUInt64BigEndian(digest) >> 11) + 0.5) / (1UL << 53);
        return weight / -Math.Log(uniform);
    }
}
