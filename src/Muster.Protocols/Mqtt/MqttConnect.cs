namespace Muster.Protocols.Mqtt;

/// <summary>A CONNECT packet of a supported protocol level.</summary>
public sealed record MqttConnect
{
    /// <summary>Client ID; may be empty.</summary>
    public required string ClientId { get; init; }

    /// <summary>Whether the client wants no earlier session.</summary>
    public bool CleanSession { get; init; }

    /// <summary>Longest silence of the client in seconds; 0 switches the check off.</summary>
    public int KeepAliveSeconds { get; init; }

    /// <summary>The will, or null.</summary>
    public MqttWill? Will { get; init; }

    /// <summary>User name; null when absent.</summary>
    public string? UserName { get; init; }

    /// <summary>Password as sent; null when absent.</summary>
    public ReadOnlyMemory<byte>? Password { get; init; }
}
