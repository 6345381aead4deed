namespace Muster.EmbeddedHub.Identities;

/// <summary>A module's entry under its device (iot-hub 3.1).</summary>
public sealed record ModuleIdentity
{
    /// <summary>The module every edge device has for its agent.</summary>
    public const string EdgeAgent = "$edgeAgent";

    /// <summary>The module every edge device has for its local hub.</summary>
    public const string EdgeHub = "$edgeHub";

    /// <summary>The id, with the rules of device ids; compares by case.</summary>
    public required string ModuleId { get; init; }

    /// <summary>Changes when a module is deleted and made again.</summary>
    public required string GenerationId { get; init; }

    /// <summary>Changes with every write, without quotes.</summary>
    public required string ETag { get; init; }

    /// <summary>Who manages it, for example <c>IotEdge</c>; null when nobody does.</summary>
    public string? ManagedBy { get; init; }

    /// <summary>The credentials.</summary>
    public required DeviceAuthentication Authentication { get; init; }

    /// <summary>Whether it is one of the two modules that the hub makes and keeps.</summary>
    public bool IsEdgeRuntime => ModuleId is EdgeAgent or EdgeHub;
}
