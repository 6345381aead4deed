using System.Globalization;
using Muster.Core.Allocation;
using Muster.Core.Errors;

namespace Muster.Core.Enrollments;

/// <summary>Rules for custom allocation: the webhook may stand under any policy, the custom policy needs it (service-api S-7.1).</summary>
public static class WebhookRules
{
    /// <summary>The lowest version of the record shapes that a webhook can ask for.</summary>
    public const string LowestApiVersion = "2018-09-01-preview";

    /// <summary>The longest webhook URL, in characters (service-api S-6.10).</summary>
    public const int MaxUrlLength = 2048;

    private const string Path = "customAllocationDefinition";

    /// <summary>The first thing that is wrong with the webhook, or null.</summary>
    /// <param name="definition">What the caller asks for.</param>
    /// <param name="allowsHttp">Whether it may be plain http.</param>
    public static Refusal? Check(EnrollmentDefinition definition, bool allowsHttp = false)
    {
        if (!definition.Knows(EnrollmentMembers.Placement)) return null;
        if (definition.CustomAllocationDefinition is not { } webhook)
        {
            return definition.AllocationPolicy == AllocationPolicyKind.Custom
                ? Refusals.InvalidMember(Path, "it is required when allocationPolicy is 'custom'.")
                : null;
        }

        if (webhook.WebhookUrl.Length == 0) return Refusals.InvalidMember(Path + ".webhookUrl", "it is required.");
        if (webhook.WebhookUrl.Length > MaxUrlLength)
            return Refusals.InvalidMember(Path + ".webhookUrl", $"it is longer than {MaxUrlLength} characters.");
        if (!Uri.TryCreate(webhook.WebhookUrl, UriKind.Absolute, out var url)
            || !(url.Scheme == Uri.UriSchemeHttps || (allowsHttp && url.Scheme == Uri.UriSchemeHttp))
            || url.UserInfo.Length > 0)
        {
            var schemes = allowsHttp ? "http or https" : "https";
            return Refusals.InvalidMember(Path + ".webhookUrl", $"it must be an absolute {schemes} URL without user information.");
        }

        if (webhook.ApiVersion.Length == 0) return Refusals.InvalidMember(Path + ".apiVersion", "it is required.");
        return IsSupported(webhook.ApiVersion)
            ? null
            : Refusals.InvalidMember(Path + ".apiVersion", $"it must be a version from {LowestApiVersion} on.");
    }

    private static bool IsSupported(string version)
    {
        var date = version.EndsWith("-preview", StringComparison.OrdinalIgnoreCase) ? version[..^"-preview".Length] : version;
        return DateOnly.TryParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            && day >= new DateOnly(2018, 9, 1);
    }
}
