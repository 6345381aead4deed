using System.Buffers;
using System.Text.Json;
using Muster.Api.Json;
using Muster.Core.Allocation;
using Muster.Core.Attestation;
using Muster.Core.Certificates;
using Muster.Core.Enrollments;
using Muster.Core.Errors;
using Muster.Core.Secrets;
using Muster.ServiceApi.Requests;

namespace Muster.ServiceApi.Enrollments;

/// <summary>
/// Reads an enrollment from a request body into what Core understands. Shapes and types are checked here, everything else by
/// Core's rules (service-api S-6).
/// </summary>
internal static class EnrollmentReader
{
    /// <summary>Reads <paramref name="root"/>.</summary>
    /// <param name="root">The body's root object.</param>
    /// <param name="kind">Individual or group; members of the other kind are ignored.</param>
    /// <param name="known">The members that the request's version knows; others are ignored and keep their stored values.</param>
    /// <returns>The definition, or a refusal that names the member.</returns>
    public static Result<EnrollmentDefinition> Read(JsonElement root, EnrollmentKind kind, EnrollmentMembers known)
    {
        var problem = new BodyProblem();
        var members = JsonMembers.OfRoot(root, problem);
        var isIndividual = kind == EnrollmentKind.Individual;
        var knowsPlacement = known.HasFlag(EnrollmentMembers.Placement);

        var definition = new EnrollmentDefinition
        {
            KnownMembers = known,
            Id = members.Text(EnrollmentRules.IdMember(kind)),
            DeviceId = isIndividual ? members.Text("deviceId") : null,
            OptionalDeviceInformation = isIndividual && known.HasFlag(EnrollmentMembers.OptionalDeviceInformation)
                ? members.FreeObject("optionalDeviceInformation")
                : null,
            Attestation = members.Object("attestation") is { } attestation ? ReadAttestation(attestation, problem) : null,
            Capabilities = known.HasFlag(EnrollmentMembers.Capabilities) ? ReadCapabilities(members, problem) : null,
            IotHubHostName = members.Text("iotHubHostName"),
            InitialTwin = ReadInitialTwin(members),
            ProvisioningStatus = members.Has("provisioningStatus")
                ? members.Enumeration<ProvisioningStatus>("provisioningStatus")
                : ProvisioningStatus.Enabled,
            ReprovisionPolicy = knowsPlacement && members.Object("reprovisionPolicy") is { } reprovision
                ? new ReprovisionPolicy(reprovision.Flag("updateHubAssignment") ?? true, reprovision.Flag("migrateDeviceData") ?? true)
                : null,
            AllocationPolicy = knowsPlacement ? members.Enumeration<AllocationPolicyKind>("allocationPolicy") : null,
            IotHubs = knowsPlacement ? members.Texts("iotHubs") : null,
            CustomAllocationDefinition = knowsPlacement && members.Object("customAllocationDefinition") is { } webhook
                ? new CustomAllocationDefinition(webhook.Text("webhookUrl") ?? "", webhook.Text("apiVersion") ?? "")
                : null,
            CertificatePolicy = ReadCertificatePolicy(members, known),
        };

        return problem.Refusal is { } refusal ? refusal : definition;
    }

    private static DeviceCapabilities? ReadCapabilities(JsonMembers members, BodyProblem problem)
    {
        if (members.Object("capabilities") is not { } capabilities) return null;
        if (capabilities.Flag("iotEdge") is { } iotEdge) return new DeviceCapabilities(iotEdge);
        problem.Report(capabilities.PathOf("iotEdge"), "it is required.");
        return null;
    }

