using System.Text;
using Muster.Core.Certificates.Verification;
using Muster.Core.Enrollments;
using Muster.Core.Errors;
using Muster.Core.Hubs;
using Muster.Core.Registration;

namespace Muster.Core.Attestation;

/// <summary>X.509: rows 5 to 9 and 14 to 17 of behaviour B-3.1, with the certificate rules of B-4.</summary>
/// <param name="index">The instance's certificates.</param>
/// <param name="chains">Builds chains.</param>
/// <param name="options">What Muster decides.</param>
public sealed class X509Verifier(X509TrustIndex index, ChainVerifier chains, X509Options options) : IAttestationVerifier
{
    /// <inheritdoc/>
    public AttestationType Type => AttestationType.X509;

    /// <inheritdoc/>
    public Refusal? CheckForm(AttestationContext context)
    {
        var presented = ((X509Evidence)context.Evidence).Decode(options);
        if (presented.Problem is { } problem) return Refuse(context, problem, Refusals.InvalidCertificate);

        var leaf = presented.Leaf!;
        if (FindNameProblem(leaf, context.RegistrationId) is { } wrongName)
            return Refuse(context, new("common name", wrongName, IsRuleBroken: true), Refusals.InvalidCertificate);
        if (AlgorithmPolicy.ProblemOf(leaf.Key) is { } weakKey)
            return Refuse(context, new("leaf key strength", $"{Name(leaf)} is not accepted: {weakKey}.", IsRuleBroken: true), Refusals.InvalidCertificate);
        if (AlgorithmPolicy.ProblemOf(leaf.SignatureScheme) is { } weakSignature)
        {
            return Refuse(context, new("leaf signature algorithm", $"{Name(leaf)} is not accepted: {weakSignature}.", IsRuleBroken: true),
                Refusals.InvalidCertificate);
        }

        if (options.EnforceValidity && ChainRules.CheckValidity(0, leaf, context.Now, options.ClockSkew, context.Grace) is { } outside)
            return Refuse(context, outside, Refusals.InvalidCertificate);

        context.Trace.Pass("certificate form",
            $"{Name(leaf)} is for this registration, SHA-256 {leaf.Sha256Thumbprint}, valid until {ChainRules.Format(leaf.NotAfter)}; "
            + $"{presented.Others.Count} more certificates were sent.");
        return null;
    }

    /// <inheritdoc/>
    public async Task<Result<AttestationMatch>> VerifyIndividualAsync(
        AttestationContext context, IndividualEnrollment enrollment, CancellationToken cancellationToken)
    {
        var presented = ((X509Evidence)context.Evidence).Decode(options);
        return enrollment.Attestation switch
        {
            X509CertificateAttestation own => VerifyOwnCertificate(context, enrollment, own, presented.Leaf!),
            X509CaReferenceAttestation references => VerifyReferences(
                context, enrollment, references, presented, await index.GetAsync(context.Instance.Name, cancellationToken)),
            _ => Refusals.Unauthorized,
        };
    }

    /// <inheritdoc/>
    public async Task<Result<AttestationMatch>> FindGroupAsync(AttestationContext context, CancellationToken cancellationToken)
    {
        var presented = ((X509Evidence)context.Evidence).Decode(options);
        var trust = await index.GetAsync(context.Instance.Name, cancellationToken);
        if (FindLeafProblem(presented.Leaf!) is { } unusable) return Refuse(context, unusable, Refusals.Unauthorized);

        var search = chains.Search(presented.Leaf!, presented.Others, trust);
        var decision = X509GroupDecision.Decide(search, context.Record, context.Now, options);
        if (decision.Group is { } group)
        {
            foreach (var warning in decision.Problems) context.Trace.Pass(warning.Check, "Tolerated: " + warning.Detail);
            context.Trace.Pass("chain", Describe(decision.Path) + ".");
            context.Trace.Pass("group", $"The chain's first named element belongs to the enrollment group '{group.Id}'"
                + (decision.GroupCount > 1 ? $", one of {decision.GroupCount} that name it." : "."));
            return new AttestationMatch(group, CredentialOf(presented.Leaf!));
        }

        foreach (var problem in presented.Unreadable.Concat(search.Problems)) context.Trace.Fail(problem.Check, problem.Detail);
        foreach (var problem in decision.Problems) context.Trace.Fail(problem.Check, problem.Detail);
        if (decision.Considered is { } considered) context.Trace.Consider(considered);
        return decision.Refusal!;
    }

    /// <inheritdoc/>
    public AttestationMatch? Restore(Enrollment enrollment, string registrationId, PendingRegistration? pending = null) =>
        enrollment.Attestation.Type == AttestationType.X509 && pending?.LeafSha256 is { } thumbprint
            ? new(enrollment, new HubThumbprints(thumbprint, thumbprint))
            : null;

