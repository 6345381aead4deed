namespace Muster.Core.Hubs;

/// <summary>Settings of a link that the original lacks: where the hub is reached, whom to trust, how fast (iot-hub 2.1).</summary>
public sealed record HubConnectorSettings
{
    /// <summary>Host name or IP address to connect to instead of the hub's own; certificates are still checked against the hub's name.</summary>
    public string? Address { get; init; }

    /// <summary>TCP port of HTTPS, 1 to 65535; null means 443.</summary>
    public int? Port { get; init; }

    /// <summary>PEM of one or more root certificates that the hub's certificate may chain to; null means the system's.</summary>
    public string? RootCertificates { get; init; }

    /// <summary>Seconds that one call may take, 1 to 300; null means 10.</summary>
    public int? TimeoutSeconds { get; init; }

    /// <summary>Most calls a second, 0.01 to 100000; null means as many as the hub accepts.</summary>
    public double? CallsPerSecond { get; init; }

    /// <summary>Most registrations written at a time, 1 to 1000; null means the server's default.</summary>
    public int? Concurrency { get; init; }

    /// <summary>The same members under their default.</summary>
    public bool IsEmpty => this == new HubConnectorSettings();
}
