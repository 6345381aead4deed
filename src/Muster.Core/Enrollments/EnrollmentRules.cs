using System.Text.Json;
using Muster.Core.Attestation;
using Muster.Core.Attestation.Tpm;
using Muster.Core.Errors;
using Muster.Core.Hubs;
using Muster.Core.Secrets;

namespace Muster.Core.Enrollments;

/// <summary>
/// The rules for what an enrollment may be, as pure functions. Each returns the first refusal, which names the member by its path
/// in the body, or null (service-api S-6, S-7.1; behaviour B-7).
/// </summary>
public static class EnrollmentRules
{
    /// <summary>The text of the refusal for hubs without a policy, word for word the original's (service-api S-4.3).</summary>
    public const string PolicyMissing = "Enrollment allocationPolicy must be specified when iotHubs are specified.";

    /// <summary>Fewest bytes of a symmetric key.</summary>
    public const int MinKeyBytes = 16;

    /// <summary>Most bytes of a symmetric key.</summary>
    public const int MaxKeyBytes = 64;

    /// <summary>Everything that can be told from the definition alone, without the store.</summary>
    /// <param name="kind">Individual or group.</param>
    /// <param name="id">The addressed ID.</param>
    /// <param name="definition">What the caller asks for.</param>
    /// <param name="allowsHttpWebhooks">Whether webhooks may be plain http.</param>
    public static Refusal? Check(
        EnrollmentKind kind, string id, EnrollmentDefinition definition, bool allowsHttpWebhooks = false) =>
        CheckId(kind, id)
        ?? CheckBodyId(kind, id, definition.Id)
        ?? CheckDeviceId(kind, definition.DeviceId)
        ?? CheckAttestation(kind, definition.Attestation)
        ?? CheckDepth("optionalDeviceInformation", definition.OptionalDeviceInformation)
        ?? CheckDepth("initialTwin", definition.InitialTwin?.Document)
        ?? TwinRules.CheckInitialTwin(definition.InitialTwin)
        ?? WebhookRules.Check(definition, allowsHttpWebhooks)
        ?? CheckPolicyPresent(definition);

    /// <summary>Whether <paramref name="id"/> can be the ID of an enrollment of this kind.</summary>
    public static Refusal? CheckId(EnrollmentKind kind, string id) =>
        Identifiers.IsRegistrationId(id) ? null : Refusals.InvalidMember(IdMember(kind), Identifiers.RegistrationIdRule + ".");

    /// <summary>The member that holds the ID: <c>registrationId</c> or <c>enrollmentGroupId</c>.</summary>
    public static string IdMember(EnrollmentKind kind) => kind == EnrollmentKind.Individual ? "registrationId" : "enrollmentGroupId";

    /// <summary>Whether every named hub is linked; host names compare without case (service-api S-6.10).</summary>
    public static Refusal? CheckHubsAreLinked(EnrollmentDefinition definition, IReadOnlyList<LinkedHub> linked)
    {
        if (!string.IsNullOrEmpty(definition.IotHubHostName) && !IsLinked(definition.IotHubHostName))
            return NotLinked("iotHubHostName", definition.IotHubHostName);
        if (!definition.Knows(EnrollmentMembers.Placement) || definition.IotHubs is null) return null;

        for (var i = 0; i < definition.IotHubs.Count; i++)
        {
            if (!IsLinked(definition.IotHubs[i])) return NotLinked($"iotHubs[{i}]", definition.IotHubs[i]);
        }

        return null;

        bool IsLinked(string name) => linked.Any(hub => hub.HostName.Equals(name, StringComparison.OrdinalIgnoreCase));

        static Refusal NotLinked(string path, string name) =>
            Refusals.InvalidMember(path, $"'{(name.Length <= 128 ? name : name[..128])}' is not linked to this provisioning service.");
    }

    private static Refusal? CheckBodyId(EnrollmentKind kind, string id, string? bodyId) =>
        bodyId is null || bodyId.Equals(id, StringComparison.OrdinalIgnoreCase)
            ? null
            : Refusals.InvalidMember(IdMember(kind), "it differs from the ID in the path.");

    private static Refusal? CheckDeviceId(EnrollmentKind kind, string? deviceId) =>
        kind == EnrollmentKind.Group || deviceId is null || Identifiers.IsDeviceId(deviceId)
            ? null
            : Refusals.InvalidMember("deviceId", Identifiers.DeviceIdRule + ".");

    private static Refusal? CheckDepth(string path, JsonElement? document) =>
        document is { } given && FreeJson.DepthOf(given) > FreeJson.MaxDepth
            ? Refusals.InvalidMember(path, $"it nests deeper than {FreeJson.MaxDepth} levels.")
            : null;

