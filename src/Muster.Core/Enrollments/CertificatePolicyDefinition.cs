namespace Muster.Core.Enrollments;

/// <summary>
/// The issuing policy as a caller names it, in one of the three forms that API versions have for it (service-api S-12.1). Only the
/// members of the form that <see cref="EnrollmentDefinition.KnownMembers"/> states are looked at.
/// </summary>
public sealed record CertificatePolicyDefinition
{
    /// <summary><c>credentialPolicyName</c>: a policy in the default namespace and authority.</summary>
    public string? CredentialPolicyName { get; init; }

    /// <summary><c>certificatePolicyResourceId</c>.</summary>
    public string? CertificatePolicyResourceId { get; init; }

    /// <summary><c>namespaceName</c>; given together with the next two, or not at all.</summary>
    public string? NamespaceName { get; init; }

    /// <summary><c>certificateAuthorityName</c>.</summary>
    public string? CertificateAuthorityName { get; init; }

    /// <summary><c>certificatePolicyName</c>.</summary>
    public string? CertificatePolicyName { get; init; }
}
