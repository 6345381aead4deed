using Muster.Core.Attestation;
using Muster.Core.Enrollments;

namespace Muster.Core.Registration;

/// <summary>Why a device was admitted or refused. The device sees only what the original would say; the operator sees this.</summary>
public sealed record AttemptTrace
{
    /// <summary>Equals the tracking ID that the device was given on a refusal.</summary>
    public required Guid TrackingId { get; init; }

    /// <summary>The instance; empty when the ID scope is unknown.</summary>
    public required string InstanceName { get; init; }

    /// <summary>When the attempt began.</summary>
    public required DateTimeOffset AtUtc { get; init; }

    /// <summary><c>connect</c>, <c>register</c>, <c>operationStatus</c> or <c>lookup</c>.</summary>
    public required string Operation { get; init; }

    /// <summary>The ID scope as presented.</summary>
    public required string IdScope { get; init; }

    /// <summary>The registration ID as presented, at most 256 characters.</summary>
    public required string RegistrationId { get; init; }

    /// <summary><c>Http</c>, <c>Mqtt</c>, <c>MqttWs</c>, <c>Amqp</c>, <c>AmqpWs</c>.</summary>
    public required string Protocol { get; init; }

    /// <summary>The device's API version.</summary>
    public required string ApiVersion { get; init; }

    /// <summary>User agent or client version; may be empty.</summary>
    public required string Client { get; init; }

    /// <summary>Source address; may be empty.</summary>
    public required string RemoteAddress { get; init; }

    /// <summary>The mechanism presented; null when there was no credential.</summary>
    public AttestationType? Presented { get; init; }

    /// <summary>Kind of the enrollment considered.</summary>
    public EnrollmentKind? EnrollmentKind { get; init; }

    /// <summary>ID of the enrollment considered.</summary>
    public string? EnrollmentId { get; init; }

    /// <summary>Outcome.</summary>
    public required AttemptOutcome Outcome { get; init; }

    /// <summary>Error code told to the device or stored in the record.</summary>
    public int? ErrorCode { get; init; }

    /// <summary>Error text told to the device or stored in the record.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>The hub assigned.</summary>
    public string? HubHostName { get; init; }

    /// <summary>How long the attempt took until the answer.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The steps, in order.</summary>
    public required IReadOnlyList<AttemptCheck> Checks { get; init; }
}
