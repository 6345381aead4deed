namespace Muster.Core.Enrollments;

/// <summary>
/// Members of an enrollment that not every API version can express. A write through a version that does not know a member keeps
/// the stored value (service-api S-2 policy 3).
/// </summary>
[Flags]
public enum EnrollmentMembers
{
    /// <summary>Only what every version knows.</summary>
    None = 0,

    /// <summary><c>capabilities</c>.</summary>
    Capabilities = 1,

    /// <summary>
    /// <c>reprovisionPolicy</c>, <c>allocationPolicy</c>, <c>iotHubs</c>, <c>customAllocationDefinition</c>: they came together.
    /// </summary>
    Placement = 2,

    /// <summary><c>optionalDeviceInformation</c>.</summary>
    OptionalDeviceInformation = 4,

    /// <summary><c>credentialPolicyName</c>: the policy's name alone.</summary>
    CredentialPolicyName = 8,

    /// <summary><c>certificatePolicyResourceId</c>: the policy by its resource ID.</summary>
    CertificatePolicyResourceId = 16,

    /// <summary><c>namespaceName</c>, <c>certificateAuthorityName</c>, <c>certificatePolicyName</c>.</summary>
    CertificatePolicyNames = 32,

    /// <summary>Everything, the certificate policy in its latest form.</summary>
    All = Capabilities | Placement | OptionalDeviceInformation | CertificatePolicyNames,

    /// <summary>Any of the three forms of the certificate policy.</summary>
    AnyCertificatePolicy = CredentialPolicyName | CertificatePolicyResourceId | CertificatePolicyNames,
}
