using Muster.Core.Attestation;
using Muster.Core.Enrollments;
using Muster.Core.Store;

namespace Muster.Storage.Tests.Conformance;

public abstract partial class ProvisioningStoreConformance
{
    private static readonly Dictionary<string, StoreChange[]> RefusedCommits = new(StringComparer.Ordinal)
    {
        ["a put, then a put of what exists"] =
            [new PutRegistration(Samples.Registration("new"), null), new PutRegistration(Samples.Registration("old"), null)],
        ["a put, then a put with a stale tag"] =
            [new PutEnrollment(Samples.Individual("new"), null), new PutRegistration(Samples.Registration("old"), "\"stale\"")],
        ["a delete, then a put with a stale tag"] =
            [new DeleteRegistration(Samples.Instance, "old", null), new PutEnrollment(Samples.Group("old"), "\"stale\"")],
        ["a put, then a delete with a stale tag"] =
            [new PutLinkedHub(Samples.Hub("new"), null), new DeleteEnrollment(Samples.Instance, EnrollmentKind.Group, "old", "\"stale\"")],
        ["a trace, then a put of what exists"] =
            [new AppendAttemptTrace(Samples.Trace("old")), new PutRegistration(Samples.Registration("old"), null)],
        ["a put of what exists, then a trace"] =
            [new PutRegistration(Samples.Registration("old"), null), new AppendAttemptTrace(Samples.Trace("old"))],
        ["two puts of the same"] =
            [new PutRegistration(Samples.Registration("new"), null), new PutRegistration(Samples.Registration("NEW"), null)],
        ["an instance, then a hub that exists"] =
            [new PutInstance(Samples.ProvisioningInstance("new"), null), new PutLinkedHub(Samples.Hub("old"), null)],
    };

    public static TheoryData<string> RefusedCommitNames => [.. RefusedCommits.Keys];

    [Theory]
    [MemberData(nameof(RefusedCommitNames))]
    public async Task A_commit_with_one_refused_change_changes_nothing(string name)
    {
        await CommitOrFailAsync(
            new PutEnrollment(Samples.Group("old"), null), new PutRegistration(Samples.Registration("old"), null),
            new PutLinkedHub(Samples.Hub("old"), null));
        var before = await EverythingAsync();
        var revision = await Store.GetGroupsRevisionAsync(Samples.Instance, default);

        Assert.Equal(CommitOutcome.Conflict, await CommitAsync(RefusedCommits[name]));

        Assert.Equal(before, await EverythingAsync());
        Assert.Equal(revision, await Store.GetGroupsRevisionAsync(Samples.Instance, default));
    }

