using Muster.Core.Audit;
using Muster.Core.Concurrency;
using Muster.Core.Errors;
using Muster.Core.Instances;
using Muster.Core.Quotas;
using Muster.Core.Secrets;
using Muster.Core.Store;

namespace Muster.Core.Hubs;

/// <summary>
/// The linked hubs of instances: link, change, unlink, list. Every change is in force for the next registration, and for waiting
/// ones too (iot-hub 2.1).
/// </summary>
public sealed class LinkedHubService
{
    /// <summary>Connector kind of hubs that are reached over the IoT Hub REST API.</summary>
    public const string RestConnector = "azureIotHub";

    private const int MaxConflicts = 8;

    private readonly IProvisioningStore _store;
    private readonly TimeProvider _clock;
    private readonly KeyedLock<string> _changes = new();

    /// <summary>Makes the service.</summary>
    public LinkedHubService(IProvisioningStore store, TimeProvider clock)
    {
        _store = store;
        _clock = clock;
    }

    /// <summary>All linked hubs, ordered by host name.</summary>
    public Task<IReadOnlyList<LinkedHub>> ListAsync(string instanceName, CancellationToken cancellationToken) =>
        _store.ListLinkedHubsAsync(instanceName, cancellationToken);

    /// <summary>One linked hub; 404000 when there is none.</summary>
    public async Task<Result<LinkedHub>> FindAsync(string instanceName, string hostName, CancellationToken cancellationToken) =>
        Find(await _store.ListLinkedHubsAsync(instanceName, cancellationToken), hostName) is { } hub
            ? hub
            : LinkedHubRefusals.NotLinked(hostName);

    /// <summary>
    /// Links a hub that speaks the IoT Hub REST API. The credentials are read, not tried: the probe of the hub's connector does that.
    /// </summary>
    /// <returns>The link; 400004 for a member, 400303 for a hub that is linked already, 403101 past the quota.</returns>
    public async Task<Result<LinkedHub>> LinkAsync(
        AuditCaller caller, ProvisioningInstance instance, LinkedHubDefinition definition, CancellationToken cancellationToken)
    {
        if (!Assemble(instance.Name, definition, before: null).Try(out var hub, out var refusal)) return refusal;
        return await AddAsync(caller, instance, hub, cancellationToken) is { } refused ? refused : hub;
    }

