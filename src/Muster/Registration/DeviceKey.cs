using System.Security.Cryptography;
using System.Text;

namespace Muster.Registration;

/// <summary>Symmetric keys as devices hold them.</summary>
public static class DeviceKey
{
    /// <summary>Derives the key of one device from the key of its enrollment group (device-protocols 1.7).</summary>
    /// <param name="groupKey">The raw group key.</param>
    /// <param name="registrationId">The registration ID, in the case in which the device presents it.</param>
    /// <returns>32 bytes.</returns>
    public static byte[] Derive(ReadOnlySpan<byte> groupKey, string registrationId) =>
        HMACSHA256.HashData(groupKey, Encoding.UTF8.GetBytes(registrationId));
}
