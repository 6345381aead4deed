using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Muster.Core.Allocation;
using Muster.Core.Attestation;
using Muster.Core.Audit;
using Muster.Core.Certificates;
using Muster.Core.Enrollments;
using Muster.Core.Hubs;
using Muster.Core.Instances;
using Muster.Core.Networking;
using Muster.Core.Registration;
using Muster.Storage.Secrets;

namespace Muster.Storage.Documents;

/// <summary>
/// Turns domain records into stored documents and back: camel case, nulls left out, enumerations as text, secrets encrypted.
/// </summary>
internal sealed class DocumentSerializer
{
    // Twins may nest as deep as a request body can; a stored one stands a few levels deeper.
    private const int MaxDepth = 512;

    public DocumentSerializer(SecretProtector protector)
    {
        var options = new JsonSerializerOptions
        {
            TypeInfoResolver = StoreJson.Default.WithAddedModifier(LeaveOutComputed),
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            // Documents are never part of a page; the default would write every '+' of Base64 in six characters.
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            MaxDepth = MaxDepth,
            Converters =
            {
                new SecretConverter(protector),
                CamelCase<AccessRights>(),
                CamelCase<AllocationPolicyKind>(),
                CamelCase<AttemptOutcome>(),
                CamelCase<AuditAction>(),
                CamelCase<AuditCallerKind>(),
                CamelCase<AuditEntity>(),
                CamelCase<AttestationType>(),
                CamelCase<EnrollmentKind>(),
                CamelCase<IpFilterAction>(),
                CamelCase<IpFilterTarget>(),
                CamelCase<HubAuthenticationType>(),
                CamelCase<ProvisioningStatus>(),
                CamelCase<PrivateEndpointStatus>(),
                CamelCase<PublicNetworkAccess>(),
                CamelCase<RegistrationStatus>(),
                CamelCase<RegistrationSubstatus>(),
                CamelCase<X509CertificateUse>(),
            },
        };
        Instance = TypeInfo<ProvisioningInstance>(options);
        Enrollment = TypeInfo<Enrollment>(options);
        Registration = TypeInfo<RegistrationRecord>(options);
        LinkedHub = TypeInfo<LinkedHub>(options);
        CaCertificate = TypeInfo<CaCertificate>(options);
        HubCleanup = TypeInfo<HubCleanup>(options);
        AttemptTrace = TypeInfo<AttemptTrace>(options);
        AuditEntry = TypeInfo<AuditEntry>(options);
    }

    public JsonTypeInfo<ProvisioningInstance> Instance { get; }

    public JsonTypeInfo<Enrollment> Enrollment { get; }

    public JsonTypeInfo<RegistrationRecord> Registration { get; }

    public JsonTypeInfo<LinkedHub> LinkedHub { get; }

    public JsonTypeInfo<CaCertificate> CaCertificate { get; }
    public JsonTypeInfo<HubCleanup> HubCleanup { get; }

    public JsonTypeInfo<AttemptTrace> AttemptTrace { get; }

    public JsonTypeInfo<AuditEntry> AuditEntry { get; }

    private static JsonTypeInfo<T> TypeInfo<T>(JsonSerializerOptions options) => (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));

    /// <summary>Members that cannot be set follow from others and are no part of the document.</summary>
    private static void LeaveOutComputed(JsonTypeInfo type)
    {
        for (var i = type.Properties.Count - 1; i >= 0; i--)
        {
            if (type.Properties[i] is { Set: null, AssociatedParameter: null }) type.Properties.RemoveAt(i);
        }
    }

    private static JsonStringEnumConverter<T> CamelCase<T>()
        where T : struct, Enum => new(JsonNamingPolicy.CamelCase, allowIntegerValues: false);
}
