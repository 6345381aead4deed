using Muster.Core.Attestation;
using Muster.Core.Enrollments;
using Muster.Core.Hubs;
using Muster.Core.Instances;
using Muster.Core.Registration;
using Muster.Core.Secrets;
using Muster.Core.Store;

namespace Muster.Storage.Tests.Conformance;

public abstract partial class ProvisioningStoreConformance
{
    private static readonly Dictionary<string, Enrollment> Enrollments = new(StringComparer.Ordinal)
    {
        ["individual with the least"] = Samples.Individual("Device-A"),
        ["individual with everything"] = Samples.FullIndividual("Device-A"),
        ["individual with explicit null status"] = Samples.FullIndividual("Device-A") with { ProvisioningStatus = null },
        ["individual that is disabled"] = Samples.FullIndividual("Device-A") with { ProvisioningStatus = ProvisioningStatus.Disabled },
        ["individual with no hubs"] = Samples.Individual("Device-A") with { IotHubs = [] },
        ["individual with a twin 100 levels deep"] = Samples.Individual("Device-A") with
        {
            InitialTwin = new InitialTwin(Samples.Json($$"""{"tags":{{new string('[', 100)}}1{{new string(']', 100)}}}""")),
        },
        ["individual with a TPM"] = Samples.Individual("Device-A", attestation: new TpmAttestation("AToAAQ+/==", "AToAAS==")),
        ["individual with a TPM, no storage root key"] = Samples.Individual("Device-A", attestation: new TpmAttestation("AToAAQ==", null)),
        ["individual with certificates"] = Samples.Individual("Device-A", attestation: Samples.Certificates('1', '2')),
        ["individual with a secondary certificate"] = Samples.Individual("Device-A", attestation: Samples.Certificates(null, '2')),
        ["group with keys"] = Samples.Group("Group-A") with { ProvisioningStatus = ProvisioningStatus.Enabled },
        ["group with certificates"] = Samples.Group("Group-A", attestation: Samples.Certificates('1', null, X509CertificateUse.Signing)),
        ["group with CA references"] = Samples.Group("Group-A", attestation: new X509CaReferenceAttestation("root", null)),
    };

    public static TheoryData<string> EnrollmentNames => [.. Enrollments.Keys];

    [Theory]
    [MemberData(nameof(EnrollmentNames))]
    public async Task An_enrollment_is_read_as_it_was_written(string name)
    {
        var written = Enrollments[name];
        await CommitOrFailAsync(new PutEnrollment(written, null));
        await ReopenAsync();

        var read = await Store.FindEnrollmentAsync(Samples.Instance, written.Kind, written.Id, default);

        Assert.Equal(Snapshot.Of(written), Snapshot.Of(read));
        Assert.IsType(written.GetType(), read);
        Assert.Equal(written.Attestation.GetType(), read.Attestation.GetType());
    }

    [Fact]
    public async Task A_registration_record_is_read_as_it_was_written()
    {
        foreach (var written in (RegistrationRecord[])[Samples.Registration("least"), Samples.FullRegistration("Full")])
        {
            await CommitOrFailAsync(new PutRegistration(written, null));
            var read = await Store.FindRegistrationAsync(Samples.Instance, written.RegistrationId, default);
            Assert.Equal(Snapshot.Of(written), Snapshot.Of(read));
        }
    }

    [Theory]
    [InlineData(RegistrationStatus.Unassigned, null)]
    [InlineData(RegistrationStatus.Assigning, null)]
    [InlineData(RegistrationStatus.Assigned, RegistrationSubstatus.InitialAssignment)]
    [InlineData(RegistrationStatus.Assigned, RegistrationSubstatus.DeviceDataMigrated)]
    [InlineData(RegistrationStatus.Assigned, RegistrationSubstatus.DeviceDataReset)]
    [InlineData(RegistrationStatus.Assigned, RegistrationSubstatus.ReprovisionedToInitialAssignment)]
    [InlineData(RegistrationStatus.Failed, null)]
    [InlineData(RegistrationStatus.Disabled, null)]
    public async Task Every_state_of_a_registration_is_kept(RegistrationStatus status, RegistrationSubstatus? substatus)
    {
        await CommitOrFailAsync(new PutRegistration(Samples.Registration("one", status: status) with { Substatus = substatus }, null));

        var read = await Store.FindRegistrationAsync(Samples.Instance, "one", default);

        Assert.Equal((status, substatus), (read?.Status, read?.Substatus));
    }

