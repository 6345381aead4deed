using System.Text.Json;
using Muster.Core.Attestation;
using Muster.Core.Enrollments;
using Muster.Core.Hubs;
using Muster.Core.Registration;

namespace Muster.Core.Allocation;

/// <summary>The question put to an allocation policy.</summary>
public sealed record AllocationRequest
{
    /// <summary>Which device.</summary>
    public required string RegistrationId { get; init; }

    /// <summary>Through which enrollment.</summary>
    public required Enrollment Enrollment { get; init; }

    /// <summary>The hubs to choose from: linked, and open to assignments. Never empty when a policy is asked.</summary>
    public required IReadOnlyList<LinkedHub> Candidates { get; init; }

    /// <summary>The device's payload, or null.</summary>
    public JsonElement? Payload { get; init; }

    /// <summary>Where the device stands by its last good assignment, or null.</summary>
    public HubAssignment? Current { get; init; }

    /// <summary>Whether it stays there whatever a policy says; only a webhook is still asked, for its payload (behaviour B-9.4).</summary>
    public bool KeepsHub { get; init; }

    /// <summary>The device's source address; null or empty when unknown.</summary>
    public string? RemoteAddress { get; init; }

    /// <summary>What the device presented; null for an operation that is taken up after a restart.</summary>
    public AttestationEvidence? Evidence { get; init; }

    /// <summary>Takes notes of what the policy does, or null.</summary>
    public AttemptTraceBuilder? Trace { get; init; }
}
