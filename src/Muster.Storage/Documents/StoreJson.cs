using System.Text.Json.Serialization;
using Muster.Core.Audit;
using Muster.Core.Certificates;
using Muster.Core.Enrollments;
using Muster.Core.Hubs;
using Muster.Core.Instances;
using Muster.Core.Registration;

namespace Muster.Storage.Documents;

/// <summary>
/// Serialisers of the stored documents. A member that is absent reads as the type's default, not as the record's initial value,
/// so a member that is added later must mean by its default what documents without it mean.
/// </summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ProvisioningInstance))]
[JsonSerializable(typeof(Enrollment))]
[JsonSerializable(typeof(RegistrationRecord))]
[JsonSerializable(typeof(LinkedHub))]
[JsonSerializable(typeof(CaCertificate))]
[JsonSerializable(typeof(HubCleanup))]
[JsonSerializable(typeof(AttemptTrace))]
[JsonSerializable(typeof(AuditEntry))]
internal sealed partial class StoreJson : JsonSerializerContext;
