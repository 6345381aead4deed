using System.Diagnostics.CodeAnalysis;
using Muster.Core.Certificates.Verification;
using Muster.Core.Enrollments;
using Muster.Core.Errors;
using Muster.Core.Registration;

namespace Muster.Core.Attestation;

/// <summary>
/// Which group admits a chain: rows 14 to 17 of behaviour B-3.1 as pure functions. The first element from the leaf's issuer upward that
/// a group names decides, and nothing above it is looked at: a disabled intermediate blocks below an enabled root.
/// </summary>
internal sealed record X509GroupDecision
{
    /// <summary>The group that admits the device or, being disabled, blocks it; null when refused.</summary>
    public EnrollmentGroup? Group { get; private init; }

    /// <summary>How many groups name the deciding element.</summary>
    public int GroupCount { get; private init; }

    /// <summary>The part of the chain that was used.</summary>
    public IReadOnlyList<ChainElement> Path { get; private init; } = [];

    /// <summary>What the device is told; null when it is admitted, or blocked by a disabled group.</summary>
    public Refusal? Refusal { get; private init; }

    /// <summary>The group that was considered when refused, if one was named.</summary>
    public EnrollmentGroup? Considered { get; private init; }

    /// <summary>Why it is refused or, on success, what was tolerated.</summary>
    public IReadOnlyList<ChainProblem> Problems { get; private init; } = [];

    /// <summary>Decides over all chains that were found. Where CA certificates are cross-signed, a chain that a disabled group blocks wins.</summary>
    public static X509GroupDecision Decide(ChainSearch search, RegistrationRecord? record, DateTimeOffset now, X509Options options)
    {
        X509GroupDecision? admitted = null, refused = null;
        foreach (var path in search.Paths)
        {
            var named = IndexOf(path, element => element.Held is { Groups.Count: > 0 });
            if (named < 0) continue;
            var groups = path[named].Held!.Groups;
            var group = Prefer(groups, record);
            if (!group.IsEnabled) return new() { Group = group, GroupCount = groups.Count, Path = [.. path.Take(named + 1)] };

            if (TryUse(path, named, now, options, out var used, out var problem, out var refusal))
                admitted ??= new() { Group = group, GroupCount = groups.Count, Path = used.Path, Problems = used.Warnings };
            else
                refused ??= new() { Considered = group, Refusal = refusal, Problems = [problem] };
        }

        return admitted ?? refused ?? Unnamed(search, new("group",
            "No element of the chain is the certificate of an enrollment group: neither uploaded to one nor referenced by one.", IsRuleBroken: false));
    }

    /// <summary>Decides for an individual enrollment that names CA certificates: the chain must pass through one of them.</summary>
    public static X509GroupDecision DecideReferences(ChainSearch search, IReadOnlyList<string?> names, DateTimeOffset now, X509Options options)
    {
        X509GroupDecision? refused = null;
        foreach (var path in search.Paths)
        {
            var named = IndexOf(path, element => element.Held is { } held && held.CaNames.Intersect(names, StringComparer.OrdinalIgnoreCase).Any());
            if (named < 0) continue;
            if (TryUse(path, named, now, options, out var used, out var problem, out var refusal))
                return new() { Path = used.Path, Problems = used.Warnings };
            refused ??= new() { Refusal = refusal, Problems = [problem] };
        }

        return refused ?? Unnamed(search, new("CA reference",
            "No element of the chain is a CA certificate that the individual enrollment references.", IsRuleBroken: false));
    }

    /// <summary>Whether the chain reaches a verified CA certificate and its used part is valid and not revoked.</summary>
    private static bool TryUse(
        IReadOnlyList<ChainElement> path,
        int named,
        DateTimeOffset now,
        X509Options options,
        [NotNullWhen(true)] out Used? used,
        [NotNullWhen(false)] out ChainProblem? problem,
        [NotNullWhen(false)] out Refusal? refusal)
    {
        used = null;
        refusal = null;
        var anchor = IndexOf(path, element => element.Held is { IsAnchor: true });
        if (anchor < 0)
        {
            refusal = Refusals.CaCertificateNotFound;
            problem = new("trust anchor", $"The chain ends at '{path[^1].Certificate.DisplayName}' without reaching a verified CA certificate. "
                + "Upload and verify the CA certificate above it, or let the device send the missing intermediates.", IsRuleBroken: false);
            return false;
        }

        var warnings = new List<ChainProblem>();
        var top = Math.Max(named, anchor);
        problem = ChainRules.Check(path, top, now, options, warnings);
        if (problem is null)
            used = new Used([.. path.Take(top + 1)], warnings);
        else
            refusal = Refusals.Unauthorized;
        return problem is null;
    }

    // A rule that was broken on the way hides what is above it, so it is not "no element is named".
    private static X509GroupDecision Unnamed(ChainSearch search, ChainProblem problem) => new()
    {
        Refusal = search.Problems.Any(found => found.IsRuleBroken) ? Refusals.Unauthorized : Refusals.SigningCertificateMismatch,
        Problems = [problem],
    };

    /// <summary>Among groups that name the same certificate: a disabled one, else the one of the device's record, else the oldest (behaviour B-3.1).</summary>
    private static EnrollmentGroup Prefer(IReadOnlyList<EnrollmentGroup> groups, RegistrationRecord? record) =>
        groups.FirstOrDefault(group => !group.IsEnabled)
        ?? groups.FirstOrDefault(group => record is { EnrollmentKind: EnrollmentKind.Group }
            && group.Id.Equals(record.EnrollmentId, StringComparison.OrdinalIgnoreCase))
        ?? groups[0];

    /// <summary>The first element above the leaf that fits; -1 for none.</summary>
    private static int IndexOf(IReadOnlyList<ChainElement> path, Func<ChainElement, bool> fits)
    {
        for (var i = 1; i < path.Count; i++)
        {
            if (fits(path[i])) return i;
        }

        return -1;
    }

    private sealed record Used(IReadOnlyList<ChainElement> Path, IReadOnlyList<ChainProblem> Warnings);
}
