using Muster.Core.Errors;
using Muster.Core.Hubs;
using Muster.Core.Instances;
using Muster.Core.Registration;
using Muster.Core.Secrets;
using Muster.Core.Store;
using Muster.Portal.SignIn;

namespace Muster.Portal.Hubs;

/// <summary>What pages do with linked hubs.</summary>
/// <param name="access">Who works here.</param>
/// <param name="instances">The instances.</param>
/// <param name="hubs">Core's links.</param>
/// <param name="connectors">Core's connectors.</param>
/// <param name="store">Core's store port, for reads.</param>
/// <param name="catalog">The hubs of this server.</param>
public sealed class HubDesk(
    PortalAccess access, InstanceDirectory instances, LinkedHubService hubs, HubConnectors connectors, IProvisioningStore store, IHubCatalog catalog)
{
    /// <summary>The hubs linked to an instance, by host name; none without the right to read.</summary>
    public async Task<IReadOnlyList<LinkedHub>> ListAsync(string instance, CancellationToken cancellationToken) =>
        access.May(PortalRight.Read) ? await store.ListLinkedHubsAsync(instance, cancellationToken) : [];

    /// <summary>The hubs of this server that an instance is not linked to yet.</summary>
    public async Task<IReadOnlyList<CatalogHub>> ListUnlinkedAsync(string instance, CancellationToken cancellationToken)
    {
        var linked = await ListAsync(instance, cancellationToken);
        return [.. catalog.List().Where(hub => !linked.Any(link => link.HostName.Equals(hub.HostName, StringComparison.OrdinalIgnoreCase)))];
    }

    /// <summary>Why no further hub can be linked by this person, beside so many; null when one can (portal 6.C).</summary>
    public string? WhyNotLink(int linked) =>
        access.WhyNot(PortalRight.InstanceWrite) ?? (linked >= LinkedHubRules.MaxHubs ? $"All {LinkedHubRules.MaxHubs} links are used." : null);

    /// <summary>Links a hub of this server by one of its policies.</summary>
    public Task<Result<LinkedHub>> LinkOwnAsync(
        string instance, CatalogHub hub, CatalogPolicy policy, int weight, bool apply, CancellationToken cancellationToken) =>
        LinkAsync(instance, Definition(policy.ConnectionString, weight, apply) with { Connector = hub.Connector }, cancellationToken);

    /// <summary>Links a hub elsewhere by its connection string.</summary>
    public Task<Result<LinkedHub>> LinkAsync(
        string instance, Secret connectionString, int weight, bool apply, CancellationToken cancellationToken) =>
        LinkAsync(instance, Definition(connectionString, weight, apply), cancellationToken);

    /// <summary>Changes a link; what <paramref name="change"/> does not touch stays.</summary>
    public async Task<Refusal?> UpdateAsync(
        string instance, string hostName, Func<LinkedHubDefinition, LinkedHubDefinition> change, CancellationToken cancellationToken)
    {
        if (access.Check(PortalRight.InstanceWrite) is { } refused) return refused;
        if (!(await hubs.FindAsync(instance, hostName, cancellationToken)).Try(out var hub, out var missing)) return missing;
        var definition = new LinkedHubDefinition
        {
            HostName = hub.HostName,
            AuthenticationType = hub.AuthenticationType,
            IdentityId = hub.IdentityId,
            Location = hub.Location,
            AllocationWeight = hub.AllocationWeight,
            ApplyAllocationPolicy = hub.ApplyAllocationPolicy,
            Settings = hub.Settings,
        };
        var result = await hubs.UpdateAsync(access.Caller, instance, hostName, change(definition), cancellationToken);
        if (result.Value is not null) access.Audit("update linked hub", instance, hostName);
        return result.Refusal;
    }

    /// <summary>Removes a link; devices in the hub stay there.</summary>
    public async Task<Refusal?> UnlinkAsync(string instance, string hostName, CancellationToken cancellationToken)
    {
        if (access.Check(PortalRight.InstanceWrite) is { } refused) return refused;
        var refusal = await hubs.UnlinkAsync(access.Caller, instance, hostName, cancellationToken);
        if (refusal is null) access.Audit("unlink hub", instance, hostName);
        return refusal;
    }

    /// <summary>What the latest calls say about a hub.</summary>
    public HubHealth HealthOf(string hostName) => connectors.Lanes.HealthOf(hostName);

    /// <summary>Tries a link, with another connection string where one is given. Failures are part of the answer.</summary>
    public async Task<HubProbe> ProbeAsync(LinkedHub hub, Secret? connectionString, CancellationToken cancellationToken)
    {
        if (access.Check(PortalRight.InstanceWrite) is { } refused) return new HubProbe(HubProbeOutcome.Unauthorized, refused.Message);
        try
        {
            var tried = connectionString is null ? hub : hub with { ConnectionString = connectionString };
            return await connectors.Connect(tried).ProbeAsync(cancellationToken);
        }
        catch (HubCallException problem)
        {
            return new HubProbe(HubProbeOutcome.Failing, problem.Message);
        }
    }

    /// <summary>Disables or deletes the identity that a device has in its hub (portal P8.6). One that is gone already counts as done.</summary>
    public async Task<Refusal?> EndIdentityAsync(
        string instance, HubAssignment assignment, IdentityEnd end, CancellationToken cancellationToken)
    {
        if (access.Check(PortalRight.EnrollmentsDelete) is { } refused) return refused;
        var hub = (await ListAsync(instance, cancellationToken)).FirstOrDefault(one => one.HostName.Equals(assignment.HubHostName, StringComparison.OrdinalIgnoreCase));
        if (hub is null) return Refusals.InvalidArgument($"The hub {assignment.HubHostName} is no longer linked; end the identity there.");
        try
        {
            var connector = connectors.Connect(hub);
            if (end == IdentityEnd.Delete) await connector.DeleteDeviceAsync(assignment.DeviceId, cancellationToken);
            else if (await connector.ReadDeviceAsync(assignment.DeviceId, cancellationToken) is not null)
                await connector.SetEnabledAsync(assignment.DeviceId, enabled: false, "deprovisioned", cancellationToken);
        }
        catch (HubCallException problem)
        {
            return Refusals.InvalidArgument($"The hub {hub.HostName} did not do it: {problem.Message}");
        }

        access.Audit(end == IdentityEnd.Delete ? "delete hub identity" : "disable hub identity", instance, $"{assignment.DeviceId} in {hub.HostName}");
        return null;
    }

    private static LinkedHubDefinition Definition(Secret connectionString, int weight, bool apply) =>
        new() { ConnectionString = connectionString, AllocationWeight = weight, ApplyAllocationPolicy = apply };

    private async Task<Result<LinkedHub>> LinkAsync(string instance, LinkedHubDefinition definition, CancellationToken cancellationToken)
    {
        if (access.Check(PortalRight.InstanceWrite) is { } refused) return refused;
        if (instances.FindByName(instance) is not { } found) return InstanceRefusals.NotFound(instance);
        if (!(await hubs.LinkAsync(access.Caller, found, definition, cancellationToken)).Try(out var linked, out var refusal)) return refusal;
        access.Audit("link hub", found.Name, linked.HostName);
        return linked;
    }
}
