using System.Security.Cryptography;

namespace Muster.Composition;

/// <summary>The version of the TLS library that is in use; it decides what handshakes cost and which defects they have.</summary>
public static class OpenSslVersion
{
    /// <summary>The version in words, for example <c>OpenSSL 3.0.19</c>.</summary>
    public static string Text { get; } = Find();

    /// <summary>Reads OpenSSL's version number: major, minor and patch where <c>OPENSSL_VERSION_NUMBER</c> puts them.</summary>
    internal static string Format(long number)
    {
        var major = (number >> 28) & 0xF;
        var minor = (number >> 20) & 0xFF;

        // 3.x: 0xMNN00PP0. 1.1.1: 0xMNNFFPPS, where FF is the fix and PP the patch letter.
        var patch = major >= 3 ? (number >> 4) & 0xFF : (number >> 12) & 0xFF;
        return $"OpenSSL {major}.{minor}.{patch}";
    }

    private static string Find() =>
        OperatingSystem.IsLinux() || OperatingSystem.IsMacOS() || OperatingSystem.IsFreeBSD()
            ? Format(SafeEvpPKeyHandle.OpenSslVersion)
            : "that of the operating system";
}
