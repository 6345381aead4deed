using Muster.Core.Queries;

namespace Muster.Storage.Sqlite;

/// <summary>How a member of a query stands in the database.</summary>
/// <param name="Sql">The expression of its value; a constant, but for the bound path of free JSON.</param>
/// <param name="IsKey">Whether it is the ID's key, which every row has and which is in lower case.</param>
/// <param name="IsTicks">Whether it holds points in time as ticks; else they are texts.</param>
/// <param name="IsAlwaysThere">Whether every row has it.</param>
internal sealed record QueryColumn(string Sql, bool IsKey = false, bool IsTicks = false, bool IsAlwaysThere = false)
{
    private const string Document = "CAST(document AS TEXT)";

    /// <summary>The last write; the index over it has this very expression.</summary>
    public const string Updated = $"json_extract({Document}, '$.lastUpdatedUtc')";

    /// <summary>The provisioning status; an index over part of it has this very expression.</summary>
    public const string Status = $"json_extract({Document}, '$.provisioningStatus')";

    /// <summary>The device ID; an index has this very expression.</summary>
    public const string Device = $"json_extract({Document}, '$.deviceId')";

    private static readonly QueryColumn Key = new("key", IsKey: true, IsAlwaysThere: true);
    private static readonly QueryColumn UpdatedColumn = new(Updated, IsAlwaysThere: true);

    /// <summary>The type of a value at a path in free JSON.</summary>
    public static string TypeOfJson(string boundPath) => $"json_type({Document}, {boundPath})";

    /// <summary>A value at a path in free JSON.</summary>
    public static QueryColumn OfJson(string boundPath) => new($"json_extract({Document}, {boundPath})");

    /// <summary>Where the free JSON of a member begins in the document.</summary>
    public static string RootOfJson(QueryMember member) => member.Name switch
    {
        "initialTwin.tags" => "$.initialTwin.document.tags",
        "initialTwin.properties.desired" => "$.initialTwin.document.properties.desired",
        _ => "$." + member.Name,
    };

    /// <summary>The column of a member that is not free JSON.</summary>
    public static QueryColumn Of(QuerySubject subject, QueryMember member) =>
        subject == QuerySubject.Registrations ? OfRecord(member) : OfEnrollment(member);

    private static QueryColumn OfRecord(QueryMember member) => member.Name switch
    {
        "registrationId" => Key,
        "createdDateTimeUtc" => new(Extract("createdUtc"), IsAlwaysThere: true),
        "assignedHub" => new(Extract("assignment.hubHostName")),
        "deviceId" => new(Extract("assignment.deviceId")),
        "status" => new("status", IsAlwaysThere: true),
        "lastUpdatedDateTimeUtc" => UpdatedColumn,
        "etag" => new("etag", IsAlwaysThere: true),
        var name => new(Extract(name)),
    };

    private static QueryColumn OfEnrollment(QueryMember member) => member.Name switch
    {
        "registrationId" or "enrollmentGroupId" => Key,
        "deviceId" => new(Device),
        "attestation.type" => new("attestation_type", IsAlwaysThere: true),
        "attestation.tpm.endorsementKey" => new(Extract("attestation.endorsementKey")),
        "attestation.tpm.storageRootKey" => new(Extract("attestation.storageRootKey")),
        "attestation.x509.caReferences.primary" => OfReference("primary"),
        "attestation.x509.caReferences.secondary" => OfReference("secondary"),
        "namespaceName" => new(Extract("certificatePolicy.namespaceName")),
        "certificateAuthorityName" => new(Extract("certificatePolicy.certificateAuthorityName")),
        "certificatePolicyName" or "credentialPolicyName" => new(Extract("certificatePolicy.certificatePolicyName")),
        "etag" => new("etag", IsAlwaysThere: true),
        "provisioningStatus" => new(Status),
        "createdDateTimeUtc" => new("created", IsTicks: true, IsAlwaysThere: true),
        "lastUpdatedDateTimeUtc" => UpdatedColumn,
        var name when name.StartsWith("attestation.x509.clientCertificates.", StringComparison.Ordinal) => OfCertificate(name, "client"),
        var name when name.StartsWith("attestation.x509.signingCertificates.", StringComparison.Ordinal) => OfCertificate(name, "signing"),
        var name => new(Extract(name)),
    };

    // Both slots and references stand right under the attestation; its kind tells what they are.
    private static QueryColumn OfReference(string slot) => new(
        $"CASE {Extract("attestation.$type")} WHEN 'x509CaReferences' THEN {Extract("attestation." + slot)} END");

    private static QueryColumn OfCertificate(string name, string use)
    {
        var slotAndMember = string.Join('.', name.Split('.')[3..]);
        return new($"CASE {Extract("attestation.use")} WHEN '{use}' THEN {Extract("attestation." + slotAndMember)} END");
    }

    private static string Extract(string path)
    {
        var quoted = string.Join('.', path.Split('.').Select(name => name.StartsWith('$') ? $"\"{name}\"" : name));
        return $"json_extract({Document}, '$.{quoted}')";
    }
}
