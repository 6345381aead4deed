using System.Text.Json;
using System.Text.Json.Serialization;
using Muster.Core.Attestation;
using Muster.Core.Enrollments;

namespace Muster.Core.Registration;

/// <summary>
/// What is known of one registration ID: created by registering only, never updated by operators; it outlives a deleted group
/// (behaviour B-11).
/// </summary>
public sealed record RegistrationRecord
{
    /// <summary>The instance.</summary>
    public required string InstanceName { get; init; }

    /// <summary>As the device first presented it; compared without case.</summary>
    public required string RegistrationId { get; init; }

    /// <summary>Kind of the enrollment it was made through.</summary>
    public required EnrollmentKind EnrollmentKind { get; init; }

    /// <summary>ID of that enrollment; it may no longer exist.</summary>
    public required string EnrollmentId { get; init; }

    /// <summary>The mechanism the device used.</summary>
    public required AttestationType AttestationType { get; init; }

    /// <summary>Present state.</summary>
    public required RegistrationStatus Status { get; init; }

    /// <summary>Set when assigned.</summary>
    public RegistrationSubstatus? Substatus { get; init; }

    /// <summary>The last good assignment. Shown while assigned or assigning; kept through failed and disabled so that re-provisioning still applies.</summary>
    public HubAssignment? Assignment { get; init; }

    /// <summary>Set when failed.</summary>
    public int? ErrorCode { get; init; }

    /// <summary>Set when failed.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>Reset by each registration, as the original does (behaviour B-8.1).</summary>
    public required DateTimeOffset CreatedUtc { get; init; }

    /// <summary>The very first registration.</summary>
    public required DateTimeOffset FirstRegisteredUtc { get; init; }

    /// <summary>Moves on every write.</summary>
    public required DateTimeOffset LastUpdatedUtc { get; init; }

    /// <summary>Changes on every write.</summary>
    public required string ETag { get; init; }

    /// <summary>Only in the copy that answers a device with a TPM: its hub key, wrapped. Never stored, never shown to operators.</summary>
    [JsonIgnore]
    public ReadOnlyMemory<byte>? TpmAuthenticationKey { get; init; }

    /// <summary>What custom allocation returned for the device.</summary>
    public JsonElement? Payload { get; init; }

    /// <summary>The latest operation; empty for an answer that has none (disabled).</summary>
    public string OperationId { get; init; } = "";

    /// <summary>Until when the operation can be polled.</summary>
    public DateTimeOffset? OperationExpiresUtc { get; init; }

    /// <summary>What is needed to resume the operation after a restart; set only while assigning.</summary>
    public PendingRegistration? Pending { get; init; }

    /// <summary>
    /// A move that has begun: the device may stand in two hubs, and <see cref="Assignment"/> is where it belongs. Kept until a
    /// registration ends well.
    /// </summary>
    public PendingMove? PendingMove { get; init; }
}