    private Result<AttestationMatch> VerifyOwnCertificate(
        AttestationContext context, IndividualEnrollment enrollment, X509CertificateAttestation own, DecodedCertificate leaf)
    {
        foreach (var (slot, certificate) in new[] { ("primary", own.Primary), ("secondary", own.Secondary) })
        {
            if (certificate is null || !leaf.Sha256Thumbprint.Equals(certificate.Info.Sha256Thumbprint, StringComparison.OrdinalIgnoreCase)) continue;
            context.Trace.Pass("thumbprint", $"It is the {slot} certificate of the individual enrollment '{enrollment.Id}'.");
            return new AttestationMatch(enrollment, CredentialOf(leaf));
        }

        var problem = new ChainProblem("thumbprint",
            $"The leaf has the SHA-256 thumbprint {leaf.Sha256Thumbprint}; the individual enrollment '{enrollment.Id}' holds "
            + $"{own.Primary?.Info.Sha256Thumbprint ?? "none"} (primary) and {own.Secondary?.Info.Sha256Thumbprint ?? "none"} (secondary). "
            + "Groups are not tried once an individual enrollment exists.", IsRuleBroken: true);
        return Refuse(context, problem, Refusals.InvalidCertificate);
    }

    // An individual may name CA certificates instead of its own (service-api S-6.7): then its chain must pass through one of them.
    private Result<AttestationMatch> VerifyReferences(
        AttestationContext context,
        IndividualEnrollment enrollment,
        X509CaReferenceAttestation references,
        PresentedChain presented,
        TrustSnapshot trust)
    {
        if (FindLeafProblem(presented.Leaf!) is { } unusable) return Refuse(context, unusable, Refusals.Unauthorized);
        var search = chains.Search(presented.Leaf!, presented.Others, trust);
        var decision = X509GroupDecision.DecideReferences(search, [references.Primary, references.Secondary], context.Now, options);
        if (decision.Refusal is not { } refusal)
        {
            foreach (var warning in decision.Problems) context.Trace.Pass(warning.Check, "Tolerated: " + warning.Detail);
            context.Trace.Pass("chain", Describe(decision.Path) + ".");
            return new AttestationMatch(enrollment, CredentialOf(presented.Leaf!));
        }

        foreach (var problem in presented.Unreadable.Concat(search.Problems).Concat(decision.Problems))
            context.Trace.Fail(problem.Check, problem.Detail);
        return refusal;
    }

    private static string? FindNameProblem(DecodedCertificate leaf, string registrationId)
    {
        var names = leaf.CommonNames;
        if (names.Count == 0 || (names.Count == 1 && names[0].Length == 0))
            return $"The subject '{leaf.DisplayName}' of the leaf has no common name; it must be the registration ID '{registrationId}'.";
        if (names.Any(other => other != names[0]))
            return $"The subject '{leaf.DisplayName}' of the leaf has several common names, so it names no single device.";

        // ASCII only: no other script may pass for a letter of an ID.
        return Ascii.EqualsIgnoreCase(names[0], registrationId)
            ? null
            : $"The common name of the leaf '{leaf.DisplayName}' is not the registration ID '{registrationId}'.";
    }

    private static ChainProblem? FindLeafProblem(DecodedCertificate leaf) => leaf.UnknownCriticalExtensions is [var oid, ..]
        ? new("leaf critical extension", $"{Name(leaf)} has the critical extension {oid}, which is not processed here.", IsRuleBroken: true)
        : null;

    private static Refusal Refuse(AttestationContext context, ChainProblem problem, Refusal refusal)
    {
        context.Trace.Fail(problem.Check, problem.Detail);
        return refusal;
    }

    /// <summary>
    /// The thumbprint of the leaf that was really presented, whichever slot it stands in (behaviour B-8.3 and B-10.2 row 15, seen in
    /// tests). Both slots hold it: hubs and clients demand two of one length, and the original does so where one certificate is
    /// configured (iot-hub 2.4).
    /// </summary>
    private static HubThumbprints CredentialOf(DecodedCertificate leaf) => new(leaf.Sha256Thumbprint, leaf.Sha256Thumbprint);

    private static string Name(DecodedCertificate leaf) => $"The leaf '{leaf.DisplayName}'";

    private static string Describe(IReadOnlyList<ChainElement> path) => string.Join(" < ", path.Select(element =>
        $"'{element.Certificate.DisplayName}'" + (element.Held is { IsAnchor: true } ? " (verified CA)" : element.WasSent ? "" : " (held)")));
}
