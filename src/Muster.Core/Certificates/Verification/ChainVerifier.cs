namespace Muster.Core.Certificates.Verification;

/// <summary>
/// Builds the chains above a leaf out of what the device sent, in any order, and what the instance holds. Each link is verified: names,
/// signature, key strength, algorithm, CA flag, key usage, path length, critical extensions (behaviour B-4). Validity and revocation
/// depend on where the trust anchor is and are judged after that, by <see cref="ChainRules"/>. The effort is bounded whatever is sent.
/// </summary>
/// <param name="signatures">Verifies signatures and remembers them.</param>
/// <param name="options">What Muster decides.</param>
public sealed class ChainVerifier(SignatureChecker signatures, X509Options options)
{
    private const int MaxProblems = 8;

    /// <summary>Searches upward from <paramref name="leaf"/>.</summary>
    /// <param name="leaf">The device's certificate.</param>
    /// <param name="sent">What else the device sent.</param>
    /// <param name="trust">What the instance holds.</param>
    public ChainSearch Search(DecodedCertificate leaf, IReadOnlyList<DecodedCertificate> sent, TrustSnapshot trust)
    {
        var search = new Searching(signatures, options, sent, trust);
        search.Extend([new ChainElement(leaf, Held: null, WasSent: true)]);
        return new ChainSearch(search.Paths, search.Problems);
    }

    private sealed class Searching(SignatureChecker signatures, X509Options options, IReadOnlyList<DecodedCertificate> sent, TrustSnapshot trust)
    {
        private int _checks;

        public List<IReadOnlyList<ChainElement>> Paths { get; } = [];

        public List<ChainProblem> Problems { get; } = [];

        public void Extend(List<ChainElement> path)
        {
            var top = path[^1].Certificate;
            var isExtended = false;
            var isAnyCandidate = false;
            foreach (var candidate in Candidates(top))
            {
                // A certificate is once in a chain; a self-signed one, and a leaf that poses as its own CA, end here.
                if (path.Exists(element => element.Certificate.Identity == candidate.Certificate.Identity)) continue;
                isAnyCandidate = true;
                if (path.Count > options.MaxPresentedCertificates)
                {
                    Report("chain length", $"The chain is longer than {options.MaxPresentedCertificates} certificates.", isRuleBroken: true);
                    break;
                }

                if (FindBrokenLink(path, candidate) is { } problem)
                {
                    Report(problem);
                    continue;
                }

                isExtended = true;
                Extend([.. path, candidate]);
            }

            if (isExtended) return;
            Paths.Add(path);
            if (!isAnyCandidate && !top.IsSelfIssued) ReportMissingIssuer(path);
        }

        /// <summary>What may have issued <paramref name="certificate"/> by its name: what was sent first, then what the instance holds.</summary>
        private IEnumerable<ChainElement> Candidates(DecodedCertificate certificate)
        {
            var offered = new HashSet<string>(StringComparer.Ordinal);
            foreach (var candidate in sent)
            {
                if (!candidate.Subject.Span.SequenceEqual(certificate.Issuer.Span) || !offered.Add(candidate.Identity)) continue;
                yield return new ChainElement(candidate, trust.Find(candidate.Identity), WasSent: true);
            }

            foreach (var held in trust.WithSubject(certificate.Issuer))
            {
                if ((held.IsAnchor || options.UseStoredCertificates) && offered.Add(held.Certificate.Identity))
                    yield return new ChainElement(held.Certificate, held, WasSent: false);
            }
        }

