using System.Text.Json;
using Muster.Core.Attestation;

namespace Muster.Core.Registration;

/// <summary>The part of a register request that an unfinished operation needs when the process has died meanwhile.</summary>
/// <param name="ApiVersion">The device's API version.</param>
/// <param name="Payload">The device's payload for custom allocation.</param>
/// <param name="LeafSha256">
/// SHA-256 thumbprint of the certificate with which the device proved itself, upper-case hex; null for other mechanisms. The hub
/// identity is made with it, and only the device could tell it again.
/// </param>
public sealed record PendingRegistration(string ApiVersion, JsonElement? Payload, string? LeafSha256 = null)
{
    /// <summary>DER of the device's certificate, which a webhook is told (iot-hub 5.5); null for other mechanisms.</summary>
    public ReadOnlyMemory<byte>? Certificate { get; init; }

    /// <summary>Base64 of the TPM's endorsement key; null for other mechanisms.</summary>
    public string? EndorsementKey { get; init; }

    /// <summary>Base64 of the TPM's storage root key; null for other mechanisms.</summary>
    public string? StorageRootKey { get; init; }

    /// <summary>The device's source address, for lowest latency; null when unknown.</summary>
    public string? RemoteAddress { get; init; }

    /// <summary>What a request's evidence leaves behind for a resumed operation.</summary>
    public PendingRegistration With(AttestationEvidence? evidence) => evidence switch
    {
        X509Evidence x509 => this with { Certificate = x509.Leaf },
        TpmEvidence tpm => this with { EndorsementKey = tpm.EndorsementKey, StorageRootKey = tpm.StorageRootKey },
        _ => this,
    };

    /// <summary>What the device had presented, as far as it is kept: nothing that proves anything.</summary>
    public AttestationEvidence? Presented() => this switch
    {
        { Certificate: { } leaf } => new X509Evidence(leaf, []),
        { EndorsementKey: { } endorsement, StorageRootKey: { } root } => new TpmEvidence(endorsement, root),
        _ => null,
    };
}
