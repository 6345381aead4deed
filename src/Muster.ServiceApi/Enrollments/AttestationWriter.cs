using System.Text.Json;
using Muster.Api.Json;
using Muster.Core.Attestation;
using Muster.Core.Certificates;

namespace Muster.ServiceApi.Enrollments;

/// <summary>
/// Writes an attestation: its type and the object of that type. Certificates themselves are never given back (service-api S-6.4).
/// </summary>
internal static class AttestationWriter
{
    /// <summary>Writes the object.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="attestation">The stored attestation.</param>
    /// <param name="showKeys">Whether symmetric keys are shown: in answers to PUT and to the attestation mechanism call only.</param>
    public static void Write(Utf8JsonWriter writer, AttestationMechanism attestation, bool showKeys)
    {
        writer.WriteStartObject();
        writer.WriteString("type", WireEnum.Format(attestation.Type));
        switch (attestation)
        {
            case SymmetricKeyAttestation symmetric when showKeys:
                writer.WriteStartObject("symmetricKey");
                writer.WriteString("primaryKey", symmetric.Keys.Primary.Reveal());
                writer.WriteString("secondaryKey", symmetric.Keys.Secondary.Reveal());
                writer.WriteEndObject();
                break;
            case TpmAttestation tpm:
                writer.WriteStartObject("tpm");
                writer.WriteString("endorsementKey", tpm.EndorsementKey);
                if (tpm.StorageRootKey is not null) writer.WriteString("storageRootKey", tpm.StorageRootKey);
                writer.WriteEndObject();
                break;
            case X509CertificateAttestation x509:
                writer.WriteStartObject("x509");
                writer.WriteStartObject(x509.Use == X509CertificateUse.Client ? "clientCertificates" : "signingCertificates");
                WriteSlot(writer, "primary", x509.Primary);
                WriteSlot(writer, "secondary", x509.Secondary);
                writer.WriteEndObject();
                writer.WriteEndObject();
                break;
            case X509CaReferenceAttestation references:
                writer.WriteStartObject("x509");
                writer.WriteStartObject("caReferences");
                if (references.Primary is not null) writer.WriteString("primary", references.Primary);
                if (references.Secondary is not null) writer.WriteString("secondary", references.Secondary);
                writer.WriteEndObject();
                writer.WriteEndObject();
                break;
        }

        writer.WriteEndObject();
    }

    private static void WriteSlot(Utf8JsonWriter writer, string name, EnrolledCertificate? certificate)
    {
        if (certificate is null) return;
        var info = certificate.Info;
        writer.WriteStartObject(name);
        writer.WriteStartObject("info");
        writer.WriteString("subjectName", info.SubjectName);
        writer.WriteString("sha1Thumbprint", info.Sha1Thumbprint);
        writer.WriteString("sha256Thumbprint", info.Sha256Thumbprint);
        writer.WriteString("issuerName", info.IssuerName);
        writer.WriteString("notBeforeUtc", WireTime.Trimmed(info.NotBeforeUtc));
        writer.WriteString("notAfterUtc", WireTime.Trimmed(info.NotAfterUtc));
        writer.WriteString("serialNumber", info.SerialNumber);
        writer.WriteNumber("version", info.Version);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