    private static AttestationDefinition? ReadAttestation(JsonMembers attestation, BodyProblem problem)
    {
        var type = ReadType(attestation, problem);
        var definition = new AttestationDefinition
        {
            Type = type,
            SymmetricKey = attestation.Object("symmetricKey") is { } keys
                ? new SymmetricKeyDefinition(SecretOrNull(keys.Text("primaryKey")), SecretOrNull(keys.Text("secondaryKey")))
                : null,
            Tpm = attestation.Object("tpm") is { } tpm ? new TpmDefinition(tpm.Text("endorsementKey"), tpm.Text("storageRootKey")) : null,
            X509 = attestation.Object("x509") is { } x509 ? ReadX509(x509, problem) : null,
        };
        return definition;

        static Secret? SecretOrNull(string? text) => text is null ? null : new Secret(text);
    }

    private static AttestationType ReadType(JsonMembers attestation, BodyProblem problem)
    {
        if (attestation.Text("type") is not { } text) problem.Report(attestation.PathOf("type"), "it is required.");
        else if (WireEnum.TryParse<AttestationType>(text, out var type)) return type;
        else problem.Report(attestation.PathOf("type"), $"it must be one of: {WireEnum.Allowed<AttestationType>()}.");
        return default;
    }

    private static X509Definition ReadX509(JsonMembers x509, BodyProblem problem) => new()
    {
        ClientCertificates = ReadSlots(x509.Object("clientCertificates"), problem),
        SigningCertificates = ReadSlots(x509.Object("signingCertificates"), problem),
        CaReferences = x509.Object("caReferences") is { } references
            ? new CaReferencesDefinition(references.Text("primary"), references.Text("secondary"))
            : null,
    };

    private static X509SlotsDefinition? ReadSlots(JsonMembers? slots, BodyProblem problem) => slots is null
        ? null
        : new X509SlotsDefinition(ReadSlot(slots.Object("primary"), problem), ReadSlot(slots.Object("secondary"), problem));

    private static X509SlotDefinition? ReadSlot(JsonMembers? slot, BodyProblem problem)
    {
        if (slot is null) return null;
        if (slot.Text("certificate") is { Length: > 0 } text)
        {
            if (CertificateText.TryParse(text, out var certificate, out var flaw)) return new X509SlotDefinition(certificate);
            problem.Report(slot.PathOf("certificate"), "it " + flaw);
            return null;
        }

        var info = slot.Object("info");
        return new X509SlotDefinition(null, info?.Text("sha1Thumbprint"), info?.Text("sha256Thumbprint"));
    }

    // Only what a twin has; names are written as the service writes them.
    private static InitialTwin? ReadInitialTwin(JsonMembers members)
    {
        if (members.Object("initialTwin") is not { } twin) return null;
        var tags = twin.FreeObject("tags");
        var properties = twin.Object("properties");
        var desired = properties?.FreeObject("desired");

        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            WriteMember(writer, "tags", tags);
            if (properties is not null)
            {
                writer.WriteStartObject("properties");
                WriteMember(writer, "desired", desired);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return new InitialTwin(document.RootElement.Clone());

        static void WriteMember(Utf8JsonWriter writer, string name, JsonElement? value)
        {
            if (value is not { } given) return;
            writer.WritePropertyName(name);
            given.WriteTo(writer);
        }
    }

    private static CertificatePolicyDefinition? ReadCertificatePolicy(JsonMembers members, EnrollmentMembers known)
    {
        if (known.HasFlag(EnrollmentMembers.CredentialPolicyName))
            return new CertificatePolicyDefinition { CredentialPolicyName = members.Text("credentialPolicyName") };
        if (known.HasFlag(EnrollmentMembers.CertificatePolicyResourceId))
            return new CertificatePolicyDefinition { CertificatePolicyResourceId = members.Text("certificatePolicyResourceId") };
        return known.HasFlag(EnrollmentMembers.CertificatePolicyNames)
            ? new CertificatePolicyDefinition
            {
                NamespaceName = members.Text("namespaceName"),
                CertificateAuthorityName = members.Text("certificateAuthorityName"),
                CertificatePolicyName = members.Text("certificatePolicyName"),
            }
            : null;
    }
}
