namespace Muster.Portal.Enrollments;

/// <summary>The ways that a form offers for devices to prove themselves.</summary>
public enum MechanismChoice
{
    /// <summary>A symmetric key.</summary>
    SymmetricKey,

    /// <summary>CA certificates that the instance keeps; groups only.</summary>
    UploadedCertificates,

    /// <summary>Signing certificates of this group alone; groups only.</summary>
    IntermediateCertificates,

    /// <summary>The device's own certificates; individual enrollments only.</summary>
    ClientCertificates,

    /// <summary>A TPM; individual enrollments only.</summary>
    Tpm,
}