        private ChainProblem? FindBrokenLink(List<ChainElement> path, ChainElement candidate)
        {
            var (child, issuer) = (path[^1].Certificate, candidate.Certificate);
            var name = Describe(path.Count, issuer);
            if (AlgorithmPolicy.ProblemOf(child.SignatureScheme) is { } weakSignature)
                return Broken("chain signature algorithm", $"{Describe(path.Count - 1, child)} cannot be verified: {weakSignature}.");
            if (AlgorithmPolicy.ProblemOf(issuer.Key) is { } weakKey) return Broken("chain key strength", $"{name} cannot sign: {weakKey}.");
            if (issuer.IsAuthority == false)
                return Broken("chain CA flag", $"{name} says CA:FALSE in its basic constraints, so it must not issue certificates.");
            if (issuer.IsAuthority is null && options.RequireBasicConstraints && candidate.Held is null)
                return Broken("chain CA flag", $"{name} carries no basic constraints, which X509.RequireBasicConstraints demands of intermediates.");
            if (issuer.MaySignCertificates == false)
                return Broken("chain key usage", $"{name} has a key usage without keyCertSign, so it must not sign certificates.");
            if (issuer.UnknownCriticalExtensions is [var oid, ..])
                return Broken("chain critical extension", $"{name} has the critical extension {oid}, which is not processed here.");

            // Self-issued intermediates are key changes of one CA and do not count (RFC 5280, 4.2.1.9); the leaf never counts.
            var below = path.Skip(1).Count(element => !element.Certificate.IsSelfIssued);
            if (issuer.PathLength < below)
            {
                return Broken("chain path length",
                    $"{name} allows {issuer.PathLength} intermediates below it by its path length, and the chain has {below}.");
            }

            if (++_checks > options.MaxSignatureChecks)
                return Broken("chain effort", $"The chain needs more than {options.MaxSignatureChecks} signature checks; send fewer certificates.");
            return signatures.IsSignedBy(child, issuer.Key)
                ? null
                : new ChainProblem("chain signature",
                    $"{Describe(path.Count - 1, child)} names '{child.IssuerDisplayName}' as its issuer, but the key of the certificate of that "
                    + $"name ({Source(candidate)}, SHA-256 {issuer.Sha256Thumbprint}) did not sign it.", IsRuleBroken: false);
        }

        private void ReportMissingIssuer(List<ChainElement> path)
        {
            var top = path[^1];
            if (top.Held is { IsAnchor: true }) return;
            var child = top.Certificate;
            var detail = $"{Describe(path.Count - 1, child)} was issued by '{child.IssuerDisplayName}'. The device sent no certificate of that "
                + "name, and no verified CA certificate has it.";
            var held = trust.WithSubject(child.Issuer).FirstOrDefault();
            if (held is { CaNames: [var ca, ..] })
                detail += $" The CA certificate '{ca}' has it but is not verified: verify it.";
            else if (held is { Groups: [var group, ..] })
                detail += $" The group '{group.Id}' has it: let the device send that intermediate, or set X509.UseStoredCertificates.";
            else if (sent.FirstOrDefault(other => IsSameBut(other, child)) is { } similar)
                detail += $" It sent '{similar.DisplayName}', but names must be encoded equally, case included.";
            Report("chain issuer", detail, isRuleBroken: false);
        }

        private static bool IsSameBut(DecodedCertificate other, DecodedCertificate child) =>
            other.DisplayName.Equals(child.IssuerDisplayName, StringComparison.OrdinalIgnoreCase);

        private static string Source(ChainElement candidate) => candidate.WasSent ? "sent by the device" : "held by the instance";

        private static ChainProblem Broken(string check, string detail) => new(check, detail, IsRuleBroken: true);

        private void Report(string check, string detail, bool isRuleBroken) => Report(new ChainProblem(check, detail, isRuleBroken));

        private void Report(ChainProblem problem)
        {
            if (Problems.Count < MaxProblems) Problems.Add(problem);
        }
    }

    /// <summary>An element in words: its place, counted from the leaf as 0, and its subject.</summary>
    internal static string Describe(int index, DecodedCertificate certificate) =>
        index == 0 ? $"The leaf '{certificate.DisplayName}'" : $"Chain element {index} '{certificate.DisplayName}'";
}
