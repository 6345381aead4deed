using System.Text.Json;
using Muster.Core.Attestation;
using Muster.Core.Instances;

namespace Muster.Core.Registration;

/// <summary>A verified registration that waits to be carried out.</summary>
public sealed record RegistrationWork
{
    /// <summary>The instance.</summary>
    public required ProvisioningInstance Instance { get; init; }

    /// <summary>Enrollment and hub credential.</summary>
    public required AttestationMatch Match { get; init; }

    /// <summary>The record in state assigning; stored only once a device was told to poll.</summary>
    public required RegistrationRecord Assigning { get; init; }

    /// <summary>The tag of the stored record that <see cref="Assigning"/> replaces; null when there is none.</summary>
    public required string? StoredETag { get; init; }

    /// <summary>The device's API version.</summary>
    public required string ApiVersion { get; init; }

    /// <summary>The device's payload, or null.</summary>
    public JsonElement? Payload { get; init; }

    /// <summary>The device's source address; null when unknown.</summary>
    public string? RemoteAddress { get; init; }

    /// <summary>What the device presented; after a restart what is kept of it, or null.</summary>
    public AttestationEvidence? Evidence { get; init; }

    /// <summary>The trace of the attempt that began it.</summary>
    public required AttemptTraceBuilder Trace { get; init; }
}
