using System.Globalization;
using Muster.Core.Instances;
using Muster.Core.Networking;
using Muster.Core.Quotas;

namespace Muster.Core.Audit;

/// <summary>Audit entries of instances: host names, access policies, quotas, network rules, default allocation (behaviour B-16, B-17).</summary>
public static class InstanceAudit
{
    /// <summary>The entry of a creation (nothing before), a change, or a deletion (nothing after); one of both is given.</summary>
    public static AuditEntry Written(AuditCaller caller, ProvisioningInstance? before, ProvisioningInstance? after, DateTimeOffset now)
    {
        var name = (before ?? after ?? throw new ArgumentNullException(nameof(after))).Name;
        return AuditEntry.Of(
            caller, AuditEntity.Instance, name, name, before is null ? null : MembersOf(before), after is null ? null : MembersOf(after), now);
    }

    /// <summary>The entry of a disclosure of keys of access policies.</summary>
    public static AuditEntry Revealed(AuditCaller caller, string instanceName, IEnumerable<AccessPolicy> shown, DateTimeOffset now) => new()
    {
        InstanceName = instanceName,
        AtUtc = now,
        Caller = caller,
        Action = AuditAction.RevealKeys,
        Entity = AuditEntity.Instance,
        EntityId = instanceName,
        Changes = [.. shown.Select(policy => new AuditChange($"accessPolicies.{policy.Name}", Old: null, New: null))],
    };

    private static AuditMembers MembersOf(ProvisioningInstance instance)
    {
        var members = new AuditMembers();
        members.Add("idScope", instance.IdScope);
        if (instance.ServiceHostNames.Count > 0) members.Add("serviceHostNames", string.Join(", ", instance.ServiceHostNames));
        members.Add("defaultAllocationPolicy", instance.DefaultAllocationPolicy.ToString());
        if (instance.DisableLocalAuth is { } isDisabled) members.Add("disableLocalAuth", isDisabled ? "true" : "false");
        members.Add("location", instance.Location);
        members.Add("resourceGroup", instance.ResourceGroup);
        foreach (var tag in instance.Tags ?? []) members.Add($"tags.{tag.Name}", tag.Value);
        foreach (var policy in instance.AccessPolicies)
        {
            members.Add($"accessPolicies.{policy.Name}.rights", AccessRightsText.Format(policy.Rights));
            members.AddSecret($"accessPolicies.{policy.Name}.primaryKey", policy.Keys.Primary.Reveal());
            members.AddSecret($"accessPolicies.{policy.Name}.secondaryKey", policy.Keys.Secondary.Reveal());
        }

        AddQuotas(members, instance.Quotas ?? InstanceQuotas.Unlimited);
        AddNetwork(members, instance.Network ?? NetworkRules.Open);
        foreach (var connection in instance.PrivateEndpointConnections ?? [])
        {
            members.Add($"privateEndpointConnections.{connection.Name}.status", connection.Status.ToString());
            members.Add($"privateEndpointConnections.{connection.Name}.address", connection.Address);
            if (connection.Description.Length > 0) members.Add($"privateEndpointConnections.{connection.Name}.description", connection.Description);
        }

        return members;
    }

    private static void AddQuotas(AuditMembers members, InstanceQuotas quotas)
    {
        foreach (var member in QuotaMember.All)
            members.Add("quotas." + member.Name, member.Of(quotas) is { } limit ? Text(limit, member.Period) : null);
    }

    private static void AddNetwork(AuditMembers members, NetworkRules network)
    {
        members.Add("network.access", network.Access.ToString());
        for (var i = 0; i < network.Rules.Count; i++)
        {
            // Their order decides, so their places are part of what changed.
            var rule = network.Rules[i];
            members.Add(
                string.Create(CultureInfo.InvariantCulture, $"network.rules[{i:d3}]"), $"{rule.FilterName}: {rule.Action} {rule.IpMask}, {rule.Target}");
        }
    }

    private static string Text(long limit, TimeSpan? period) => period is { } time
        ? string.Create(CultureInfo.InvariantCulture, $"{limit} in {time.TotalSeconds} s")
        : limit.ToString(CultureInfo.InvariantCulture);
}
