using System.Globalization;

namespace Muster.Core.Certificates.Verification;

/// <summary>Validity and revocation: the rules that hold for the part of a chain that is really used, as pure functions.</summary>
public static class ChainRules
{
    /// <summary>Whether a certificate is inside its validity, give or take the skew.</summary>
    /// <param name="index">Its place in the chain, the leaf being 0.</param>
    /// <param name="certificate">The certificate.</param>
    /// <param name="now">The clock.</param>
    /// <param name="skew">Allowed before its begin.</param>
    /// <param name="grace">Allowed after its end.</param>
    /// <returns>The problem, or null.</returns>
    public static ChainProblem? CheckValidity(int index, DecodedCertificate certificate, DateTimeOffset now, TimeSpan skew, TimeSpan grace)
    {
        var name = ChainVerifier.Describe(index, certificate);
        var check = index == 0 ? "leaf validity" : "chain validity";
        if (now + skew < certificate.NotBefore)
        {
            return new(check, $"{name} is not valid before {Format(certificate.NotBefore)}; the server's clock says {Format(now)}.",
                IsRuleBroken: true);
        }

        return now - grace > certificate.NotAfter
            ? new(check, $"{name} expired at {Format(certificate.NotAfter)}; the server's clock says {Format(now)}. Renew it.", IsRuleBroken: true)
            : null;
    }

    /// <summary>Checks validity and revocation of a chain up to its top element, which is trusted or named.</summary>
    /// <param name="path">The chain.</param>
    /// <param name="top">Index of the last element that is used.</param>
    /// <param name="now">The clock.</param>
    /// <param name="options">What Muster decides.</param>
    /// <param name="warnings">Receives what is tolerated: a stale list, an expired anchor.</param>
    /// <returns>The first problem, or null.</returns>
    public static ChainProblem? Check(
        IReadOnlyList<ChainElement> path, int top, DateTimeOffset now, X509Options options, ICollection<ChainProblem> warnings)
    {
        for (var i = 1; i <= top; i++)
        {
            if (!options.EnforceValidity) break;
            if (CheckValidity(i, path[i].Certificate, now, options.ClockSkew, options.ClockSkew) is not { } problem) continue;

            // The anchor's own end is the operator's business: reported, not enforced (behaviour B-4.8).
            if (i < top || path[i].Held is not { IsAnchor: true }) return problem;
            warnings.Add(problem);
        }

        for (var i = 0; i < top; i++)
        {
            if (CheckRevocation(path, i, now, warnings) is { } problem) return problem;
        }

        return null;
    }

    private static ChainProblem? CheckRevocation(
        IReadOnlyList<ChainElement> path, int index, DateTimeOffset now, ICollection<ChainProblem> warnings)
    {
        if (path[index + 1].Held is not { Revocation: { } checking } issuer) return null;
        var name = ChainVerifier.Describe(index, path[index].Certificate);
        var ca = issuer.CaNames.Count > 0 ? issuer.CaNames[0] : issuer.Certificate.DisplayName;
        if (issuer.RevocationList?.Revokes(path[index].Certificate) == true)
        {
            return new("revocation", $"{name}, serial number {path[index].Certificate.SerialNumber}, is revoked by the list of the CA "
                + $"certificate '{ca}'.", IsRuleBroken: true);
        }

        if (issuer.RevocationList is { } list && (list.NextUpdate is not { } next || now <= next)) return null;
        var stale = issuer.RevocationList is null
            ? $"{name} cannot be checked: there is no revocation list of the CA certificate '{ca}' yet."
            : $"{name} cannot be checked for certain: the revocation list of the CA certificate '{ca}' was to be renewed at "
                + $"{Format(issuer.RevocationList.NextUpdate!.Value)}.";
        var problem = new ChainProblem("revocation list", stale + " Upload or fetch a current one.", IsRuleBroken: true);
        if (!checking.AllowStale) return problem;
        warnings.Add(problem);
        return null;
    }

    internal static string Format(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
