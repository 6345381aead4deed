using Muster.EmbeddedHub.Identities;
using Muster.EmbeddedHub.Twins;

namespace Muster.EmbeddedHub.Storage;

/// <summary>What a hub knows of one device: identity and twin, stored as one document and written as one.</summary>
public sealed record HubDevice
{
    private readonly IReadOnlyList<ModuleIdentity>? _modules;

    /// <summary>Who the device is (iot-hub 3.1).</summary>
    public required DeviceIdentity Identity { get; init; }

    /// <summary>Its tags and properties (iot-hub 3.2).</summary>
    public required DeviceTwin Twin { get; init; }

    /// <summary>Its modules, by id; documents that were stored without this member have none.</summary>
    public IReadOnlyList<ModuleIdentity> Modules
    {
        get => _modules ?? [];
        init => _modules = value is { Count: > 0 } ? value : null;
    }

    /// <summary>
    /// Grows by one with every write. A new device starts at its generation's number of ticks, so that a deleted and
    /// recreated device never passes for the one a writer has read before.
    /// </summary>
    public required long Revision { get; init; }

    /// <summary>The module of this id, or null.</summary>
    public ModuleIdentity? FindModule(string moduleId) => Modules.FirstOrDefault(module => module.ModuleId == moduleId);

    /// <summary>The device with a module added or replaced.</summary>
    internal HubDevice WithModule(ModuleIdentity module) => this with
    {
        Modules = [.. Modules.Where(other => other.ModuleId != module.ModuleId).Append(module)
            .OrderBy(other => other.ModuleId, StringComparer.Ordinal)],
    };
}
