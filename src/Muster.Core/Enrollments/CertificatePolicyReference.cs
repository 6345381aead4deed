namespace Muster.Core.Enrollments;

/// <summary>The issuing policy that gives devices operational certificates (service-api S-12.1).</summary>
/// <param name="NamespaceName">Registry namespace.</param>
/// <param name="CertificateAuthorityName">Issuing authority in it.</param>
/// <param name="CertificatePolicyName">Policy of that authority.</param>
public sealed record CertificatePolicyReference(string NamespaceName, string CertificateAuthorityName, string CertificatePolicyName)
{
    /// <summary>Namespace of a policy that is given by its name alone.</summary>
    public const string DefaultNamespace = "default";

    /// <summary>Authority of a policy that is given by its name alone.</summary>
    public const string DefaultAuthority = "default";

    /// <summary>The reference as a resource ID: the form that <c>certificatePolicyResourceId</c> shows.</summary>
    public string ToResourceId() =>
        $"/namespaces/{NamespaceName}/certificateAuthorities/{CertificateAuthorityName}/certificatePolicies/{CertificatePolicyName}";

    /// <summary>
    /// Reads a resource ID by its last six segments, <c>namespaces/{ns}/certificateAuthorities/{ca}/certificatePolicies/{policy}</c>,
    /// segment names without case. Null when they are not there; the names themselves are not checked.
    /// </summary>
    public static CertificatePolicyReference? FromResourceId(string resourceId)
    {
        var segments = resourceId.Split('/');
        return segments.Length >= 6 && Is(^6, "namespaces") && Is(^4, "certificateAuthorities") && Is(^2, "certificatePolicies")
            ? new CertificatePolicyReference(segments[^5], segments[^3], segments[^1])
            : null;

        bool Is(Index index, string name) => segments[index].Equals(name, StringComparison.OrdinalIgnoreCase);
    }
}