    [Fact]
    public async Task An_instance_is_read_as_it_was_written()
    {
        var written = Samples.ProvisioningInstance("One") with
        {
            ServiceHostNames = [],
            AccessPolicies =
            [
                AccessPolicy.CreateOwner(),
                new AccessPolicy("none", Samples.Keys("none"), AccessRights.None),
                new AccessPolicy("reader", Samples.Keys("reader"), AccessRights.EnrollmentRead | AccessRights.RegistrationStatusRead),
            ],
        };
        await CommitOrFailAsync(new PutInstance(written, null));

        Assert.Equal(Snapshot.Of(written), Snapshot.Of(Assert.Single(await Store.ListInstancesAsync(default))));
    }

    [Fact]
    public async Task A_linked_hub_is_read_as_it_was_written()
    {
        var least = Samples.Hub("a.example");
        var full = Samples.Hub("b.example") with { Location = "west", AllocationWeight = 10, ApplyAllocationPolicy = false };
        await CommitOrFailAsync(new PutLinkedHub(least, null), new PutLinkedHub(full, null));

        Assert.Equal(Snapshot.Of<LinkedHub[]>([least, full]), Snapshot.Of(await Store.ListLinkedHubsAsync(Samples.Instance, default)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("plain")]
    [InlineData("ünïcode \u0000 \ud83d\ude00 \"quoted\"")]
    public async Task A_secret_is_kept_exactly(string text)
    {
        await CommitOrFailAsync(new PutLinkedHub(Samples.Hub("a") with { ConnectionString = new Secret(text) }, null));
        await ReopenAsync();

        Assert.Equal(text, Assert.Single(await Store.ListLinkedHubsAsync(Samples.Instance, default)).ConnectionString.Reveal());
    }

    [Fact]
    public async Task IDs_and_instance_names_are_found_without_case_and_kept_as_written()
    {
        await CommitOrFailAsync(
            new PutEnrollment(Samples.Individual("Device-ÄB", instance: "Tenant"), null),
            new PutEnrollment(Samples.Group("Device-ÄB", instance: "Tenant"), null),
            new PutRegistration(Samples.Registration("Device-ÄB", instance: "Tenant"), null),
            new PutLinkedHub(Samples.Hub("Hub.Example", instance: "Tenant"), null));

        Assert.Equal("Device-ÄB", (await Store.FindEnrollmentAsync("TENANT", EnrollmentKind.Individual, "dEVICE-äb", default))?.Id);
        Assert.Equal("Device-ÄB", (await Store.FindEnrollmentAsync("tenant", EnrollmentKind.Group, "DEVICE-ÄB", default))?.Id);
        Assert.Equal("Device-ÄB", (await Store.FindRegistrationAsync("tenant", "device-äb", default))?.RegistrationId);
        Assert.Equal("Hub.Example", Assert.Single(await Store.ListLinkedHubsAsync("teNANT", default)).HostName);
        foreach (StoreChange change in (StoreChange[])
            [
                new PutEnrollment(Samples.Individual("DEVICE-äb", instance: "tenant"), null),
                new PutRegistration(Samples.Registration("DEVICE-äb", instance: "tenant"), null),
                new PutLinkedHub(Samples.Hub("HUB.example", instance: "tenant"), null),
            ])
        {
            Assert.Equal(CommitOutcome.Conflict, await CommitAsync(change));
        }

        await CommitOrFailAsync(
            new DeleteEnrollment("tenant", EnrollmentKind.Individual, "device-äb", null),
            new DeleteRegistration("tenant", "device-äb", null),
            new DeleteLinkedHub("tenant", "hub.example", null));
        Assert.Null(await Store.FindEnrollmentAsync("Tenant", EnrollmentKind.Individual, "Device-ÄB", default));
        Assert.NotNull(await Store.FindEnrollmentAsync("Tenant", EnrollmentKind.Group, "Device-ÄB", default));
        Assert.Null(await Store.FindRegistrationAsync("Tenant", "Device-ÄB", default));
        Assert.Empty(await Store.ListLinkedHubsAsync("Tenant", default));
    }

    [Theory]
    [InlineData(EnrollmentKind.Individual)]
    [InlineData(EnrollmentKind.Group)]
    public async Task Enrollments_are_listed_by_ID_without_case_in_pages(EnrollmentKind kind)
    {
        string[] ids = ["b", "A", "c-10", "C-1", "c_2", "D", "a-1", "B:x"];
        foreach (var id in ids)
        {
            await CommitOrFailAsync(
                new PutEnrollment(Samples.Individual(id), null), new PutEnrollment(Samples.Group(id), null),
                new PutEnrollment(Samples.Individual(id, instance: "other"), null));
        }

        await AssertPagedAsync(
            ids,
            async (afterId, limit) =>
                (await Store.ListEnrollmentsAsync(Samples.Instance, kind, afterId, limit, default)).Select(enrollment => enrollment.Id));
    }

    [Fact]
    public async Task Records_of_a_group_are_listed_by_ID_without_case_in_pages_also_after_its_deletion()
    {
        string[] ids = ["b", "A", "c-10", "C-1", "c_2", "D", "a-1", "B:x"];
        await CommitOrFailAsync(new PutEnrollment(Samples.Group("Group"), null));
        foreach (var id in ids) await CommitOrFailAsync(new PutRegistration(Samples.Registration(id, group: "Group"), null));
        await CommitOrFailAsync(
            new PutRegistration(Samples.Registration("individual") with { EnrollmentId = "group" }, null),
            new PutRegistration(Samples.Registration("elsewhere", group: "group-2"), null),
            new PutRegistration(Samples.Registration("a", group: "group", instance: "other"), null));

        for (var i = 0; i < 2; i++)
        {
            await AssertPagedAsync(
                ids,
                async (afterId, limit) => (await Store.ListGroupRegistrationsAsync(Samples.Instance, "GROUP", afterId, limit, default))
                    .Select(record => record.RegistrationId));
            await CommitOrFailAsync(new DeleteEnrollment(Samples.Instance, EnrollmentKind.Group, "Group", null));
        }
    }

    [Fact]
    public async Task A_record_that_moved_to_another_enrollment_leaves_its_groups_list()
    {
        await CommitOrFailAsync(new PutRegistration(Samples.Registration("a", "\"1\"", "first"), null));
        await CommitOrFailAsync(new PutRegistration(Samples.Registration("a", "\"2\"", "second"), "\"1\""));

        Assert.Empty(await Store.ListGroupRegistrationsAsync(Samples.Instance, "first", null, 10, default));
        Assert.Single(await Store.ListGroupRegistrationsAsync(Samples.Instance, "second", null, 10, default));

        await CommitOrFailAsync(new PutRegistration(Samples.Registration("a", "\"3\""), "\"2\""));
        Assert.Empty(await Store.ListGroupRegistrationsAsync(Samples.Instance, "second", null, 10, default));
    }

    [Fact]
    public async Task Groups_of_a_mechanism_are_listed_oldest_first()
    {
        await CommitOrFailAsync(
            new PutEnrollment(Samples.Group("z") with { CreatedUtc = Samples.Time }, null),
            new PutEnrollment(Samples.Group("a") with { CreatedUtc = Samples.Time.AddTicks(1) }, null),
            new PutEnrollment(Samples.Group("m") with { CreatedUtc = Samples.Time.ToOffset(TimeSpan.FromHours(5)).AddTicks(-1) }, null),
            new PutEnrollment(Samples.Group("b") with { CreatedUtc = Samples.Time }, null),
            new PutEnrollment(Samples.Group("x", attestation: new X509CaReferenceAttestation("root", null)), null),
            new PutEnrollment(Samples.Group("y", attestation: Samples.Certificates('1', null, X509CertificateUse.Signing)), null),
            new PutEnrollment(Samples.Individual("i"), null),
            new PutEnrollment(Samples.Group("o", instance: "other"), null));

        Assert.Equal(["m", "b", "z", "a"], await GroupIdsAsync(AttestationType.SymmetricKey));
        Assert.Equal(["x", "y"], await GroupIdsAsync(AttestationType.X509));
        Assert.Empty(await GroupIdsAsync(AttestationType.Tpm));
    }

    [Fact]
    public async Task Instances_are_listed_oldest_first()
    {
        await CommitOrFailAsync(
            new PutInstance(Samples.ProvisioningInstance("a") with { CreatedUtc = Samples.Time.AddDays(1) }, null),
            new PutInstance(Samples.ProvisioningInstance("z") with { CreatedUtc = Samples.Time.AddDays(-1) }, null),
            new PutInstance(Samples.ProvisioningInstance("m"), null));

        Assert.Equal(["z", "m", "a"], (await Store.ListInstancesAsync(default)).Select(instance => instance.Name));
    }

    [Fact]
    public async Task Linked_hubs_are_listed_by_host_name_without_case()
    {
        await CommitOrFailAsync(
            new PutLinkedHub(Samples.Hub("b.example"), null), new PutLinkedHub(Samples.Hub("C.example"), null),
            new PutLinkedHub(Samples.Hub("A.example"), null), new PutLinkedHub(Samples.Hub("a.example", instance: "other"), null));

        Assert.Equal(
            ["A.example", "b.example", "C.example"],
            (await Store.ListLinkedHubsAsync(Samples.Instance, default)).Select(hub => hub.HostName));
    }

    [Fact]
    public async Task Unfinished_records_of_every_instance_are_listed_until_they_are_done()
    {
        foreach (var status in Enum.GetValues<RegistrationStatus>())
        {
            await CommitOrFailAsync(
                new PutRegistration(Samples.Registration($"{status}", "\"1\"", status: status, instance: "one"), null),
                new PutRegistration(Samples.Registration($"{status}", "\"1\"", "group", status, "two"), null));
        }

        Assert.Equal(["one", "two"], (await UnfinishedAsync()).Select(record => record.InstanceName));

        await ReopenAsync();
        await CommitOrFailAsync(new PutRegistration(Samples.Registration("Assigning", "\"2\"", instance: "one"), "\"1\""));
        Assert.Equal(["two"], (await UnfinishedAsync()).Select(record => record.InstanceName));

        await CommitOrFailAsync(new DeleteRegistration("two", "assigning", null));
        Assert.Empty(await UnfinishedAsync());
    }

    private async Task<IEnumerable<string>> GroupIdsAsync(AttestationType type) =>
        (await Store.ListGroupsAsync(Samples.Instance, type, default)).Select(group => group.Id);

    private Task<IReadOnlyList<RegistrationRecord>> UnfinishedAsync() => Store.ListUnfinishedRegistrationsAsync(default);

    private static async Task AssertPagedAsync(string[] ids, Func<string?, int, Task<IEnumerable<string>>> list)
    {
        var expected = ids.OrderBy(id => id.ToLowerInvariant(), StringComparer.Ordinal).ToArray();
        Assert.Equal(expected, await list(null, 1000));
        foreach (var limit in (int[])[1, 3, ids.Length])
        {
            var read = new List<string>();
            string? afterId = null;
            while ((await list(afterId, limit)).ToArray() is { Length: > 0 } page)
            {
                Assert.True(page.Length <= limit);
                read.AddRange(page);
                afterId = page[^1].ToUpperInvariant();
            }

            Assert.Equal(expected, read);
        }
    }
}
