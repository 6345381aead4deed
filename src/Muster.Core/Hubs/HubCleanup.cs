namespace Muster.Core.Hubs;

/// <summary>
/// An identity that a moved device left behind and that still has to be deleted (behaviour B-10.2, iot-hub 4.4). It is stored in the
/// same commit as the device's new assignment, so none is forgotten.
/// </summary>
public sealed record HubCleanup
{
    /// <summary>The instance.</summary>
    public required string InstanceName { get; init; }

    /// <summary>The hub that holds the identity.</summary>
    public required string HubHostName { get; init; }

    /// <summary>The identity, case-sensitive.</summary>
    public required string DeviceId { get; init; }

    /// <summary>The registration that moved away.</summary>
    public required string RegistrationId { get; init; }

    /// <summary>When it was left behind.</summary>
    public required DateTimeOffset CreatedUtc { get; init; }

    /// <summary>Failed attempts so far.</summary>
    public int Attempts { get; init; }

    /// <summary>When it is tried next.</summary>
    public required DateTimeOffset NextAttemptUtc { get; init; }

    /// <summary>Why the latest attempt failed, for the operator; null before the first.</summary>
    public string? Problem { get; init; }
}
