using Muster.Core.Allocation;
using Muster.Core.Attestation;
using Muster.Core.Enrollments;

namespace Muster.Portal.Enrollments;

/// <summary>How members of enrollments are called in the portal (portal 3).</summary>
internal static class EnrollmentWords
{
    public static string Of(AttestationMechanism attestation) => attestation switch
    {
        SymmetricKeyAttestation => "Symmetric key",
        TpmAttestation => "TPM",
        X509CaReferenceAttestation => "X.509 uploaded CA",
        X509CertificateAttestation { Use: X509CertificateUse.Client } => "X.509 client certificate",
        _ => "X.509 intermediate",
    };

    public static string Of(AttestationType type) => type switch
    {
        AttestationType.SymmetricKey => "Symmetric key",
        AttestationType.X509 => "X.509",
        _ => "TPM",
    };

    public static string Of(MechanismChoice choice) => choice switch
    {
        MechanismChoice.SymmetricKey => "Symmetric key",
        MechanismChoice.UploadedCertificates => "X.509 certificates uploaded to this Device Provisioning Service",
        MechanismChoice.IntermediateCertificates => "X.509 intermediate certificates",
        MechanismChoice.ClientCertificates => "X.509 client certificates",
        _ => "Trusted Platform Module (TPM)",
    };

    public static string Of(AllocationPolicyKind? policy) => policy switch
    {
        AllocationPolicyKind.Hashed => "Evenly weighted distribution",
        AllocationPolicyKind.GeoLatency => "Lowest latency",
        AllocationPolicyKind.Static => "Static configuration",
        AllocationPolicyKind.Custom => "Custom",
        _ => "Instance default",
    };

    public static string Of(ReprovisionChoice choice) => choice switch
    {
        ReprovisionChoice.Migrate => "Reprovision device and migrate current state",
        ReprovisionChoice.Reset => "Reprovision device and reset to initial state",
        _ => "Never reprovision device",
    };

    public static string Old(ReprovisionChoice choice) => choice switch
    {
        ReprovisionChoice.Migrate => "Re-provision and migrate data",
        ReprovisionChoice.Reset => "Re-provision and reset to initial config",
        _ => "Never re-provision",
    };

    public static string PathOf(EnrollmentKind kind) => kind == EnrollmentKind.Group ? "groups" : "individual";

    public static string UrlOf(string instance, Enrollment enrollment) => UrlOf(instance, enrollment.Kind, enrollment.Id);

    public static string UrlOf(string instance, EnrollmentKind kind, string id) =>
        $"i/{instance}/enrollments/{PathOf(kind)}/{Segment(id)}";

    /// <summary>The ID that a path segment made by <see cref="UrlOf(string, EnrollmentKind, string)"/> names.</summary>
    public static string IdOf(string segment) => segment.StartsWith('~') ? segment[1..] : segment;

    // The form for a new enrollment has the address "new"; no ID begins with a tilde.
    private static string Segment(string id) => (id.Equals("new", StringComparison.OrdinalIgnoreCase) ? "~" : "") + Uri.EscapeDataString(id);
}
