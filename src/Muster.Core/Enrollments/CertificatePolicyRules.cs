using Muster.Core.Errors;

namespace Muster.Core.Enrollments;

/// <summary>The three spellings of the issuing policy as views of one stored reference (service-api S-2 policy 5, S-12.1).</summary>
public static class CertificatePolicyRules
{
    /// <summary>The reference that a write leaves.</summary>
    /// <param name="definition">What the caller asks for, in the form that its version knows.</param>
    /// <param name="stored">The present reference.</param>
    /// <param name="reference">What to store; null for none.</param>
    /// <returns>The refusal of a half-filled or malformed reference, or null.</returns>
    public static Refusal? Resolve(
        EnrollmentDefinition definition, CertificatePolicyReference? stored, out CertificatePolicyReference? reference)
    {
        reference = stored;
        if (!definition.Knows(EnrollmentMembers.AnyCertificatePolicy)) return null;

        reference = null;
        if (definition.CertificatePolicy is not { } policy) return null;
        if (definition.Knows(EnrollmentMembers.CredentialPolicyName))
            return ResolveName(policy.CredentialPolicyName, stored, out reference);
        return definition.Knows(EnrollmentMembers.CertificatePolicyResourceId)
            ? ResolveResourceId(policy.CertificatePolicyResourceId, out reference)
            : ResolveNames(policy, out reference);
    }

    private static Refusal? ResolveName(string? name, CertificatePolicyReference? stored, out CertificatePolicyReference? reference)
    {
        reference = null;
        if (name is null) return null;
        if (!Identifiers.IsIssuingName(name)) return InvalidName("credentialPolicyName");

        // A caller that sends back the name it read must not move the policy to the default authority.
        reference = stored is not null && stored.CertificatePolicyName == name
            ? stored
            : new CertificatePolicyReference(
                CertificatePolicyReference.DefaultNamespace, CertificatePolicyReference.DefaultAuthority, name);
        return null;
    }

    private static Refusal? ResolveResourceId(string? resourceId, out CertificatePolicyReference? reference)
    {
        reference = null;
        if (resourceId is null) return null;
        var parsed = resourceId.Length <= 2048 ? CertificatePolicyReference.FromResourceId(resourceId) : null;
        if (parsed is null
            || !Identifiers.IsNamespaceName(parsed.NamespaceName)
            || !Identifiers.IsIssuingName(parsed.CertificateAuthorityName)
            || !Identifiers.IsIssuingName(parsed.CertificatePolicyName))
        {
            return Refusals.InvalidMember(
                "certificatePolicyResourceId",
                "it must end in 'namespaces/{name}/certificateAuthorities/{name}/certificatePolicies/{name}'.");
        }

        reference = parsed;
        return null;
    }

    private static Refusal? ResolveNames(CertificatePolicyDefinition policy, out CertificatePolicyReference? reference)
    {
        reference = null;
        var (space, authority, name) = (policy.NamespaceName, policy.CertificateAuthorityName, policy.CertificatePolicyName);
        if (space is null && authority is null && name is null) return null;
        if (space is not null && !Identifiers.IsNamespaceName(space))
        {
            return Refusals.InvalidMember(
                "namespaceName", "it must have 3 to 64 lower-case letters, digits and hyphens, with no hyphen at either end.");
        }

        if (authority is not null && !Identifiers.IsIssuingName(authority)) return InvalidName("certificateAuthorityName");
        if (name is not null && !Identifiers.IsIssuingName(name)) return InvalidName("certificatePolicyName");
        if (space is null || authority is null || name is null)
        {
            return Refusals.InvalidArgument(
                "namespaceName, certificateAuthorityName and certificatePolicyName must be given together or not at all.");
        }

        reference = new CertificatePolicyReference(space, authority, name);
        return null;
    }

    private static Refusal InvalidName(string path) =>
        Refusals.InvalidMember(path, "it must have 3 to 63 letters, digits and hyphens, with no hyphen in front.");
}
