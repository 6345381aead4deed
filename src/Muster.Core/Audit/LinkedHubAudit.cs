using System.Globalization;
using Muster.Core.Hubs;

namespace Muster.Core.Audit;

/// <summary>Audit entries of linked hubs.</summary>
public static class LinkedHubAudit
{
    /// <summary>The entry of a new link (nothing before), a change, or a removal (nothing after); one of both is given.</summary>
    public static AuditEntry Written(AuditCaller caller, LinkedHub? before, LinkedHub? after, DateTimeOffset now)
    {
        var hub = before ?? after ?? throw new ArgumentNullException(nameof(after));
        return AuditEntry.Of(
            caller, AuditEntity.LinkedHub, hub.InstanceName, hub.HostName,
            before is null ? null : MembersOf(before), after is null ? null : MembersOf(after), now);
    }

    private static AuditMembers MembersOf(LinkedHub hub)
    {
        var members = new AuditMembers();
        members.Add("connector", hub.Connector);
        members.AddSecret("connectionString", hub.ConnectionString.Reveal());
        members.Add("authenticationType", hub.AuthenticationType.ToString());
        members.Add("identityId", hub.IdentityId);
        members.Add("location", hub.Location);
        members.Add("allocationWeight", hub.AllocationWeight?.ToString(CultureInfo.InvariantCulture));
        members.Add("applyAllocationPolicy", hub.ApplyAllocationPolicy is { } apply ? (apply ? "true" : "false") : null);
        if (hub.Settings is not { } settings) return members;
        members.Add("settings.address", settings.Address);
        members.Add("settings.port", settings.Port?.ToString(CultureInfo.InvariantCulture));
        members.Add("settings.rootCertificates", settings.RootCertificates);
        members.Add("settings.timeoutSeconds", settings.TimeoutSeconds?.ToString(CultureInfo.InvariantCulture));
        members.Add("settings.callsPerSecond", settings.CallsPerSecond?.ToString(CultureInfo.InvariantCulture));
        members.Add("settings.concurrency", settings.Concurrency?.ToString(CultureInfo.InvariantCulture));
        return members;
    }
}
