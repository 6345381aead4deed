using Muster.Core.Quotas;
using Muster.Core.Store;

namespace Muster.Storage.Tests.Conformance;

public abstract partial class ProvisioningStoreConformance
{
    private static readonly Dictionary<CountedEntity, Func<string, string, StoreChange>> Creations = new()
    {
        [CountedEntity.IndividualEnrollment] = (id, instance) => new PutEnrollment(Samples.Individual(id, instance: instance), null),
        [CountedEntity.SymmetricKeyGroup] = (id, instance) => new PutEnrollment(Samples.Group(id, instance: instance), null),
        [CountedEntity.X509Group] = (id, instance) => new PutEnrollment(
            Samples.Group(id, attestation: Samples.Certificates(id[^1], null), instance: instance), null),
        [CountedEntity.Registration] = (id, instance) => new PutRegistration(Samples.Registration(id) with { InstanceName = instance }, null),
        [CountedEntity.CaCertificate] = (id, instance) => new PutCaCertificate(CaSamples.Authority(id, instance: instance), null),
        [CountedEntity.LinkedHub] = (id, instance) => new PutLinkedHub(Samples.Hub(id, instance: instance), null),
    };

    public static TheoryData<CountedEntity> Counted => [.. Enum.GetValues<CountedEntity>()];

    [Theory]
    [MemberData(nameof(Counted))]
    public async Task Quota_holds_however_many_writers_come_at_once(CountedEntity entity)
    {
        var create = Creations[entity];

        // What other instances and other kinds hold does not count.
        foreach (var other in Creations.Where(creation => creation.Key != entity)) await CommitOrFailAsync(other.Value($"{other.Key}-f".ToLowerInvariant(), Samples.Instance));
        for (var number = 0; number < 4; number++) await CommitOrFailAsync(create($"elsewhere-{number}", "elsewhere"));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 10).Select(number => Task.Run(() =>
            CommitAsync(new RequireQuota(Samples.Instance, entity, 3), create($"one-{number}", Samples.Instance)))));
        Assert.Equal(3, outcomes.Count(outcome => outcome == CommitOutcome.Committed));
        Assert.Equal(7, outcomes.Count(outcome => outcome == CommitOutcome.QuotaReached));

        await CommitOrFailAsync(new RequireQuota(Samples.Instance.ToUpperInvariant(), entity, 4), create("one-d", Samples.Instance));
        Assert.Equal(CommitOutcome.QuotaReached, await CommitAsync(create("one-e", Samples.Instance), new RequireQuota(Samples.Instance, entity, 4)));
        Assert.Equal(CommitOutcome.QuotaReached, await CommitAsync(new RequireQuota(Samples.Instance, entity, 4)));
    }
}