    [Fact]
    public async Task A_refused_commit_does_not_touch_others_that_run_beside_it()
    {
        await CommitOrFailAsync(new PutRegistration(Samples.Registration("old"), null));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => CommitAsync(
            new PutRegistration(Samples.Registration($"device-{i}"), null),
            new PutEnrollment(Samples.Individual($"device-{i}"), i % 3 == 0 ? "\"stale\"" : null)))));

        for (var i = 0; i < outcomes.Length; i++)
        {
            var refused = i % 3 == 0;
            Assert.Equal(refused ? CommitOutcome.Conflict : CommitOutcome.Committed, outcomes[i]);
            Assert.Equal(refused, await Store.FindRegistrationAsync(Samples.Instance, $"device-{i}", default) is null);
            var enrollment = await Store.FindEnrollmentAsync(Samples.Instance, EnrollmentKind.Individual, $"device-{i}", default);
            Assert.Equal(refused, enrollment is null);
        }
    }

    [Fact]
    public async Task Deleting_an_instance_takes_everything_with_it_and_nothing_of_others()
    {
        const string other = "other";
        await CommitOrFailAsync(
            new PutInstance(Samples.ProvisioningInstance(other), null),
            new PutEnrollment(Samples.Group("g", instance: other, attestation: Samples.Certificates('A')), null),
            new PutEnrollment(Samples.Group("g"), null), new PutRegistration(Samples.Registration("d"), null), new PutLinkedHub(Samples.Hub("h"), null));
        var revision = await Store.GetGroupsRevisionAsync(other, default);

        await CommitOrFailAsync(new DeleteInstance("OTHER"), new DeleteInstance("absent"));

        Assert.DoesNotContain(await Store.ListInstancesAsync(default), instance => instance.Name == other);
        Assert.Null(await Store.FindEnrollmentAsync(other, EnrollmentKind.Group, "g", default));
        Assert.NotEqual(revision, await Store.GetGroupsRevisionAsync(other, default));
        Assert.NotNull(await Store.FindEnrollmentAsync(Samples.Instance, EnrollmentKind.Group, "g", default));
        Assert.NotNull(await Store.FindRegistrationAsync(Samples.Instance, "d", default));
        Assert.Single(await Store.ListLinkedHubsAsync(Samples.Instance, default));
    }

    [Fact]
    public async Task Changes_of_a_commit_see_those_before_them()
    {
        await CommitOrFailAsync(new PutRegistration(Samples.Registration("one", "\"1\""), null));

        await CommitOrFailAsync(
            new DeleteRegistration(Samples.Instance, "one", "\"1\""), new PutRegistration(Samples.Registration("one", "\"2\""), null),
            new PutRegistration(Samples.Registration("one", "\"3\""), "\"2\""));

        Assert.Equal("\"3\"", (await Store.FindRegistrationAsync(Samples.Instance, "one", default))?.ETag);
    }

    [Theory]
    [InlineData("primary", '1', null, '1', null)]
    [InlineData("secondary", '2', '1', null, '1')]
    [InlineData("crossed slots", '1', '2', '2', '3')]
    public async Task A_certificate_belongs_to_one_enrollment(
        string name, char? primary, char? secondary, char? otherPrimary, char? otherSecondary)
    {
        await CommitOrFailAsync(new PutEnrollment(Samples.Individual("one", attestation: Samples.Certificates(primary, secondary)), null));

        foreach (Enrollment other in (Enrollment[])
            [
                Samples.Individual("two", attestation: Samples.Certificates(otherPrimary, otherSecondary)),
                Samples.Group("one", attestation: Samples.Certificates(otherPrimary, otherSecondary, X509CertificateUse.Signing)),
            ])
        {
            Assert.True(CommitOutcome.CertificateInUse == await CommitAsync(new PutEnrollment(other, null)), name);
            Assert.Null(await Store.FindEnrollmentAsync(Samples.Instance, other.Kind, other.Id, default));
        }
    }

    [Fact]
    public async Task A_commit_that_uses_one_certificate_twice_changes_nothing()
    {
        Assert.Equal(CommitOutcome.CertificateInUse, await CommitAsync(
            new PutEnrollment(Samples.Group("one", attestation: Samples.Certificates('1', use: X509CertificateUse.Signing)), null),
            new PutEnrollment(Samples.Group("two", attestation: Samples.Certificates('1', use: X509CertificateUse.Signing)), null)));

        Assert.Empty(await Store.ListGroupsAsync(Samples.Instance, AttestationType.X509, default));
        await CommitOrFailAsync(
            new PutEnrollment(Samples.Group("three", attestation: Samples.Certificates('1', use: X509CertificateUse.Signing)), null));
    }

    [Fact]
    public async Task A_stale_tag_counts_before_a_certificate_in_use()
    {
        await CommitOrFailAsync(
            new PutEnrollment(Samples.Individual("one", attestation: Samples.Certificates('1')), null),
            new PutEnrollment(Samples.Individual("two", "\"2\"", Samples.Certificates('2')), null));

        Assert.Equal(CommitOutcome.Conflict, await CommitAsync(
            new PutEnrollment(Samples.Individual("two", attestation: Samples.Certificates('1')), "\"stale\"")));
        Assert.Equal(CommitOutcome.CertificateInUse, await CommitAsync(
            new PutEnrollment(Samples.Individual("two", attestation: Samples.Certificates('1')), "\"2\"")));
    }

    [Fact]
    public async Task An_enrollment_may_hold_a_certificate_in_both_slots_and_move_it_between_them()
    {
        await CommitOrFailAsync(new PutEnrollment(Samples.Individual("one", "\"1\"", Samples.Certificates('1', '1')), null));
        await CommitOrFailAsync(new PutEnrollment(Samples.Individual("ONE", "\"2\"", Samples.Certificates('2', '1')), "\"1\""));
        await CommitOrFailAsync(new PutEnrollment(Samples.Individual("one", "\"3\"", Samples.Certificates('1', '2')), "\"2\""));
    }

    [Fact]
    public async Task A_certificate_is_free_again_when_it_was_replaced_or_its_enrollment_deleted()
    {
        await CommitOrFailAsync(new PutEnrollment(Samples.Individual("one", "\"1\"", Samples.Certificates('1', '2')), null));
        await CommitOrFailAsync(new PutEnrollment(Samples.Individual("one", "\"2\"", Samples.Certificates('1')), "\"1\""));
        await CommitOrFailAsync(new PutEnrollment(Samples.Individual("two", attestation: Samples.Certificates('2')), null));

        await CommitOrFailAsync(
            new DeleteEnrollment(Samples.Instance, EnrollmentKind.Individual, "One", "\"2\""),
            new PutEnrollment(Samples.Individual("three", attestation: Samples.Certificates('1')), null));
    }

    [Fact]
    public async Task Instances_may_enroll_the_same_certificate_and_the_same_IDs()
    {
        await CommitOrFailAsync(
            new PutEnrollment(Samples.Individual("one", "\"a\"", Samples.Certificates('1'), "first"), null),
            new PutEnrollment(Samples.Individual("one", "\"b\"", Samples.Certificates('1'), "second"), null),
            new PutRegistration(Samples.Registration("one", "\"a\"", instance: "first"), null),
            new PutRegistration(Samples.Registration("one", "\"b\"", instance: "second"), null));

        Assert.Equal("\"a\"", (await Store.FindEnrollmentAsync("first", EnrollmentKind.Individual, "one", default))?.ETag);
        Assert.Equal("\"b\"", (await Store.FindEnrollmentAsync("second", EnrollmentKind.Individual, "one", default))?.ETag);
        Assert.Equal("\"b\"", (await Store.FindRegistrationAsync("second", "one", default))?.ETag);
        Assert.Null(await Store.FindRegistrationAsync("third", "one", default));
    }

    [Fact]
    public async Task The_groups_revision_changes_with_groups_only()
    {
        var revision = await RevisionAsync("one");
        var other = await RevisionAsync("two");
        await CommitOrFailAsync(
            new PutEnrollment(Samples.Individual("a", instance: "one"), null),
            new PutRegistration(Samples.Registration("a", instance: "one"), null));
        Assert.Equal(revision, await RevisionAsync("one"));

        foreach (StoreChange change in (StoreChange[])
            [
                new PutEnrollment(Samples.Group("g", "\"1\"", instance: "one"), null),
                new PutEnrollment(Samples.Group("g", "\"2\"", instance: "one"), "\"1\""),
                new DeleteEnrollment("ONE", EnrollmentKind.Group, "g", "\"2\""),
            ])
        {
            await CommitOrFailAsync(change);
            var next = await RevisionAsync("One");
            Assert.NotEqual(revision, next);
            revision = next;
        }

        Assert.Equal(other, await RevisionAsync("two"));
    }

    private async Task<long> RevisionAsync(string instance) => await Store.GetGroupsRevisionAsync(instance, default);

    /// <summary>All that the sample instance holds, as text.</summary>
    private async Task<string> EverythingAsync() => string.Join(
        '\n',
        Snapshot.Of(await Store.ListInstancesAsync(default)),
        Snapshot.Of(await Store.ListEnrollmentsAsync(Samples.Instance, EnrollmentKind.Individual, null, 1000, default)),
        Snapshot.Of(await Store.ListEnrollmentsAsync(Samples.Instance, EnrollmentKind.Group, null, 1000, default)),
        Snapshot.Of(await Store.FindRegistrationAsync(Samples.Instance, "old", default)),
        Snapshot.Of(await Store.FindRegistrationAsync(Samples.Instance, "new", default)),
        Snapshot.Of(await Store.ListLinkedHubsAsync(Samples.Instance, default)),
        Snapshot.Of(await Store.ListAttemptTracesAsync(Samples.Instance, new AttemptTraceFilter { Limit = 1000 }, default)));
}
