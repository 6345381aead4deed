namespace Muster.EmbeddedHub.Identities;

/// <summary>
/// A device's credentials (iot-hub 3.1, 2.4). Which members count depends on <see cref="Type"/>. In a write request, a null or
/// empty key of type <see cref="DeviceAuthenticationType.Sas"/> asks the hub to make one. Keys never print.
/// </summary>
public sealed record DeviceAuthentication
{
    /// <summary>The kind of credentials.</summary>
    public required DeviceAuthenticationType Type { get; init; }

    /// <summary>The primary symmetric key, Base64 of 16 to 64 bytes, kept as written.</summary>
    public string? PrimaryKey { get; init; }

    /// <summary>The secondary symmetric key, Base64 of 16 to 64 bytes, kept as written.</summary>
    public string? SecondaryKey { get; init; }

    /// <summary>Hex digest of the primary certificate: 40 characters for SHA-1, 64 for SHA-256; kept as written.</summary>
    public string? PrimaryThumbprint { get; init; }

    /// <summary>Hex digest of the secondary certificate.</summary>
    public string? SecondaryThumbprint { get; init; }

    /// <inheritdoc/>
    public override string ToString() =>
        $"DeviceAuthentication {{ Type = {Type} }}";
}
