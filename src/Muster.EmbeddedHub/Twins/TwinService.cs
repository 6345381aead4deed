using System.Text.Json;
using Muster.EmbeddedHub.Errors;
using Muster.EmbeddedHub.Hubs;
using Muster.EmbeddedHub.Identities;
using Muster.EmbeddedHub.Storage;

namespace Muster.EmbeddedHub.Twins;

/// <summary>
/// Twins, seen from the service side: read, merge, replace, import (iot-hub 2.3, 3.2). It serves the HTTP endpoints and callers
/// in this process alike.
/// </summary>
public sealed class TwinService(IEmbeddedHubStore store, TimeProvider clock)
{
    private const string TagsName = "tags";
    private const string DesiredName = "properties.desired";
    private const string ReportedName = "properties.reported";

    private readonly DeviceDocuments _documents = new(store);

    /// <summary>Reads a device with its twin.</summary>
    /// <returns>The device or DeviceNotFound; ArgumentInvalid for an impossible id.</returns>
    public Task<HubResult<HubDevice>> GetAsync(EmbeddedHubDescription hub, string deviceId, CancellationToken cancellationToken) =>
        _documents.FindAsync(hub, deviceId, cancellationToken);

    /// <summary>Merges tags and desired properties into the twin; null members delete.</summary>
    /// <param name="hub">The hub.</param>
    /// <param name="deviceId">The device.</param>
    /// <param name="patch">The sections to merge.</param>
    /// <param name="condition">Compared with the twin's etag.</param>
    /// <param name="cancellationToken">Stops the work before the write.</param>
    /// <returns>The device after the write; ArgumentInvalid (limits), DeviceNotFound or PreconditionFailed.</returns>
    public Task<HubResult<HubDevice>> PatchAsync(
        EmbeddedHubDescription hub,
        string deviceId,
        TwinWrite patch,
        ETagCondition condition,
        CancellationToken cancellationToken) =>
        WriteAsync(
            hub,
            deviceId,
            patch,
            condition,
            twin => twin with
            {
                Tags = patch.Tags is { } tags ? TwinMerge.Values(twin.Tags, tags) : twin.Tags,
                Desired = patch.Desired is { } desired ? twin.Desired.Merge(desired, clock.GetUtcNow(), stampsVersion: true) : twin.Desired,
                ETagCounter = twin.ETagCounter + 1,
            },
            cancellationToken);

    /// <summary>Replaces the sections that are given; the others stay.</summary>
    /// <param name="hub">The hub.</param>
    /// <param name="deviceId">The device.</param>
    /// <param name="replacement">The new sections.</param>
    /// <param name="condition">Compared with the twin's etag.</param>
    /// <param name="cancellationToken">Stops the work before the write.</param>
    /// <returns>The device after the write; ArgumentInvalid (limits), DeviceNotFound or PreconditionFailed.</returns>
    public Task<HubResult<HubDevice>> ReplaceAsync(
        EmbeddedHubDescription hub,
        string deviceId,
        TwinWrite replacement,
        ETagCondition condition,
        CancellationToken cancellationToken) =>
        WriteAsync(
            hub,
            deviceId,
            replacement,
            condition,
            twin => twin with
            {
                Tags = replacement.Tags is { } tags ? TwinMerge.Clean(tags) : twin.Tags,
                Desired = replacement.Desired is { } desired
                    ? twin.Desired.Replace(desired, clock.GetUtcNow(), stampsVersion: true)
                    : twin.Desired,
                ETagCounter = twin.ETagCounter + 1,
            },
            cancellationToken);

    /// <summary>
    /// Replaces the reported properties with those a device had on another hub (iot-hub 4.3). Metadata and version are not
    /// taken over, and the twin's etag stays.
    /// </summary>
    /// <returns>The device after the write; ArgumentInvalid (limits) or DeviceNotFound.</returns>
    public async Task<HubResult<HubDevice>> ImportReportedAsync(
        EmbeddedHubDescription hub,
        string deviceId,
        JsonElement reported,
        CancellationToken cancellationToken)
    {
        if ((DeviceIds.Check(deviceId) ?? TwinLimits.Check(ReportedName, reported)) is { } problem) return problem;
        return await _documents.ReplaceAsync(hub, deviceId, Import, cancellationToken);

        HubResult<HubDevice> Import(HubDevice device)
        {
            var section = device.Twin.Reported.Replace(reported, clock.GetUtcNow(), stampsVersion: false);
            if (TwinLimits.CheckSize(ReportedName, section.Values, TwinLimits.MaxPropertiesBytes) is { } tooLarge) return tooLarge;
            return device with { Twin = device.Twin with { Reported = section } };
        }
    }

    /// <summary>Whether a replacement would keep the limits, whatever the twin is.</summary>
    internal static HubError? CheckReplacement(TwinWrite write, JsonElement? reported)
    {
        return Check(TagsName, write.Tags, TwinLimits.MaxTagsBytes)
            ?? Check(DesiredName, write.Desired, TwinLimits.MaxPropertiesBytes)
            ?? Check(ReportedName, reported, TwinLimits.MaxPropertiesBytes);

        static HubError? Check(string section, JsonElement? values, int maxBytes) => values is { } given
            ? TwinLimits.Check(section, given) ?? TwinLimits.CheckSize(section, TwinMerge.Clean(given), maxBytes)
            : null;
    }

    private async Task<HubResult<HubDevice>> WriteAsync(
        EmbeddedHubDescription hub,
        string deviceId,
        TwinWrite write,
        ETagCondition condition,
        Func<DeviceTwin, DeviceTwin> change,
        CancellationToken cancellationToken)
    {
        var problem = DeviceIds.Check(deviceId)
            ?? (write.Tags is { } tags ? TwinLimits.Check(TagsName, tags) : null)
            ?? (write.Desired is { } desired ? TwinLimits.Check(DesiredName, desired) : null);
        if (problem is not null) return problem;
        return await _documents.ReplaceAsync(hub, deviceId, Change, cancellationToken);

        HubResult<HubDevice> Change(HubDevice device)
        {
            if (!condition.Matches(device.Twin.ETag)) return DeviceDocuments.StaleETag(deviceId);
            // A write that brings neither section changes nothing, so it leaves the etag alone.
            if (write is { Tags: null, Desired: null }) return device;
            var twin = change(device.Twin);
            var tooLarge = TwinLimits.CheckSize(TagsName, twin.Tags, TwinLimits.MaxTagsBytes)
                ?? TwinLimits.CheckSize(DesiredName, twin.Desired.Values, TwinLimits.MaxPropertiesBytes);
            return tooLarge is null ? device with { Twin = twin } : tooLarge;
        }
    }
}
