using Muster.Core.Attestation;

namespace Muster.Core.Registration;

/// <summary>Who asks, over what, and with which proof: the part of a request that every protocol and operation has.</summary>
public sealed record DeviceRequest
{
    /// <summary>Operation name of a connection that was judged before any request.</summary>
    public const string Connect = "connect";

    /// <summary>Operation name of a register.</summary>
    public const string Register = "register";

    /// <summary>Operation name of a poll.</summary>
    public const string OperationStatus = "operationStatus";

    /// <summary>Operation name of a status lookup.</summary>
    public const string Lookup = "lookup";

    /// <summary>ID scope as presented.</summary>
    public required string IdScope { get; init; }

    /// <summary>Registration ID as presented, percent-decoded once.</summary>
    public required string RegistrationId { get; init; }

    /// <summary>One of the constants.</summary>
    public required string Operation { get; init; }

    /// <summary>Whether a refusal of it is a registration that failed: polls and lookups are none, a refused connection would have been one.</summary>
    public bool IsRegistration => Operation is Register or Connect;

    /// <summary>Known API version.</summary>
    public required string ApiVersion { get; init; }

    /// <summary><c>Http</c>, <c>Mqtt</c>, <c>MqttWs</c>, <c>Amqp</c>, <c>AmqpWs</c>.</summary>
    public required string Protocol { get; init; }

    /// <summary>User agent or client version; may be empty.</summary>
    public string Client { get; init; } = "";

    /// <summary>Source address; may be empty.</summary>
    public string RemoteAddress { get; init; } = "";

    /// <summary>The address of this machine that the request arrived at; may be empty.</summary>
    public string LocalAddress { get; init; } = "";

    /// <summary>Given to the device on a refusal, and the trace's key.</summary>
    public required Guid TrackingId { get; init; }

    /// <summary>The proof, or null when there was none.</summary>
    public AttestationEvidence? Evidence { get; init; }

    /// <summary>Why a credential that was sent could not be read, for the trace; null when it could, or none was sent.</summary>
    public string? EvidenceProblem { get; init; }
}
