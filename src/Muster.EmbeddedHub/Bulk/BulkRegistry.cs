using System.Collections.Immutable;
using Muster.EmbeddedHub.Errors;
using Muster.EmbeddedHub.Hubs;
using Muster.EmbeddedHub.Identities;
using Muster.EmbeddedHub.Storage;
using Muster.EmbeddedHub.Twins;

namespace Muster.EmbeddedHub.Bulk;

/// <summary>
/// Many registry and twin writes in one request (iot-hub 3.3). Entries stand for themselves: one that fails does not stop the others.
/// </summary>
public sealed class BulkRegistry(DeviceRegistry registry, TwinService twins)
{
    /// <summary>The most entries of one request.</summary>
    public const int MaxEntries = 100;

    /// <summary>Does the entries in their order. When a device is named twice, none is done.</summary>
    /// <returns>The outcome by entry; ArgumentInvalid when there are too many entries.</returns>
    public async Task<HubResult<BulkResult>> ApplyAsync(
        EmbeddedHubDescription hub,
        IReadOnlyList<BulkEntry> entries,
        CancellationToken cancellationToken)
    {
        if (entries.Count > MaxEntries)
            return HubErrors.ArgumentInvalid.Because($"The request has {entries.Count} entries, {MaxEntries} are allowed.");
        if (FindRepeated(entries) is { IsEmpty: false } repeated) return new BulkResult(repeated, []);

        var errors = ImmutableArray.CreateBuilder<BulkProblem>();
        var warnings = ImmutableArray.CreateBuilder<BulkProblem>();
        foreach (var entry in entries)
        {
            var deviceId = entry.Identity.DeviceId;
            var problem = entry.Unreadable ?? TwinService.CheckReplacement(entry.Twin, entry.Reported);
            var created = false;
            if (problem is null) (problem, created) = await WriteIdentityAsync(hub, entry, cancellationToken);
            if (problem is null && !Deletes(entry.Mode))
            {
                problem = await WriteTwinAsync(hub, entry, cancellationToken);
                if (problem is not null && created)
                {
                    warnings.Add(new(deviceId, entry.Mode, problem));
                    continue;
                }
            }

            if (problem is not null) errors.Add(new(deviceId, entry.Mode, problem));
        }

        return new BulkResult(errors.ToImmutable(), warnings.ToImmutable());
    }

    private static ImmutableArray<BulkProblem> FindRepeated(IReadOnlyList<BulkEntry> entries)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var repeated = ImmutableArray.CreateBuilder<BulkProblem>();
        foreach (var entry in entries)
        {
            var deviceId = entry.Identity.DeviceId;
            if (seen.Add(deviceId)) continue;
            var error = HubErrors.DeviceDefinedMultipleTimes.Because($"Device {deviceId} is named more than once, so no entry was done.");
            repeated.Add(new(deviceId, entry.Mode, error));
        }

        return repeated.ToImmutable();
    }

    private static bool Deletes(BulkMode mode) => mode is BulkMode.Delete or BulkMode.DeleteIfMatchETag;

    private async Task<(HubError? Problem, bool Created)> WriteIdentityAsync(
        EmbeddedHubDescription hub,
        BulkEntry entry,
        CancellationToken cancellationToken)
    {
        if (entry.Mode is BulkMode.UpdateTwin or BulkMode.UpdateTwinIfMatchETag) return (null, false);

        var condition = ETagCondition.Any;
        if (entry.Mode is BulkMode.UpdateIfMatchETag or BulkMode.CreateOrUpdateIfMatchETag or BulkMode.DeleteIfMatchETag)
        {
            // Without an etag there is nothing to compare; a create by this mode needs none.
            var given = ETagCondition.Parse(entry.ETag);
            if (given is null && entry.Mode != BulkMode.CreateOrUpdateIfMatchETag)
                return (HubErrors.ArgumentNull.Because("The eTag is missing."), false);
            condition = given ?? ETagCondition.For("");
        }

        if (Deletes(entry.Mode))
            return (AsBulk(await registry.DeleteAsync(hub, entry.Identity.DeviceId, condition, cancellationToken)), false);

        if (entry.Mode is BulkMode.Create or BulkMode.CreateOrUpdate or BulkMode.CreateOrUpdateIfMatchETag)
        {
            var created = await registry.CreateAsync(hub, entry.Identity, cancellationToken);
            if (created.IsSuccess || entry.Mode == BulkMode.Create || created.Error.Kind != HubErrors.DeviceAlreadyExists)
                return (created.Error, created.IsSuccess);
        }

        return (AsBulk(await registry.UpdateAsync(hub, entry.Identity, condition, cancellationToken)), false);
    }

    private async Task<HubError?> WriteTwinAsync(EmbeddedHubDescription hub, BulkEntry entry, CancellationToken cancellationToken)
    {
        var deviceId = entry.Identity.DeviceId;
        var condition = ETagCondition.Any;
        if (entry.Mode == BulkMode.UpdateTwinIfMatchETag)
        {
            if (ETagCondition.Parse(entry.TwinETag) is not { } given) return HubErrors.ArgumentNull.Because("The twinETag is missing.");
            condition = given;
        }

        if (entry.Twin is not { Tags: null, Desired: null } || entry.Mode is BulkMode.UpdateTwin or BulkMode.UpdateTwinIfMatchETag)
        {
            var written = await twins.ReplaceAsync(hub, deviceId, entry.Twin, condition, cancellationToken);
            if (!written.IsSuccess) return AsBulk(written);
        }

        return entry.Reported is { } reported
            ? AsBulk(await twins.ImportReportedAsync(hub, deviceId, reported, cancellationToken))
            : null;
    }

    /// <summary>In bulk a stale etag has its own name (iot-hub 2.6).</summary>
    private static HubError? AsBulk(HubResult<HubDevice> result) =>
        result.Error?.Kind == HubErrors.PreconditionFailed ? HubErrors.EtagDoesNotMatch.Because(result.Error.Message) : result.Error;
}
