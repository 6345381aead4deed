using System.Collections.Frozen;

namespace Muster.Core.Queries;

/// <summary>
/// The members that queries may name: those that reads show, keys excepted (service-api S-6.1, S-6.11, S-8.1). Any other name makes
/// a text unparsable, so that it selects everything.
/// </summary>
public static class QueryMembers
{
    // They stand first, because the catalogs below are made of them.
    private static readonly string[] Slots = ["primary", "secondary"];

    private static readonly (string Name, QueryMemberType Type)[] CertificateMembers =
    [
        ("subjectName", QueryMemberType.Text), ("issuerName", QueryMemberType.Text),
        ("sha1Thumbprint", QueryMemberType.CaselessText), ("sha256Thumbprint", QueryMemberType.CaselessText),
        ("serialNumber", QueryMemberType.CaselessText), ("version", QueryMemberType.Number),
        ("notBeforeUtc", QueryMemberType.Time), ("notAfterUtc", QueryMemberType.Time),
    ];

    private static readonly FrozenDictionary<string, QueryMember> Groups = Catalog(
        [new("enrollmentGroupId", QueryMemberType.CaselessText), .. Enrollment()]);

    private static readonly FrozenDictionary<string, QueryMember> Individuals = Catalog(
    [
        new("registrationId", QueryMemberType.CaselessText),
        new("deviceId", QueryMemberType.Text),
        new("optionalDeviceInformation", QueryMemberType.Json),
        .. Enrollment(),
    ]);

    private static readonly FrozenDictionary<string, QueryMember> Records = Catalog(
    [
        new("registrationId", QueryMemberType.CaselessText),
        new("createdDateTimeUtc", QueryMemberType.Time),
        new("assignedHub", QueryMemberType.CaselessText),
        new("deviceId", QueryMemberType.Text),
        Enumeration("status", "unassigned", "assigning", "assigned", "failed", "disabled"),
        Enumeration("substatus", "initialAssignment", "deviceDataMigrated", "deviceDataReset", "reprovisionedToInitialAssignment"),
        new("errorCode", QueryMemberType.Number),
        new("errorMessage", QueryMemberType.Text),
        new("lastUpdatedDateTimeUtc", QueryMemberType.Time),
        new("etag", QueryMemberType.Text),
        new("payload", QueryMemberType.Json),
    ]);

    /// <summary>Finds a member by its dotted path; null when there is none. Only names inside free JSON compare by case.</summary>
    public static QueryMember? Find(QuerySubject subject, string path)
    {
        var catalog = CatalogOf(subject);
        if (catalog.TryGetValue(path, out var member)) return member.Type == QueryMemberType.Json ? null : member;
        for (var dot = path.IndexOf('.', StringComparison.Ordinal); dot > 0; dot = path.IndexOf('.', dot + 1))
        {
            if (!catalog.TryGetValue(path[..dot], out var free) || free.Type != QueryMemberType.Json) continue;
            var names = path[(dot + 1)..].Split('.');
            return names.Any(name => name.Length == 0) ? null : free with { Path = names };
        }

        return null;
    }

    /// <summary>Every member of a subject; free JSON objects stand for what lies in them.</summary>
    public static IEnumerable<QueryMember> All(QuerySubject subject) => CatalogOf(subject).Values;

    private static FrozenDictionary<string, QueryMember> CatalogOf(QuerySubject subject) => subject switch
    {
        QuerySubject.Enrollments => Individuals,
        QuerySubject.EnrollmentGroups => Groups,
        _ => Records,
    };

    private static IEnumerable<QueryMember> Enrollment() =>
    [
        Enumeration("attestation.type", "symmetricKey", "x509", "tpm"),
        new("attestation.tpm.endorsementKey", QueryMemberType.Text),
        new("attestation.tpm.storageRootKey", QueryMemberType.Text),
        .. Certificates("clientCertificates"),
        .. Certificates("signingCertificates"),
        new("attestation.x509.caReferences.primary", QueryMemberType.CaselessText),
        new("attestation.x509.caReferences.secondary", QueryMemberType.CaselessText),
        new("capabilities.iotEdge", QueryMemberType.Flag),
        new("iotHubHostName", QueryMemberType.CaselessText),
        new("namespaceName", QueryMemberType.Text),
        new("certificateAuthorityName", QueryMemberType.Text),
        new("certificatePolicyName", QueryMemberType.Text),
        new("credentialPolicyName", QueryMemberType.Text),
        new("initialTwin.tags", QueryMemberType.Json),
        new("initialTwin.properties.desired", QueryMemberType.Json),
        new("etag", QueryMemberType.Text),
        Enumeration("provisioningStatus", "enabled", "disabled"),
        new("reprovisionPolicy.updateHubAssignment", QueryMemberType.Flag),
        new("reprovisionPolicy.migrateDeviceData", QueryMemberType.Flag),
        new("createdDateTimeUtc", QueryMemberType.Time),
        new("lastUpdatedDateTimeUtc", QueryMemberType.Time),
        Enumeration("allocationPolicy", "hashed", "geoLatency", "static", "custom"),
        new("iotHubs", QueryMemberType.CaselessList),
        new("customAllocationDefinition.webhookUrl", QueryMemberType.Text),
        new("customAllocationDefinition.apiVersion", QueryMemberType.Text),
    ];

    private static IEnumerable<QueryMember> Certificates(string use) =>
        from slot in Slots
        from member in CertificateMembers
        select new QueryMember($"attestation.x509.{use}.{slot}.info.{member.Name}", member.Type);

    private static QueryMember Enumeration(string name, params string[] values) =>
        new(name, QueryMemberType.Enumeration) { Values = values };

    private static FrozenDictionary<string, QueryMember> Catalog(IEnumerable<QueryMember> members) =>
        members.ToFrozenDictionary(member => member.Name, StringComparer.OrdinalIgnoreCase);
}
