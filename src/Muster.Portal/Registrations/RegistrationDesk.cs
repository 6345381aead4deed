using Muster.Core.Concurrency;
using Muster.Core.Errors;
using Muster.Core.Instances;
using Muster.Core.Registration;
using Muster.Core.Store;
using Muster.Portal.SignIn;

namespace Muster.Portal.Registrations;

/// <summary>What pages do with registration records and attempt traces.</summary>
/// <param name="access">Who works here.</param>
/// <param name="instances">The instances.</param>
/// <param name="records">Core's records.</param>
/// <param name="store">Core's store port, for reads.</param>
/// <param name="search">Core's search port.</param>
/// <param name="ends">The latest ends of connections.</param>
public sealed class RegistrationDesk(
    PortalAccess access,
    InstanceDirectory instances,
    RegistrationRecordService records,
    IProvisioningStore store,
    IProvisioningSearch search,
    ConnectionEnds ends)
{
    /// <summary>Where counting ends; more shows as "about".</summary>
    public const long CountCap = 100_000;

    /// <summary>One page of records.</summary>
    public async Task<Result<SearchPage<RegistrationRecord>>> SearchAsync(
        string instance, RegistrationFilter filter, CancellationToken cancellationToken) =>
        access.Check(PortalRight.Read) is { } refused ? refused : await search.SearchRegistrationsAsync(instance, filter, cancellationToken);

    /// <summary>How many match, at most <paramref name="cap"/>; 0 without the right to read.</summary>
    public async Task<long> CountAsync(string instance, RegistrationFilter filter, CancellationToken cancellationToken, long cap = CountCap) =>
        access.May(PortalRight.Read) ? await search.CountRegistrationsAsync(instance, filter, cap, cancellationToken) : 0;

    /// <summary>The record of a registration ID; null when there is none.</summary>
    public async Task<RegistrationRecord?> FindAsync(string instance, string registrationId, CancellationToken cancellationToken) =>
        access.May(PortalRight.Read) ? await store.FindRegistrationAsync(instance, registrationId, cancellationToken) : null;

    /// <summary>Deletes a record. Neither the hub identity nor the enrollment is touched.</summary>
    public async Task<Refusal?> DeleteAsync(string instance, string registrationId, CancellationToken cancellationToken)
    {
        if (access.Check(PortalRight.RegistrationsDelete) is { } refused) return refused;
        if (instances.FindByName(instance) is not { } found) return Refusals.UnknownIdScope;
        var refusal = await records.DeleteAsync(access.Caller, found, registrationId, ETagCondition.Any, cancellationToken);
        if (refusal is null) access.Audit("delete registration record", instance, registrationId);
        return refusal;
    }

    /// <summary>The latest ends of connections, newest first; of one device, or of all with null.</summary>
    public IReadOnlyList<ConnectionEnd> ConnectionEnds(string instance, string? registrationId, int limit) =>
        access.May(PortalRight.Read) && instances.FindByName(instance) is { } found ? ends.Latest(found.IdScope, registrationId, limit) : [];

    /// <summary>Attempt traces, newest first.</summary>
    public async Task<IReadOnlyList<AttemptTrace>> TracesAsync(string instance, AttemptTraceFilter filter, CancellationToken cancellationToken) =>
        access.May(PortalRight.Read) ? await store.ListAttemptTracesAsync(instance, filter, cancellationToken) : [];
}
