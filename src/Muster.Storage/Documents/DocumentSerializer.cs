using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Muster.Core.Allocation;
using Muster.Core.Attestation;
using Muster.Core.Enrollments;
using Muster.Core.Hubs;
using Muster.Core.Instances;
using Muster.Core.Registration;
using Muster.Storage.Secrets;

namespace Muster.Storage.Documents;

/// <summary>Turns domain records into stored documents and back: camel case, nulls left out, enumerations as text, secrets encrypted.</summary>
internal sealed class DocumentSerializer
{
    // Twins may nest as deep as a request body can; a stored one stands a few levels deeper.
    private const int MaxDepth = 512;

    public DocumentSerializer(SecretProtector protector)
    {
        var context = new StoreJson(new JsonSerializerOptions
        {
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
                CamelCase<AttestationType>(),
                CamelCase<EnrollmentKind>(),
                CamelCase<ProvisioningStatus>(),
                CamelCase<RegistrationStatus>(),
                CamelCase<RegistrationSubstatus>(),
                CamelCase<X509CertificateUse>(),
            },
        });
        Instance = context.ProvisioningInstance;
        Enrollment = context.Enrollment;
        Registration = context.RegistrationRecord;
        LinkedHub = context.LinkedHub;
        AttemptTrace = context.AttemptTrace;
    }

    public JsonTypeInfo<ProvisioningInstance> Instance { get; }

    public JsonTypeInfo<Enrollment> Enrollment { get; }

    public JsonTypeInfo<RegistrationRecord> Registration { get; }

    public JsonTypeInfo<LinkedHub> LinkedHub { get; }

    public JsonTypeInfo<AttemptTrace> AttemptTrace { get; }

    private static JsonStringEnumConverter<T> CamelCase<T>()
        where T : struct, Enum => new(JsonNamingPolicy.CamelCase, allowIntegerValues: false);
}