    private static Refusal? CheckPolicyPresent(EnrollmentDefinition definition) =>
        definition.Knows(EnrollmentMembers.Placement) && definition.IotHubs is { Count: > 0 } && definition.AllocationPolicy is null
            ? Refusals.InvalidArgument(PolicyMissing)
            : null;

    private static Refusal? CheckAttestation(EnrollmentKind kind, AttestationDefinition? attestation)
    {
        if (attestation is null) return Refusals.InvalidMember("attestation", "it is required.");
        if (kind == EnrollmentKind.Group && attestation.Type == AttestationType.Tpm)
            return Refusals.InvalidMember("attestation.type", "enrollment groups take 'x509' and 'symmetricKey' only.");

        return OfAnotherType(attestation.SymmetricKey, AttestationType.SymmetricKey, "symmetricKey")
            ?? OfAnotherType(attestation.Tpm, AttestationType.Tpm, "tpm")
            ?? OfAnotherType(attestation.X509, AttestationType.X509, "x509")
            ?? attestation.Type switch
            {
                AttestationType.SymmetricKey => CheckKey(attestation.SymmetricKey?.Primary, "primaryKey")
                    ?? CheckKey(attestation.SymmetricKey?.Secondary, "secondaryKey"),
                AttestationType.Tpm => CheckTpm(attestation.Tpm),
                _ => CheckX509(kind, attestation.X509),
            };

        Refusal? OfAnotherType(object? part, AttestationType type, string name) =>
            part is null || attestation.Type == type
                ? null
                : Refusals.InvalidMember("attestation." + name, "it does not belong to the attestation type of this enrollment.");
    }

    private static Refusal? CheckKey(Secret? key, string name)
    {
        var text = key?.Reveal() ?? "";
        if (text.Length == 0) return null;

        Span<byte> bytes = stackalloc byte[MaxKeyBytes + 3];
        return text.Length <= 128
            && Convert.TryFromBase64String(text, bytes, out var written)
            && written is >= MinKeyBytes and <= MaxKeyBytes
            ? null
            : Refusals.InvalidMember(
                "attestation.symmetricKey." + name, $"it must be Base64 of {MinKeyBytes} to {MaxKeyBytes} bytes.");
    }

    private static Refusal? CheckTpm(TpmDefinition? tpm)
    {
        if (string.IsNullOrEmpty(tpm?.EndorsementKey)) return Refusals.InvalidMember("attestation.tpm.endorsementKey", "it is required.");
        return CheckPublicArea(tpm.EndorsementKey, "endorsementKey") ?? CheckPublicArea(tpm.StorageRootKey, "storageRootKey");

        static Refusal? CheckPublicArea(string? text, string name) =>
            string.IsNullOrEmpty(text) || TpmPublicArea.TryParseBase64(text, out _, out var problem)
                ? null
                : Refusals.InvalidMember("attestation.tpm." + name, $"it {problem}");
    }

    private static Refusal? CheckX509(EnrollmentKind kind, X509Definition? x509)
    {
        const string Path = "attestation.x509";
        if (x509 is null) return Refusals.InvalidMember(Path, "it is required.");

        var (own, foreign) = kind == EnrollmentKind.Individual
            ? ("clientCertificates", "signingCertificates")
            : ("signingCertificates", "clientCertificates");
        object?[] sources = [x509.ClientCertificates, x509.SigningCertificates, x509.CaReferences];
        if (sources.Count(source => source is not null) != 1)
            return Refusals.InvalidMember(Path, $"exactly one of '{own}' and 'caReferences' must be given.");

        if (kind == EnrollmentKind.Individual ? x509.SigningCertificates is not null : x509.ClientCertificates is not null)
            return Refusals.InvalidMember($"{Path}.{foreign}", $"use '{own}' or 'caReferences' for this kind of enrollment.");

        if (x509.CaReferences is { } references)
        {
            if (string.IsNullOrEmpty(references.Primary) && string.IsNullOrEmpty(references.Secondary))
                return BothSlotsEmpty($"{Path}.caReferences");
            return CheckReference(references.Primary, "primary") ?? CheckReference(references.Secondary, "secondary");
        }

        var slots = x509.ClientCertificates ?? x509.SigningCertificates;
        return slots is { Primary: null, Secondary: null } ? BothSlotsEmpty($"{Path}.{own}") : null;

        static Refusal BothSlotsEmpty(string path) =>
            Refusals.InvalidMember(path, "at least one of 'primary' and 'secondary' must be given.");

        static Refusal? CheckReference(string? name, string slot) =>
            string.IsNullOrEmpty(name) || Identifiers.IsCaCertificateName(name)
                ? null
                : Refusals.InvalidMember($"{Path}.caReferences.{slot}", "it must be the name of a CA certificate, 1 to 256 characters.");
    }
}
