using Muster.Core.Instances;
using Muster.Core.Secrets;
using Muster.Protocols.Sas;

namespace Muster.Api.Authentication;

/// <summary>
/// Checks a back end's shared access signature against an instance's policies (service-api S-3). The caller learns only that it is
/// unauthorized; the reason is for the operator.
/// </summary>
public static class SasAuthentication
{
    /// <summary>How far the clocks of client and service may differ.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    /// <summary>Finds the policy that signed the request and checks that the token applies.</summary>
    /// <param name="authorization">The raw <c>Authorization</c> header.</param>
    /// <param name="host">The request's host, with port if it has one.</param>
    /// <param name="path">The request's path, percent-decoded.</param>
    /// <param name="instance">The instance whose policies count.</param>
    /// <param name="right">What the operation needs.</param>
    /// <param name="now">The present time.</param>
    /// <param name="reason">Why it is refused; null on success. It quotes nothing secret.</param>
    /// <returns>The policy and its key; null when the request is unauthorized.</returns>
    public static SignedPolicy? Authenticate(
        string? authorization,
        string host,
        string path,
        ProvisioningInstance instance,
        AccessRights right,
        DateTimeOffset now,
        out string? reason)
    {
        if (string.IsNullOrEmpty(authorization)) return Refuse("there is no Authorization header.", out reason);
        if (instance.DisableLocalAuth == true)
        {
            return Refuse(
                "shared access signatures are switched off for this service (disableLocalAuth, on the Networking page); only tokens of a "
                + "directory are taken.", out reason);
        }

        if (!SasToken.TryParse(authorization, out var token, out var problem)) return Refuse(problem!, out reason);
        if (token!.KeyName is null) return Refuse("The SAS token cannot be read: the part 'skn' is missing.", out reason);

        var policy = instance.AccessPolicies.FirstOrDefault(
            candidate => candidate.Name.Equals(token.KeyName, StringComparison.OrdinalIgnoreCase));
        if (policy is null) return Refuse($"there is no policy '{Printable(token.KeyName)}'.", out reason);

        // Both keys are always tried, so that the time taken does not tell which one it was.
        var isPrimary = IsSignedWith(token, policy.Keys.Primary);
        if (!(isPrimary | IsSignedWith(token, policy.Keys.Secondary))) return Refuse($"the signature was made with neither key of the policy '{policy.Name}'.", out reason);
        if (token.IsExpired(now, ClockSkew))
            return Refuse($"the token expired at {token.ExpiresAtUnixSeconds} (seconds since 1970).", out reason);
        if (!SasScope.Covers(token.Resource, host, path))
        {
            return Refuse(
                $"the token is for '{Printable(token.Resource)}', which does not cover this path on '{Printable(host)}'.", out reason);
        }

        if (!policy.Grants(right)) return Refuse($"the policy '{policy.Name}' lacks the right {right}.", out reason);

        reason = null;
        return new SignedPolicy(policy, isPrimary);
    }

    private static bool IsSignedWith(SasToken token, Secret key)
    {
        var text = key.Reveal();
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var written) && token.IsSignedWith(bytes.AsSpan(0, written));
    }

    private static SignedPolicy? Refuse(string why, out string? reason)
    {
        reason = why;
        return null;
    }

    private static string Printable(string text) =>
        new([.. text.Take(128).Select(character => char.IsControl(character) ? '?' : character)]);
}
