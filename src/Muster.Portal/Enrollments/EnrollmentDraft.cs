using System.Text.Json;
using Muster.Core.Allocation;
using Muster.Core.Attestation;
using Muster.Core.Certificates;
using Muster.Core.Enrollments;
using Muster.Core.Hubs;
using Muster.Core.Secrets;
using Muster.Portal.Frame;

namespace Muster.Portal.Enrollments;

/// <summary>
/// What a person has entered into the enrollment form so far. Both layouts edit the same draft. It turns into the definition that Core
/// checks; every rule is Core's, and what Core says is shown beside the field that it names.
/// </summary>
public sealed class EnrollmentDraft
{
    /// <summary>An empty JSON object, indented.</summary>
    public const string EmptyObject = "{}";

    private const string Twin = "initialTwin";
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = FreeJson.MaxDepth + 8 };

    /// <summary>Individual or group.</summary>
    public required EnrollmentKind Kind { get; init; }

    /// <summary>Registration ID or group name.</summary>
    public string Id { get; set; } = "";

    /// <summary>The mechanism.</summary>
    public MechanismChoice Mechanism { get; set; }

    /// <summary>Whether the service makes the keys.</summary>
    public bool GenerateKeys { get; set; } = true;

    /// <summary>The person's own primary key.</summary>
    public string PrimaryKey { get; set; } = "";

    /// <summary>The person's own secondary key.</summary>
    public string SecondaryKey { get; set; } = "";

    /// <summary>The certificate in the primary slot.</summary>
    public EnrolledCertificate? PrimaryCertificate { get; set; }

    /// <summary>The certificate in the secondary slot.</summary>
    public EnrolledCertificate? SecondaryCertificate { get; set; }

    /// <summary>Name of the CA certificate in the primary slot.</summary>
    public string? PrimaryCa { get; set; }

    /// <summary>Name of the CA certificate in the secondary slot.</summary>
    public string? SecondaryCa { get; set; }

    /// <summary>The TPM's endorsement key, Base64.</summary>
    public string EndorsementKey { get; set; } = "";

    /// <summary>Whether devices may register.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>What later registrations do.</summary>
    public ReprovisionChoice Reprovision { get; set; }

    /// <summary>Host names of the ticked hubs; none means every linked hub.</summary>
    public HashSet<string> Hubs { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The policy; null follows the instance's default.</summary>
    public AllocationPolicyKind? Allocation { get; set; }

    /// <summary>The webhook of custom allocation.</summary>
    public string WebhookUrl { get; set; } = "";

    /// <summary>Its API version.</summary>
    public string WebhookApiVersion { get; set; } = "2021-10-01";

    /// <summary>Whether the device is an IoT Edge device.</summary>
    public bool IotEdge { get; set; }

    /// <summary>The wanted hub identity name; empty means the registration ID.</summary>
    public string DeviceId { get; set; } = "";

    /// <summary>Device tags, JSON.</summary>
    public string Tags { get; set; } = EmptyObject;

    /// <summary>Desired properties, JSON.</summary>
    public string Desired { get; set; } = EmptyObject;

    /// <summary>Free JSON about the device; empty means none.</summary>
    public string DeviceInformation { get; set; } = "";

    /// <summary>The draft that shows a stored enrollment.</summary>
    public static EnrollmentDraft From(Enrollment read)
    {
        var draft = new EnrollmentDraft
        {
            Kind = read.Kind,
            Id = read.Id,
            Enabled = read.IsEnabled,
            Allocation = read.AllocationPolicy,
            WebhookUrl = read.CustomAllocationDefinition?.WebhookUrl ?? "",
            WebhookApiVersion = read.CustomAllocationDefinition?.ApiVersion ?? "2021-10-01",
            IotEdge = read.Capabilities?.IotEdge ?? false,
            DeviceId = (read as IndividualEnrollment)?.DeviceId ?? "",
            Tags = Text(read.InitialTwin?.Tags()) ?? EmptyObject,
            Desired = Text(read.InitialTwin?.Desired()) ?? EmptyObject,
            DeviceInformation = Text((read as IndividualEnrollment)?.OptionalDeviceInformation) ?? "",
            Reprovision = read.ReprovisionPolicy switch
            {
                { UpdateHubAssignment: true, MigrateDeviceData: false } => ReprovisionChoice.Reset,
                { UpdateHubAssignment: false } => ReprovisionChoice.Never,
                _ => ReprovisionChoice.Migrate,
            },
        };
        foreach (var hub in read.IotHubs ?? (read.IotHubHostName is { } single ? [single] : [])) draft.Hubs.Add(hub);
        switch (read.Attestation)
        {
            case SymmetricKeyAttestation: draft.Mechanism = MechanismChoice.SymmetricKey; break;
            case TpmAttestation tpm:
                draft.Mechanism = MechanismChoice.Tpm;
                draft.EndorsementKey = tpm.EndorsementKey;
                break;
            case X509CaReferenceAttestation ca:
                draft.Mechanism = MechanismChoice.UploadedCertificates;
                (draft.PrimaryCa, draft.SecondaryCa) = (ca.Primary, ca.Secondary);
                break;
            case X509CertificateAttestation x509:
                draft.Mechanism = x509.Use == X509CertificateUse.Client ? MechanismChoice.ClientCertificates : MechanismChoice.IntermediateCertificates;
                (draft.PrimaryCertificate, draft.SecondaryCertificate) = (x509.Primary, x509.Secondary);
                break;
        }

        return draft;
    }

    /// <summary>A text that differs exactly when something that can be saved differs.</summary>
    public string Fingerprint() => string.Join('\n', Kind, Id, Mechanism, GenerateKeys, PrimaryKey, SecondaryKey, PrimaryCertificate?.Der,
        SecondaryCertificate?.Der, PrimaryCa, SecondaryCa, EndorsementKey, Enabled, Reprovision,
        string.Join(',', Hubs.Order(StringComparer.OrdinalIgnoreCase)), Allocation, WebhookUrl, WebhookApiVersion, IotEdge, DeviceId, Tags, Desired,
        DeviceInformation);

    /// <summary>The two twin boxes as the one box of the single-page layout.</summary>
    public string TwinText
    {
        get => $$"""{ "tags": {{Tags}}, "properties": { "desired": {{Desired}} } }""";
        set
        {
            try
            {
                using var json = JsonDocument.Parse(value, Strict);
                var twin = new InitialTwin(json.RootElement);
                Tags = Text(twin.Tags()) ?? EmptyObject;
                Desired = Text(twin.Desired()) ?? EmptyObject;
                TwinProblem = json.RootElement.ValueKind == JsonValueKind.Object ? null : "It must be a JSON object with \"tags\" and \"properties\".";
            }
            catch (JsonException problem)
            {
                TwinProblem = Describe(problem);
            }
        }
    }

    /// <summary>What is wrong with the text last given to <see cref="TwinText"/>; null when it is sound.</summary>
    public string? TwinProblem { get; private set; }

    /// <summary>Turns the draft into a definition, and tells everything that is wrong with it, each by the member that Core names.</summary>
    /// <param name="linked">The linked hubs.</param>
    /// <param name="checkCredentials">Whether credentials are part of the form; they are not when an enrollment is edited.</param>
    /// <param name="allowsHttpWebhooks">Whether webhooks may be plain http.</param>
    public (EnrollmentDefinition Definition, IReadOnlyList<FieldError> Errors) Check(
        IReadOnlyList<LinkedHub> linked, bool checkCredentials, bool allowsHttpWebhooks = false)
    {
        var errors = new List<FieldError>();
        var tags = Object(Tags, Twin + ".tags", errors);
        var desired = Object(Desired, Twin + ".properties.desired", errors);
        if (TwinProblem is not null) errors.Add(new(Twin, TwinProblem));
        var information = Kind == EnrollmentKind.Individual && DeviceInformation.Trim().Length > 0
            ? Object(DeviceInformation, "optionalDeviceInformation", errors)
            : null;
        var definition = new EnrollmentDefinition
        {
            Id = Id,
            Attestation = AttestationOf(),
            ProvisioningStatus = Enabled ? ProvisioningStatus.Enabled : ProvisioningStatus.Disabled,
            Capabilities = new DeviceCapabilities(IotEdge),
            IotHubs = Hubs.Count > 0 ? [.. Hubs.Order(StringComparer.OrdinalIgnoreCase)] : null,
            AllocationPolicy = Allocation,
            CustomAllocationDefinition = Allocation == AllocationPolicyKind.Custom ? new CustomAllocationDefinition(WebhookUrl.Trim(), WebhookApiVersion.Trim()) : null,
            InitialTwin = TwinOf(tags, desired),
            ReprovisionPolicy = Reprovision switch
            {
                ReprovisionChoice.Migrate => new ReprovisionPolicy(UpdateHubAssignment: true, MigrateDeviceData: true),
                ReprovisionChoice.Reset => new ReprovisionPolicy(UpdateHubAssignment: true, MigrateDeviceData: false),
                _ => new ReprovisionPolicy(UpdateHubAssignment: false, MigrateDeviceData: false),
            },
            DeviceId = Kind == EnrollmentKind.Individual && DeviceId.Trim().Length > 0 ? DeviceId.Trim() : null,
            OptionalDeviceInformation = information,
        };

        if (checkCredentials && Mechanism == MechanismChoice.SymmetricKey && !GenerateKeys)
        {
            if (PrimaryKey.Length == 0) errors.Add(new("attestation.symmetricKey.primaryKey", "Enter a key, or let the service make both."));
            if (SecondaryKey.Length == 0) errors.Add(new("attestation.symmetricKey.secondaryKey", "Enter a key, or let the service make both."));
            if (PrimaryKey.Length > 0 && PrimaryKey == SecondaryKey)
                errors.Add(new("attestation.symmetricKey.secondaryKey", "It must differ from the primary key."));
        }

        if (checkCredentials && Mechanism == MechanismChoice.UploadedCertificates && PrimaryCa is not null && PrimaryCa == SecondaryCa)
            errors.Add(new("attestation.x509.caReferences.secondary", "It must differ from the primary certificate."));
        if (checkCredentials && Mechanism == MechanismChoice.UploadedCertificates && PrimaryCa is null && SecondaryCa is not null)
            errors.Add(new("attestation.x509.caReferences.primary", "Choose the primary certificate too."));
        if (checkCredentials && Mechanism == MechanismChoice.ClientCertificates && PrimaryCertificate is { } first && SecondaryCertificate is { } second
            && CommonName.Of(first) is var name && CommonName.Of(second) is var other && name != other)
        {
            errors.Add(new(
                "attestation.x509.clientCertificates.secondary",
                $"Its common name is '{other}', that of the primary certificate '{name}'. Both stand for one device, so both must have its registration ID."));
        }

        if (Mechanism == MechanismChoice.ClientCertificates && Id.Length > CommonName.MaxLength)
            errors.Add(new("registrationId", $"The certificate's common name has {Id.Length} characters; X.509 allows {CommonName.MaxLength} at most."));
        if (Allocation == AllocationPolicyKind.Static && Hubs.Count != 1)
            errors.Add(new("iotHubs", "Static configuration needs exactly one hub: choose which one to keep."));
        errors.AddRange(AllRefusals(definition, linked, checkCredentials, allowsHttpWebhooks));
        return (definition, errors);
    }

    /// <summary>
    /// Core names the first thing that is wrong. Here that member is made sound and the rules are asked again, so that a person sees
    /// everything at once and still no rule exists twice.
    /// </summary>
    private List<FieldError> AllRefusals(
        EnrollmentDefinition definition, IReadOnlyList<LinkedHub> linked, bool checkCredentials, bool allowsHttpWebhooks)
    {
        var errors = new List<FieldError>();
        var id = Id;
        var sound = new AttestationDefinition { Type = AttestationType.SymmetricKey };
        if (!checkCredentials) definition = definition with { Attestation = sound };
        for (var round = 0; round < 10; round++)
        {
            var refusal = EnrollmentRules.Check(Kind, id, definition, allowsHttpWebhooks) ?? EnrollmentRules.CheckHubsAreLinked(definition, linked);
            if (refusal is null) break;
            var error = FieldError.From(refusal);
            if (error.Field == EnrollmentRules.IdMember(Kind) && id.Length == 0) error = error with { Text = "Enter a name. " + error.Text };
            errors.Add(error);
            if (error.Field == EnrollmentRules.IdMember(Kind))
            {
                id = "sound";
                definition = definition with { Id = id };
            }
            else
            {
                definition = error.Field.Split('.', '[')[0] switch
                {
                    "deviceId" => definition with { DeviceId = null },
                    "attestation" => definition with { Attestation = sound },
                    "optionalDeviceInformation" => definition with { OptionalDeviceInformation = null },
                    Twin => definition with { InitialTwin = null },
                    "customAllocationDefinition" => definition with { CustomAllocationDefinition = null, AllocationPolicy = AllocationPolicyKind.Hashed },
                    _ => definition with { IotHubs = null, IotHubHostName = null },
                };
            }
        }

        return errors;
    }

    private AttestationDefinition AttestationOf() => Mechanism switch
    {
        MechanismChoice.SymmetricKey => new AttestationDefinition
        {
            Type = AttestationType.SymmetricKey,
            SymmetricKey = GenerateKeys ? null : new SymmetricKeyDefinition(new Secret(PrimaryKey.Trim()), new Secret(SecondaryKey.Trim())),
        },
        MechanismChoice.Tpm => new AttestationDefinition { Type = AttestationType.Tpm, Tpm = new TpmDefinition(EndorsementKey.Trim(), StorageRootKey: null) },
        MechanismChoice.UploadedCertificates => new AttestationDefinition
        {
            Type = AttestationType.X509,
            X509 = new X509Definition { CaReferences = new CaReferencesDefinition(PrimaryCa, SecondaryCa) },
        },
        MechanismChoice.ClientCertificates => new AttestationDefinition { Type = AttestationType.X509, X509 = new X509Definition { ClientCertificates = Slots() } },
        _ => new AttestationDefinition { Type = AttestationType.X509, X509 = new X509Definition { SigningCertificates = Slots() } },
    };

    private X509SlotsDefinition Slots() => new(
        PrimaryCertificate is { } primary ? new X509SlotDefinition(primary) : null,
        SecondaryCertificate is { } secondary ? new X509SlotDefinition(secondary) : null);

    private static InitialTwin? TwinOf(JsonElement? tags, JsonElement? desired)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            if (tags is { } given)
            {
                json.WritePropertyName("tags");
                given.WriteTo(json);
            }

            json.WriteStartObject("properties");
            if (desired is { } wanted)
            {
                json.WritePropertyName("desired");
                wanted.WriteTo(json);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        using var document = JsonDocument.Parse(stream.ToArray());
        return new InitialTwin(document.RootElement.Clone());
    }

    private static JsonElement? Object(string text, string field, List<FieldError> errors)
    {
        try
        {
            using var json = JsonDocument.Parse(text.Trim().Length == 0 ? EmptyObject : text, Strict);
            if (json.RootElement.ValueKind == JsonValueKind.Object) return json.RootElement.Clone();
            errors.Add(new(field, "It must be a JSON object, in braces."));
        }
        catch (JsonException problem)
        {
            errors.Add(new(field, Describe(problem)));
        }

        return null;
    }

    private static string Describe(JsonException problem)
    {
        var what = problem.Message.Split(" LineNumber:")[0].TrimEnd('.');
        return $"Line {(problem.LineNumber ?? 0) + 1}, column {(problem.BytePositionInLine ?? 0) + 1}: {what}.";
    }

    private static string? Text(JsonElement? element)
    {
        if (element is not { } given) return null;
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions
        {
            Indented = true,
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        }))
        {
            given.WriteTo(json);
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }
}
