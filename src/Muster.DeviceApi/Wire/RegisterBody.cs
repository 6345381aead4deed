using System.Text.Json;
using Muster.Api.Requests;
using Muster.Core.Attestation;
using Muster.Core.Errors;

namespace Muster.DeviceApi.Wire;

/// <summary>
/// The body of a register request (device-protocols 1.4). Clients send anything from nothing to indented JSON with nulls; unknown
/// members are ignored and null means absent.
/// </summary>
public sealed record RegisterBody
{
    /// <summary>Nothing was sent.</summary>
    public static RegisterBody Empty { get; } = new();

    /// <summary>The repeated registration ID, or null.</summary>
    public string? RegistrationId { get; private init; }

    /// <summary>The TPM's public keys, or null.</summary>
    public TpmEvidence? Tpm { get; private init; }

    /// <summary>The payload for custom allocation, any JSON value, forwarded unchanged; null when absent.</summary>
    public JsonElement? Payload { get; private init; }

    /// <summary>The certificate signing request, or null.</summary>
    public string? CertificateRequest { get; private init; }

    /// <summary>Reads a body; an empty one is <see cref="Empty"/>.</summary>
    public static Result<RegisterBody> Parse(ReadOnlyMemory<byte> body)
    {
        if (IsBlank(body.Span)) return Empty;
        if (!RequestBody.ParseJson(body).Try(out var document, out var malformed)) return malformed;
        using (document)
        {
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object) return Refusals.MalformedBody("The request body must be a JSON object.");

            if (!ReadText(root, "registrationId").Try(out var registrationId, out var refusal)) return refusal;
            if (!ReadText(root, "csr").Try(out var csr, out refusal)) return refusal;
            if (!ReadTpm(root).Try(out var tpm, out refusal)) return refusal;
            return new RegisterBody
            {
                RegistrationId = registrationId.Value,
                CertificateRequest = csr.Value,
                Tpm = tpm.Value,
                Payload = Member(root, "payload")?.Clone(),
            };
        }
    }

    private static Result<Optional<TpmEvidence>> ReadTpm(JsonElement root)
    {
        if (Member(root, "tpm") is not { } tpm) return new Optional<TpmEvidence>(null);
        if (tpm.ValueKind != JsonValueKind.Object) return Refusals.InvalidMember("tpm", "it must be an object.");
        if (!ReadText(tpm, "endorsementKey", "tpm.").Try(out var endorsementKey, out var refusal)) return refusal;
        if (!ReadText(tpm, "storageRootKey", "tpm.").Try(out var storageRootKey, out refusal)) return refusal;
        if (endorsementKey.Value is null) return Refusals.InvalidMember("tpm.endorsementKey", "it is required.");
        return new Optional<TpmEvidence>(new TpmEvidence(endorsementKey.Value, storageRootKey.Value ?? ""));
    }

    private static Result<Optional<string>> ReadText(JsonElement parent, string name, string path = "") => Member(parent, name) switch
    {
        null => new Optional<string>(null),
        { ValueKind: JsonValueKind.String } text => new Optional<string>(text.GetString()),
        _ => Refusals.InvalidMember(path + name, "it must be a text."),
    };

    private static JsonElement? Member(JsonElement parent, string name)
    {
        JsonElement? found = null;
        foreach (var member in parent.EnumerateObject())
        {
            if (member.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) found = member.Value;
        }

        return found is { ValueKind: JsonValueKind.Null } ? null : found;
    }

    private static bool IsBlank(ReadOnlySpan<byte> body) => body.IndexOfAnyExcept(" \t\r\n"u8) < 0;

    private sealed record Optional<T>(T? Value)
        where T : class;
}
