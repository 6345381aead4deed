using System.Globalization;
using Muster.Core.Allocation;
using Muster.Core.Attestation;
using Muster.Core.Enrollments;
using Muster.Core.Queries;
using Muster.Core.Registration;
using Muster.Core.Store;

namespace Muster.Storage.Tests.Conformance;

/// <summary>Queries: which items a text selects, in which order, and what pages show of a store that changes meanwhile.</summary>
public abstract partial class ProvisioningStoreConformance
{
    // The four enrollments of SeedQueriedAsync, by ID.
    [Theory]
    [InlineData("", "bare Full off tpm")]
    [InlineData("where registrationId = 'FULL'", "Full")]
    [InlineData("where registrationId > 'bare' and registrationId < 'TPM'", "Full off")]
    [InlineData("where startswith(registrationId, 'F')", "Full")]
    [InlineData("where not startswith(registrationId, 'f')", "bare off tpm")]
    [InlineData("where startswith(registrationId, '')", "bare Full off tpm")]
    [InlineData("where provisioningStatus = 'disabled'", "off")]
    [InlineData("where provisioningStatus = 'ENABLED'", "Full")]
    [InlineData("where provisioningStatus = 'bogus'", "")]
    [InlineData("where provisioningStatus = null", "bare tpm")]
    [InlineData("where provisioningStatus != null", "Full off")]
    [InlineData("where provisioningStatus != 'disabled'", "bare Full tpm")]
    [InlineData("where not provisioningStatus = 'disabled'", "bare Full tpm")]
    [InlineData("where attestation.type = 'TPM'", "tpm")]
    [InlineData("where attestation.type = 'x509' or attestation.type = 'tpm'", "off tpm")]
    [InlineData("where attestation.tpm.endorsementKey = 'AToA+/=='", "tpm")]
    [InlineData("where attestation.x509.clientCertificates.primary.info.subjectName = 'CN=device, O=\"A, B\"'", "off")]
    [InlineData("where attestation.x509.clientCertificates.primary.info.sha1Thumbprint = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'", "off")]
    [InlineData("where attestation.x509.clientCertificates.primary.info.notAfterUtc > '2027-02-01'", "off")]
    [InlineData("where attestation.x509.clientCertificates.secondary.info.version = 3", "")]
    [InlineData("where attestation.x509.signingCertificates.primary.info.version = 3", "")]
    [InlineData("where attestation.x509.clientCertificates.primary.info.version >= 2.5", "off")]
    [InlineData("where capabilities.iotEdge = true", "Full")]
    [InlineData("where capabilities.iotEdge = 1", "")]
    [InlineData("where capabilities.iotEdge != true", "bare off tpm")]
    [InlineData("where iotHubHostName = 'HUB-1.example'", "Full")]
    [InlineData("where startswith(iotHubHostName, 'HUB-')", "Full")]
    [InlineData("where iotHubs = 'hub-2.EXAMPLE'", "Full")]
    [InlineData("where iotHubs != 'hub-2.example'", "bare off tpm")]
    [InlineData("where iotHubs = null", "bare off tpm")]
    [InlineData("where allocationPolicy = 'geolatency'", "Full")]
    [InlineData("where customAllocationDefinition.apiVersion = '2019-03-31'", "Full")]
    [InlineData("where reprovisionPolicy.migrateDeviceData = false", "Full")]
    [InlineData("where certificatePolicyName = 'policy' and namespaceName = 'ns' and certificateAuthorityName = 'ca'", "Full")]
    [InlineData("where deviceId = 'Device-ÄÖ'", "Full")]
    [InlineData("where deviceId = 'device-äö'", "")]
    [InlineData("where deviceId != 'x'", "bare Full off tpm")]
    [InlineData("where etag = '\"e1\"'", "bare Full off tpm")]
    [InlineData("where createdDateTimeUtc >= '2026-03-01T12:30:15.1234567Z'", "bare Full off tpm")]
    [InlineData("where createdDateTimeUtc > '2026-03-01T12:30:15.1234567Z'", "")]
    [InlineData("where createdDateTimeUtc < 'never'", "")]
    [InlineData("where lastUpdatedDateTimeUtc > '2026-03-01T14:30:15.1234567+02:00'", "Full")]
    [InlineData("where lastUpdatedDateTimeUtc >= '2026-03-01T12:30:15Z'", "bare Full off tpm")]
    [InlineData("where initialTwin.tags.site = 'Hamburg'", "off")]
    [InlineData("where initialTwin.tags.site = 'hamburg'", "")]
    [InlineData("where startswith(initialTwin.tags.site, 'Ham')", "off")]
    [InlineData("where initialTwin.tags.floor = 7", "off")]
    [InlineData("where initialTwin.tags.floor = 7.0", "off")]
    [InlineData("where initialTwin.tags.floor = '7'", "")]
    [InlineData("where initialTwin.tags.floor > 'a'", "")]
    [InlineData("where initialTwin.tags.floor < 8 and initialTwin.tags.floor > 6.5", "off")]
    [InlineData("where initialTwin.tags.open = true", "off")]
    [InlineData("where initialTwin.tags.open = 1", "")]
    [InlineData("where initialTwin.tags.open != true", "bare Full tpm")]
    [InlineData("where initialTwin.tags.a-b.$c = 'deep'", "off")]
    [InlineData("where initialTwin.tags.a-b = null", "bare Full tpm")]
    [InlineData("where initialTwin.properties.desired.interval = 60", "off")]
    [InlineData("where optionalDeviceInformation.empty = ''", "Full")]
    [InlineData("where not (provisioningStatus = 'disabled' or attestation.type = 'tpm')", "bare Full")]
    [InlineData("where provisioningStatus = 'disabled' and attestation.type = 'x509' and initialTwin.tags.floor = 7", "off")]
    [InlineData("where etag = '''; drop table enrollments; --'", "")]
    [InlineData("order by registrationId desc", "tpm off Full bare")]
    [InlineData("order by lastUpdatedDateTimeUtc desc", "Full tpm off bare")]
    [InlineData("order by createdDateTimeUtc", "bare Full off tpm")]
    [InlineData("order by provisioningStatus", "bare tpm off Full")]
    [InlineData("order by provisioningStatus desc", "Full off tpm bare")]
    [InlineData("order by initialTwin.tags.site", "bare Full tpm off")]
    [InlineData("where attestation.type != 'tpm' order by attestation.type desc", "off Full bare")]
    public async Task Query_selects_and_orders(string rest, string expected)
    {
        await SeedQueriedAsync();
        var query = QueryParser.TryParse(QuerySubject.Enrollments, "select * " + rest);
        Assert.NotNull(query);
        foreach (var size in new[] { 1, 3, 1000 })
        {
            var ids = await PagesAsync(after => Store.QueryEnrollmentsAsync(
                Samples.Instance, EnrollmentKind.Individual, query, after, size, default), size);
            Assert.Equal(expected, string.Join(' ', ids.Select(enrollment => enrollment.Id)));
        }
    }

