namespace Muster.Core.Registration;

/// <summary>How one device connection that outlives a request ended: every end has its reason, the orderly ones too.</summary>
public sealed record ConnectionEnd
{
    /// <summary>When it ended.</summary>
    public required DateTimeOffset AtUtc { get; init; }

    /// <summary>How long it was open, from the end of its TLS handshake.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary><c>Mqtt</c> or <c>MqttWs</c>.</summary>
    public required string Protocol { get; init; }

    /// <summary>The ID scope as presented; empty when the device told none.</summary>
    public required string IdScope { get; init; }

    /// <summary>The registration ID as presented; empty when the device told none.</summary>
    public required string RegistrationId { get; init; }

    /// <summary>Source address; may be empty.</summary>
    public required string RemoteAddress { get; init; }

    /// <summary>The reason in one word, such as <c>ClientDisconnected</c> or <c>KeepAliveTimeout</c>.</summary>
    public required string Reason { get; init; }

    /// <summary>The reason as a sentence for a technician.</summary>
    public required string Detail { get; init; }
}
