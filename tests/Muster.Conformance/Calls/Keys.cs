using System.Security.Cryptography;
using System.Text;

namespace Muster.Conformance.Calls;

/// <summary>Symmetric keys as operators and devices handle them.</summary>
public static class Keys
{
    /// <summary>A new key, Base64.</summary>
    public static string New() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary>The key of a device that belongs to an enrollment group (behaviour B-6.3), Base64.</summary>
    public static string Derive(string groupKey, string registrationId) =>
        Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(groupKey), Encoding.UTF8.GetBytes(registrationId)));
}
