using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Muster.EmbeddedHub.Errors;

namespace Muster.EmbeddedHub.Identities;

/// <summary>Checks the credentials of a write and makes the keys it leaves to the hub (iot-hub 2.3, 2.4, 3.1).</summary>
internal static class CredentialRules
{
    private const int GeneratedKeyBytes = 32;
    private const int MinKeyBytes = 16;
    private const int MaxKeyBytes = 64;

    /// <summary>What is stored for <paramref name="wanted"/>: only the members that its type uses.</summary>
    public static HubResult<DeviceAuthentication> Complete(DeviceAuthentication wanted) => wanted.Type switch
    {
        DeviceAuthenticationType.Sas => CompleteKeys(wanted),
        DeviceAuthenticationType.SelfSigned => CompleteThumbprints(wanted),
        _ => new DeviceAuthentication { Type = wanted.Type },
    };

    /// <summary>Two different keys made by the hub.</summary>
    public static DeviceAuthentication NewKeys() => new()
    {
        Type = DeviceAuthenticationType.Sas,
        PrimaryKey = NewKey(),
        SecondaryKey = NewKey(),
    };

    private static HubResult<DeviceAuthentication> CompleteKeys(DeviceAuthentication wanted)
    {
        if (CheckKey("primaryKey", wanted.PrimaryKey) is { } primaryProblem) return primaryProblem;
        if (CheckKey("secondaryKey", wanted.SecondaryKey) is { } secondaryProblem) return secondaryProblem;
        return new DeviceAuthentication
        {
            Type = DeviceAuthenticationType.Sas,
            PrimaryKey = string.IsNullOrEmpty(wanted.PrimaryKey) ? NewKey() : wanted.PrimaryKey,
            SecondaryKey = string.IsNullOrEmpty(wanted.SecondaryKey) ? NewKey() : wanted.SecondaryKey,
        };
    }

    private static HubResult<DeviceAuthentication> CompleteThumbprints(DeviceAuthentication wanted)
    {
        var primary = string.IsNullOrEmpty(wanted.PrimaryThumbprint) ? null : wanted.PrimaryThumbprint;
        var secondary = string.IsNullOrEmpty(wanted.SecondaryThumbprint) ? null : wanted.SecondaryThumbprint;
        if (primary is null && secondary is null)
            return HubErrors.ArgumentInvalid.Because("The authentication type selfSigned needs a thumbprint.");
        if (CheckThumbprint("primaryThumbprint", primary) is { } primaryProblem) return primaryProblem;
        if (CheckThumbprint("secondaryThumbprint", secondary) is { } secondaryProblem) return secondaryProblem;
        return new DeviceAuthentication
        {
            Type = DeviceAuthenticationType.SelfSigned,
            PrimaryThumbprint = primary,
            SecondaryThumbprint = secondary,
        };
    }

    private static HubError? CheckKey(string name, string? key)
    {
        if (string.IsNullOrEmpty(key)) return null;
        var isKey = key.Length <= 4 * MaxKeyBytes && Base64.IsValid(key, out var length) && length is >= MinKeyBytes and <= MaxKeyBytes;
        return isKey ? null : HubErrors.ArgumentInvalid.Because($"The {name} is not Base64 of {MinKeyBytes} to {MaxKeyBytes} bytes.");
    }

    private static HubError? CheckThumbprint(string name, string? thumbprint) =>
        thumbprint is null || (thumbprint.Length is 40 or 64 && thumbprint.All(char.IsAsciiHexDigit))
            ? null
            : HubErrors.ArgumentInvalid.Because($"The {name} is not a digest of 40 (SHA-1) or 64 (SHA-256) hexadecimal digits.");

    private static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(GeneratedKeyBytes));

    /// <summary>An etag as real hubs make them: Base64 of a decimal number; random, so that it never returns.</summary>
    public static string NewETag() =>
        Convert.ToBase64String(Encoding.ASCII.GetBytes((BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)) >> 20).ToString()));
}
