using Muster.Core.Store;

namespace Muster.Storage.Tests.Conformance;

public abstract partial class ProvisioningStoreConformance
{
    // What is stored, the condition of the put, the outcome.
    private static readonly (string? Stored, string? Condition, CommitOutcome Expected)[] PutRows =
    [
        (null, null, CommitOutcome.Committed),
        ("\"tag\"", null, CommitOutcome.Conflict),
        ("\"tag\"", "\"tag\"", CommitOutcome.Committed),
        ("\"tag\"", "\"stale\"", CommitOutcome.Conflict),
        ("\"tag\"", "\"TAG\"", CommitOutcome.Conflict),
        ("\"tag\"", "tag", CommitOutcome.Conflict),
        ("\"tag\"", "", CommitOutcome.Conflict),
        (null, "\"tag\"", CommitOutcome.Conflict),
    ];

    // What is stored, the condition of the delete, the outcome.
    private static readonly (string? Stored, string? Condition, CommitOutcome Expected)[] DeleteRows =
    [
        ("\"tag\"", null, CommitOutcome.Committed),
        (null, null, CommitOutcome.Committed),
        ("\"tag\"", "\"tag\"", CommitOutcome.Committed),
        ("\"tag\"", "\"stale\"", CommitOutcome.Conflict),
        ("\"tag\"", "\"TAG\"", CommitOutcome.Conflict),
        (null, "\"tag\"", CommitOutcome.Conflict),
    ];

    public static TheoryData<string> Subjects => [.. Subject.ByName.Keys];

    public static TheoryData<string, string?, string?, CommitOutcome> Puts
    {
        get
        {
            var rows = new TheoryData<string, string?, string?, CommitOutcome>();
            foreach (var subject in Subject.ByName.Keys)
            {
                foreach (var (stored, condition, expected) in PutRows) rows.Add(subject, stored, condition, expected);
            }

            return rows;
        }
    }

    public static TheoryData<string, string?, string?, CommitOutcome> Deletes
    {
        get
        {
            var rows = new TheoryData<string, string?, string?, CommitOutcome>();
            foreach (var (name, subject) in Subject.ByName)
            {
                if (subject.Delete is null) continue;
                foreach (var (stored, condition, expected) in DeleteRows) rows.Add(name, stored, condition, expected);
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Puts))]
    public async Task A_put_is_committed_only_when_its_condition_holds(
        string name, string? stored, string? condition, CommitOutcome expected)
    {
        var subject = Subject.ByName[name];
        if (stored is not null) await CommitOrFailAsync(subject.Put(stored, null));

        Assert.Equal(expected, await CommitAsync(subject.Put("\"new\"", condition)));

        Assert.Equal(expected == CommitOutcome.Committed ? "\"new\"" : stored, await subject.ReadETag(Store));
    }

    [Theory]
    [MemberData(nameof(Deletes))]
    public async Task A_delete_is_committed_only_when_its_condition_holds(
        string name, string? stored, string? condition, CommitOutcome expected)
    {
        var subject = Subject.ByName[name];
        if (stored is not null) await CommitOrFailAsync(subject.Put(stored, null));

        Assert.Equal(expected, await CommitAsync(subject.Delete!(condition)));

        Assert.Equal(expected == CommitOutcome.Committed ? null : stored, await subject.ReadETag(Store));
    }

    [Theory]
    [MemberData(nameof(Subjects))]
    public async Task Of_many_who_create_the_same_exactly_one_wins(string name)
    {
        var subject = Subject.ByName[name];

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() => CommitAsync(subject.Put($"\"{i}\"", null)))));

        var winner = Assert.Single(outcomes.Index(), outcome => outcome.Item == CommitOutcome.Committed).Index;
        Assert.Equal(49, outcomes.Count(outcome => outcome == CommitOutcome.Conflict));
        Assert.Equal($"\"{winner}\"", await subject.ReadETag(Store));
    }

    [Theory]
    [MemberData(nameof(Subjects))]
    public async Task Of_many_who_replace_the_same_version_exactly_one_wins(string name)
    {
        var subject = Subject.ByName[name];
        await CommitOrFailAsync(subject.Put("\"first\"", null));

        var outcomes = await Task.WhenAll(
            Enumerable.Range(0, 50).Select(i => Task.Run(() => CommitAsync(subject.Put($"\"{i}\"", "\"first\"")))));

        var winner = Assert.Single(outcomes.Index(), outcome => outcome.Item == CommitOutcome.Committed).Index;
        Assert.Equal($"\"{winner}\"", await subject.ReadETag(Store));
    }

    [Theory]
    [MemberData(nameof(Subjects))]
    public async Task A_read_sees_every_commit_that_completed_before_it(string name)
    {
        var subject = Subject.ByName[name];
        string? previous = null;
        for (var i = 0; i < 50; i++)
        {
            await CommitOrFailAsync(subject.Put($"\"{i}\"", previous));
            previous = await subject.ReadETag(Store);
            Assert.Equal($"\"{i}\"", previous);
        }
    }

    [Fact]
    public async Task An_ID_scope_belongs_to_one_instance()
    {
        await CommitOrFailAsync(new PutInstance(Samples.ProvisioningInstance("one"), null));

        var second = Samples.ProvisioningInstance("two") with { IdScope = Samples.ProvisioningInstance("one").IdScope };

        Assert.Equal(CommitOutcome.Conflict, await CommitAsync(new PutInstance(second, null)));
        Assert.Equal("one", Assert.Single(await Store.ListInstancesAsync(default)).Name);
    }

    [Fact]
    public async Task A_commit_of_nothing_is_committed() => await CommitOrFailAsync();

    [Fact]
    public async Task A_commit_that_was_cancelled_before_it_began_writes_nothing()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Store.CommitAsync([new PutRegistration(Samples.Registration("one"), null)], cancelled.Token));

        Assert.Null(await Store.FindRegistrationAsync(Samples.Instance, "one", default));
    }
}
