using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Muster.Core.Errors;

namespace Muster.Core.Hubs;

/// <summary>The rules of a link's members (iot-hub 2.1, management-api A-7).</summary>
public static class LinkedHubRules
{
    /// <summary>Most hubs an instance can link (behaviour B-13).</summary>
    public const int MaxHubs = 50;

    /// <summary>The lowest weight.</summary>
    public const int MinWeight = 1;

    /// <summary>The highest weight.</summary>
    public const int MaxWeight = 1000;

    private const int MaxLocationLength = 64;
    private const int MaxPemLength = 64 * 1024;

    /// <summary>The first thing that is wrong with the definition, its credentials aside; or null.</summary>
    public static Refusal? Check(LinkedHubDefinition definition)
    {
        if (definition.AllocationWeight is < MinWeight or > MaxWeight)
            return Refusals.InvalidMember("allocationWeight", $"it must be between {MinWeight} and {MaxWeight}.");
        if (definition.Location?.Length > MaxLocationLength)
            return Refusals.InvalidMember("location", $"it is longer than {MaxLocationLength} characters.");
        if (definition.AuthenticationType == HubAuthenticationType.UserAssigned != !string.IsNullOrEmpty(definition.IdentityId))
        {
            return Refusals.InvalidMember("selectedUserAssignedIdentityResourceId",
                "it is required with the authentication type UserAssigned, and allowed only there.");
        }

        return definition.Settings is { } settings ? Check(settings) : null;
    }

    private static Refusal? Check(HubConnectorSettings settings)
    {
        if (settings.Address is { } address && Uri.CheckHostName(address) == UriHostNameType.Unknown)
            return Refusals.InvalidMember("address", "it must be a host name or an IP address, without scheme, port and path.");
        if (settings.Port is < 1 or > 65535) return Refusals.InvalidMember("port", "it must be between 1 and 65535.");
        if (settings.TimeoutSeconds is < 1 or > 300) return Refusals.InvalidMember("timeoutSeconds", "it must be between 1 and 300.");
        if (settings.CallsPerSecond is { } rate && !(rate is >= 0.01 and <= 100_000))
            return Refusals.InvalidMember("callsPerSecond", "it must be between 0.01 and 100000.");
        if (settings.Concurrency is < 1 or > 1000) return Refusals.InvalidMember("concurrency", "it must be between 1 and 1000.");
        return settings.RootCertificates is { } pem && !HoldsCertificates(pem)
            ? Refusals.InvalidMember("rootCertificates", "it must be PEM with at least one certificate, at most 64 KB.")
            : null;
    }

    private static bool HoldsCertificates(string pem)
    {
        if (pem.Length > MaxPemLength) return false;
        var found = new X509Certificate2Collection();
        try
        {
            found.ImportFromPem(pem);
            return found.Count > 0;
        }
        catch (CryptographicException)
        {
            return false;
        }
        finally
        {
            foreach (var certificate in found) certificate.Dispose();
        }
    }
}