    [Theory]
    [InlineData("where enrollmentGroupId = 'g'", "g")]
    [InlineData("where attestation.x509.caReferences.primary = 'ROOT'", "refs")]
    [InlineData("where attestation.x509.signingCertificates.primary.info.version = 3", "signed")]
    [InlineData("order by attestation.type desc", "signed refs g")]
    public async Task Query_over_groups_selects_groups(string rest, string expected)
    {
        await CommitOrFailAsync(
            new PutEnrollment(Samples.Individual("g"), null),
            new PutEnrollment(Samples.Group("g"), null),
            new PutEnrollment(Samples.Group("g", instance: "other"), null),
            new PutEnrollment(Samples.Group("refs", attestation: new X509CaReferenceAttestation("root", null)), null),
            new PutEnrollment(Samples.Group("signed", attestation: Samples.Certificates('b', use: X509CertificateUse.Signing)), null));
        var query = QueryParser.TryParse(QuerySubject.EnrollmentGroups, "select * " + rest)!;
        var groups = await PagesAsync(
            after => Store.QueryEnrollmentsAsync(Samples.Instance, EnrollmentKind.Group, query, after, 2, default), 2);
        Assert.Equal(expected, string.Join(' ', groups.Select(group => group.Id)));
    }

    [Theory]
    [InlineData("", "a b c")]
    [InlineData("where status = 'failed'", "b")]
    [InlineData("where status != 'failed'", "a c")]
    [InlineData("where errorCode < 401000", "b")]
    [InlineData("where startswith(errorMessage, 'Web')", "b")]
    [InlineData("where assignedHub = 'HUB-1.example'", "a")]
    [InlineData("where deviceId = 'Device-A'", "a")]
    [InlineData("where substatus = 'reprovisionedToInitialAssignment'", "a")]
    [InlineData("where createdDateTimeUtc > '2026-03-01T12:30:15.1234567Z'", "a")]
    [InlineData("where payload.n = 1", "c")]
    [InlineData("order by lastUpdatedDateTimeUtc desc", "a c b")]
    [InlineData("order by registrationId desc", "c b a")]
    public async Task Query_over_records_stays_in_its_group(string rest, string expected)
    {
        await CommitOrFailAsync(
            new PutRegistration(Samples.FullRegistration("a") with { EnrollmentId = "Fleet" }, null),
            new PutRegistration(
                Samples.Registration("b", group: "fleet", status: RegistrationStatus.Failed) with { ErrorCode = 400207, ErrorMessage = "Webhook" }, null),
            new PutRegistration(Samples.Registration("c", group: "FLEET") with { Payload = Samples.Json("{\"n\":1}") }, null),
            new PutRegistration(Samples.Registration("d", group: "other"), null),
            new PutRegistration(Samples.Registration("fleet"), null));
        var query = QueryParser.TryParse(QuerySubject.Registrations, "select * " + rest)!;
        var records = await PagesAsync(after => Store.QueryRegistrationsAsync(Samples.Instance, "fleet", query, after, 2, default), 2);
        Assert.Equal(expected, string.Join(' ', records.Select(record => record.RegistrationId)));
        if (rest.Length > 0) return;
        var all = await PagesAsync(after => Store.QueryRegistrationsAsync(Samples.Instance, null, query, after, 2, default), 2);
        Assert.Equal("a b c d fleet", string.Join(' ', all.Select(record => record.RegistrationId)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("order by createdDateTimeUtc desc")]
    [InlineData("order by initialTwin.tags.n")]
    public async Task What_is_there_throughout_is_listed_once(string rest)
    {
        const int Kept = 60;
        var query = QueryParser.TryParse(QuerySubject.Enrollments, "select * " + rest)!;
        await CommitOrFailAsync([.. Enumerable.Range(0, Kept).SelectMany(i => new[] { Numbered("kept", i), Numbered("goes", i) })]);

        var seen = new List<string>();
        QueryPosition? after = null;
        var round = 0;
        do
        {
            var page = await Store.QueryEnrollmentsAsync(Samples.Instance, EnrollmentKind.Individual, query, after, 7, default);
            seen.AddRange(page.Items.Select(enrollment => enrollment.Id));
            after = page.Next;
            // The item that the page ends with may be the one that goes.
            var last = page.Items[^1].Id;
            List<StoreChange> changes = [Numbered("comes", round)];
            if (last.StartsWith("goes", StringComparison.Ordinal))
                changes.Add(new DeleteEnrollment(Samples.Instance, EnrollmentKind.Individual, last, null));
            changes.Add(new DeleteEnrollment(Samples.Instance, EnrollmentKind.Individual, $"goes-{round * 5 % Kept:d3}", null));
            await CommitOrFailAsync([.. changes]);
            round++;
        }
        while (after is not null);

        Assert.Equal(seen.Count, seen.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(Kept, seen.Count(id => id.StartsWith("kept", StringComparison.Ordinal)));

        static PutEnrollment Numbered(string name, int i) => new(
            Samples.Individual($"{name}-{i:d3}") with
            {
                CreatedUtc = Samples.Time.AddTicks(i * 7 % 10),
                InitialTwin = new InitialTwin(Samples.Json(string.Create(CultureInfo.InvariantCulture, $$$"""{"tags":{"n":{{{i % 4}}}}}"""))),
            },
            null);
    }

    [Fact]
    public async Task Cancelled_query_ends()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.QueryEnrollmentsAsync(
            Samples.Instance, EnrollmentKind.Individual, Query.Everything, null, 1, cancelled.Token));
    }

    private Task SeedQueriedAsync() => CommitOrFailAsync(
        new PutEnrollment(Samples.FullIndividual("Full"), null),
        new PutEnrollment(Samples.Individual("bare"), null),
        new PutEnrollment(Samples.Individual("tpm", attestation: new TpmAttestation("AToA+/==", null)), null),
        new PutEnrollment(
            Samples.Individual("off", attestation: Samples.Certificates('a')) with
            {
                ProvisioningStatus = ProvisioningStatus.Disabled,
                AllocationPolicy = AllocationPolicyKind.Hashed,
                InitialTwin = new InitialTwin(Samples.Json(
                    """
                    {"tags":{"site":"Hamburg","floor":7,"open":true,"a-b":{"$c":"deep"}},
                     "properties":{"desired":{"interval":60}}}
                    """)),
            },
            null),
        new PutEnrollment(Samples.Group("Full"), null),
        new PutEnrollment(Samples.Individual("elsewhere", instance: "other"), null));

    private static async Task<List<T>> PagesAsync<T>(Func<QueryPosition?, Task<QueryPage<T>>> read, int size)
    {
        var items = new List<T>();
        QueryPosition? after = null;
        do
        {
            var page = await read(after);
            Assert.True(page.Items.Count == size || page.Next is null);
            Assert.True(page.Items.Count > 0 || after is null, "A page that is promised has items.");
            items.AddRange(page.Items);
            after = page.Next;
        }
        while (after is not null);
        return items;
    }
}
