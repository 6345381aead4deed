using System.Collections.Immutable;

namespace Muster.EmbeddedHub.Hubs;

/// <summary>One embedded hub: its host name and access policies. Keys never print.</summary>
public sealed record EmbeddedHubDescription
{
    /// <summary>The host name in lower case, without port. It is the hub's key in the store.</summary>
    public required string HostName { get; init; }

    /// <summary>The shared access policies.</summary>
    public required ImmutableArray<HubAccessPolicy> Policies { get; init; }

    /// <summary>When the hub was made, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>
    /// A hub with the default policies of iot-hub 2.2 (<c>iothubowner</c>, <c>service</c>, <c>device</c>, <c>registryRead</c>,
    /// <c>registryReadWrite</c>) and random keys.
    /// </summary>
    /// <param name="hostName">A plain host name or address, without scheme and port.</param>
    /// <param name="clock">Gives the time of creation.</param>
    /// <exception cref="ArgumentException">The host name is empty or has a scheme, port or path.</exception>
    public static EmbeddedHubDescription CreateNew(string hostName, TimeProvider clock)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(hostName);
        if (Uri.CheckHostName(hostName) == UriHostNameType.Unknown)
            throw new ArgumentException($"'{hostName}' is not a host name.", nameof(hostName));

        return new()
        {
            HostName = hostName.ToLowerInvariant(),
            CreatedAt = clock.GetUtcNow(),
            Policies =
            [
                HubAccessPolicy.CreateNew("iothubowner", HubRights.RegistryWrite | HubRights.ServiceConnect | HubRights.DeviceConnect),
                HubAccessPolicy.CreateNew("service", HubRights.ServiceConnect),
                HubAccessPolicy.CreateNew("device", HubRights.DeviceConnect),
                HubAccessPolicy.CreateNew("registryRead", HubRights.RegistryRead),
                HubAccessPolicy.CreateNew("registryReadWrite", HubRights.RegistryWrite),
            ],
        };
    }

    /// <summary>The policy of this name (names differ by case), or null.</summary>
    public HubAccessPolicy? FindPolicy(string name)
    {
        foreach (var policy in Policies)
        {
            if (policy.Name.Equals(name, StringComparison.Ordinal)) return policy;
        }

        return null;
    }

    /// <summary>The connection string of a policy, with its primary key; a secret.</summary>
    /// <exception cref="ArgumentException">The hub has no such policy.</exception>
    public string ConnectionString(string policyName)
    {
        var policy = FindPolicy(policyName)
            ?? throw new ArgumentException($"The hub '{HostName}' has no policy '{policyName}'.", nameof(policyName));
        return $"HostName={HostName};SharedAccessKeyName={policy.Name};SharedAccessKey={policy.PrimaryKey}";
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"EmbeddedHubDescription {{ HostName = {HostName}, Policies = {Policies.Length} }}";
}