    /// <summary>The link that a definition would make or change, not stored: what a probe needs before anything is saved.</summary>
    /// <param name="instanceName">The instance.</param>
    /// <param name="hostName">The link to change; null is a new one.</param>
    /// <param name="definition">The definition.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<Result<LinkedHub>> DraftAsync(
        string instanceName, string? hostName, LinkedHubDefinition definition, CancellationToken cancellationToken)
    {
        if (hostName is null) return Assemble(instanceName, definition, before: null);
        return (await FindAsync(instanceName, hostName, cancellationToken)).Try(out var before, out var refusal)
            ? Assemble(instanceName, definition, before)
            : refusal;
    }

    /// <summary>
    /// Replaces what is said about a link. A connection string with a masked key, or none at all, keeps the stored credentials;
    /// the host name cannot change.
    /// </summary>
    /// <returns>The link; 404000 when there is none, 400004 for a member.</returns>
    public async Task<Result<LinkedHub>> UpdateAsync(
        AuditCaller caller, string instanceName, string hostName, LinkedHubDefinition definition, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MaxConflicts; attempt++)
        {
            if (!(await FindAsync(instanceName, hostName, cancellationToken)).Try(out var before, out var refusal)) return refusal;
            if (!Assemble(instanceName, definition, before).Try(out var hub, out refusal)) return refusal;
            var entry = LinkedHubAudit.Written(caller, before, hub, _clock.GetUtcNow());
            var outcome = await _store.CommitAsync([new PutLinkedHub(hub, before.ETag), new AppendAuditEntry(entry)], cancellationToken);
            if (outcome == CommitOutcome.Committed) return hub;
        }

        throw new StoreContentionException($"The link to '{hostName}' kept changing while it was written.");
    }

    /// <summary>
    /// Makes the whole list be as told, in one commit: links what is new, changes what differs, unlinks what is missing (management-api
    ///
    /// </summary>
    /// <param name="caller">Who does it.</param>
    /// <param name="instance">The instance.</param>
    /// <param name="definitions">The list.</param>
    /// <param name="isExpected">Judges the list as it is; a change of somebody else is not overwritten.</param>
    /// <param name="cancellationToken">Gives up before the commit.</param>
    /// <returns>
    /// Null when it is so. 400303 for a hub that is named twice, 400004 for a member, 403101 past the quota, 412 where the list is not as
    /// expected; then nothing is changed.
    /// </returns>
    public async Task<Refusal?> ReplaceAsync(
        AuditCaller caller,
        ProvisioningInstance instance,
        IReadOnlyList<LinkedHubDefinition> definitions,
        Func<IReadOnlyList<LinkedHub>, bool> isExpected,
        CancellationToken cancellationToken)
    {
        using var turn = await _changes.AcquireAsync(instance.Name, cancellationToken);
        var linked = await _store.ListLinkedHubsAsync(instance.Name, cancellationToken);
        if (!isExpected(linked)) return Refusals.ETagMismatch;
        var limit = Math.Min(LinkedHubRules.MaxHubs, instance.Quotas?.LinkedHubs ?? long.MaxValue);
        if (definitions.Count > limit && definitions.Count > linked.Count)
            return QuotaRefusals.Reached(new RequireQuota(instance.Name, CountedEntity.LinkedHub, limit));

        var now = _clock.GetUtcNow();
        var changes = new List<StoreChange>();
        var named = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var definition in definitions)
        {
            var host = definition.HostName ?? (definition.ConnectionString is { } text
                ? HubConnectionString.Parse(text.Reveal()).Value?.HostName
                : null);
            var before = host is null ? null : Find(linked, host);
            if (!Assemble(instance.Name, definition, before).Try(out var hub, out var refusal)) return refusal;
            if (!named.Add(hub.HostName)) return LinkedHubRefusals.Duplicate;
            if (before is not null && hub with { ETag = before.ETag } == before) continue;
            changes.Add(new PutLinkedHub(hub, before?.ETag));
            changes.Add(new AppendAuditEntry(LinkedHubAudit.Written(caller, before, hub, now)));
        }

        foreach (var gone in linked.Where(hub => !named.Contains(hub.HostName)))
        {
            changes.Add(new DeleteLinkedHub(instance.Name, gone.HostName, gone.ETag));
            changes.Add(new AppendAuditEntry(LinkedHubAudit.Written(caller, gone, after: null, now)));
        }

        if (changes.Count == 0) return null;
        return await _store.CommitAsync(changes, cancellationToken) == CommitOutcome.Committed ? null : Refusals.ETagMismatch;
    }

    /// <summary>
    /// Removes a link; 404000 when there is none. Devices that stand in the hub stay there, also where enrollments name it
    /// (behaviour B-12).
    /// </summary>
    /// <returns>Null, or the refusal.</returns>
    public async Task<Refusal?> UnlinkAsync(AuditCaller caller, string instanceName, string hostName, CancellationToken cancellationToken)
    {
        using var turn = await _changes.AcquireAsync(instanceName, cancellationToken);
        if (!(await FindAsync(instanceName, hostName, cancellationToken)).Try(out var hub, out var refusal)) return refusal;
        var entry = LinkedHubAudit.Written(caller, hub, after: null, _clock.GetUtcNow());
        await _store.CommitAsync(
            [new DeleteLinkedHub(instanceName, hub.HostName, IfETag: null), new AppendAuditEntry(entry)], cancellationToken);
        return null;
    }

    /// <summary>Links a hub that is not linked yet; one that is stays as the operator left it.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="hostName">The hub's host name.</param>
    /// <param name="connector">Connector kind.</param>
    /// <param name="connectionString">The hub's connection string.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Null when the hub is linked now; 403101 past the quota.</returns>
    public async Task<Refusal?> EnsureLinkedAsync(
        ProvisioningInstance instance, string hostName, string connector, Secret connectionString, CancellationToken cancellationToken)
    {
        var hub = new LinkedHub
        {
            InstanceName = instance.Name,
            HostName = hostName,
            Connector = connector,
            ConnectionString = connectionString,
            ETag = ETag.Create(_clock.GetUtcNow()),
        };

        var refusal = await AddAsync(AuditCaller.Process, instance, hub, cancellationToken);
        return refusal == LinkedHubRefusals.Duplicate ? null : refusal;
    }

    /// <summary>
    /// Makes the link be as configured: linked where it is not, replaced where it is. A host name without a connection string speaks of
    /// a link that exists, for example to an embedded hub.
    /// </summary>
    public async Task<Result<LinkedHub>> EnsureAsync(
        ProvisioningInstance instance, LinkedHubDefinition definition, CancellationToken cancellationToken)
    {
        if (definition is { AuthenticationType: HubAuthenticationType.KeyBased, ConnectionString: null, HostName: { } existing })
            return await UpdateAsync(AuditCaller.Process, instance.Name, existing, definition, cancellationToken);
        if (!Assemble(instance.Name, definition, before: null).Try(out var hub, out var refusal)) return refusal;
        var linked = await LinkAsync(AuditCaller.Process, instance, definition, cancellationToken);
        return linked.Refusal == LinkedHubRefusals.Duplicate
            ? await UpdateAsync(AuditCaller.Process, instance.Name, hub.HostName, definition, cancellationToken)
            : linked;
    }

    private async Task<Refusal?> AddAsync(
        AuditCaller caller, ProvisioningInstance instance, LinkedHub hub, CancellationToken cancellationToken)
    {
        using var turn = await _changes.AcquireAsync(instance.Name, cancellationToken);
        if (Find(await _store.ListLinkedHubsAsync(instance.Name, cancellationToken), hub.HostName) is not null) return LinkedHubRefusals.Duplicate;
        var limit = Math.Min(LinkedHubRules.MaxHubs, instance.Quotas?.LinkedHubs ?? long.MaxValue);
        var quota = new RequireQuota(instance.Name, CountedEntity.LinkedHub, limit);
        var entry = LinkedHubAudit.Written(caller, before: null, hub, _clock.GetUtcNow());
        return await _store.CommitAsync([quota, new PutLinkedHub(hub, IfETag: null), new AppendAuditEntry(entry)], cancellationToken) switch
        {
            CommitOutcome.Committed => null,
            CommitOutcome.QuotaReached => QuotaRefusals.Reached(quota),
            _ => LinkedHubRefusals.Duplicate,
        };
    }

    private Result<LinkedHub> Assemble(string instanceName, LinkedHubDefinition definition, LinkedHub? before)
    {
        if (LinkedHubRules.Check(definition) is { } problem) return problem;
        if (!Credentials(definition, before).Try(out var credentials, out var refusal)) return refusal;
        if (before is not null && !credentials.HostName.Equals(before.HostName, StringComparison.OrdinalIgnoreCase))
            return Refusals.InvalidMember("connectionString", $"it names another hub than '{before.HostName}'.");
        return new LinkedHub
        {
            InstanceName = instanceName,
            HostName = before?.HostName ?? credentials.HostName,
            Connector = before?.Connector ?? definition.Connector ?? RestConnector,
            ConnectionString = credentials.ConnectionString,
            AuthenticationType = definition.AuthenticationType,
            IdentityId = definition.IdentityId,
            Location = string.IsNullOrWhiteSpace(definition.Location) ? null : definition.Location.Trim(),
            AllocationWeight = definition.AllocationWeight,
            ApplyAllocationPolicy = definition.ApplyAllocationPolicy,
            Settings = definition.Settings is { IsEmpty: false } settings ? settings : null,
            ETag = ETag.Create(_clock.GetUtcNow()),
        };
    }

    private static Result<HubCredentials> Credentials(LinkedHubDefinition definition, LinkedHub? before)
    {
        if (definition.AuthenticationType != HubAuthenticationType.KeyBased)
        {
            var host = definition.HostName ?? before?.HostName;
            return host is not null && HubConnectionString.IsHostName(host)
                ? new HubCredentials(host.ToLowerInvariant(), new Secret($"HostName={host.ToLowerInvariant()}"))
                : Refusals.InvalidMember("hostName", "it is required for identity-based links and must be a plain host name.");
        }

        if (definition.ConnectionString is not { } text)
        {
            return before is { AuthenticationType: HubAuthenticationType.KeyBased }
                ? new HubCredentials(before.HostName, before.ConnectionString)
                : Refusals.InvalidMember("connectionString", "it is required.");
        }

        if (!HubConnectionString.Parse(text.Reveal()).Try(out var parsed, out var refusal)) return refusal;
        if (!parsed.IsMasked) return new HubCredentials(parsed.HostName, parsed.ToSecret());

        // What was shown is sent back: it stands for what is stored, if it speaks of the same policy.
        var stored = before is null ? null : HubConnectionString.Parse(before.ConnectionString.Reveal()).Value;
        return stored is not null && stored.Masked == parsed.Masked
            ? new HubCredentials(before!.HostName, before.ConnectionString)
            : Refusals.InvalidMember("connectionString", "its key is masked and there is no stored key of that policy.");
    }

    private static LinkedHub? Find(IReadOnlyList<LinkedHub> hubs, string hostName) =>
        hubs.FirstOrDefault(hub => hub.HostName.Equals(hostName, StringComparison.OrdinalIgnoreCase));

    private sealed record HubCredentials(string HostName, Secret ConnectionString);
}
