using Muster.Core.Instances;

namespace Muster.Core.Quotas;

/// <summary>
/// Which instances have quotas in the server's configuration. There the configuration decides, and nobody changes them elsewhere.
/// </summary>
/// <param name="instances">Names of those instances.</param>
public sealed class ConfiguredQuotas(IEnumerable<string> instances)
{
    private readonly HashSet<string> _instances = new(instances, StringComparer.OrdinalIgnoreCase);

    /// <summary>The key of the configuration that sets the quotas of an instance; null where none does.</summary>
    public string? KeyOf(string instance) =>
        !_instances.Contains(instance) ? null
        : instance.Equals(InstanceDirectory.DefaultName, StringComparison.OrdinalIgnoreCase) ? "Quotas"
        : $"Quotas:Instances:{instance}";
}
