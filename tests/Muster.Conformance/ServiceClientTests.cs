using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Muster.Conformance.Calls;
using Muster.Conformance.Server;

namespace Muster.Conformance;

/// <summary>azure-iot-provisioning-service manages enrollments.</summary>
public sealed class ServiceClientTests(TwoHubServer muster)
{
    private const string EndorsementKey =
        "AToAAQALAAMAsgAgg3GXZ0SEs/gakMyNRqXXJP1S124GUgtk8qHaGzMUaaoABgCAAEMAEAgAAAAAAAEAlvZuauN4yw7xbYjeJ53jUuyEIDc7KB" +
        "lSva8vqlecR/CeLW/xU/5dX81VPBtRw3ONBdjQCr37H4Wio0+3Ay8dLXB8AM6iIaXYsor7DSrpj04DlXh8/ra10VC9bRXHps4dhGZvzz1n/X0Z" +
        "dLYFXVgWyJPkvNzmF6z+G8/hsMolvEhA+BE3ZsBpWbZdCQdhOwy71myXeXIb5xWIH0Ys9zqZvZxSe+CGmoj9y6YiXxoSyHLYs8G0x6lUKSoim+" +
        "NDjYbLOoR7iYg9Sbc3UoATkt9CYGXQJ5vYXN5ZNzS3Iv3PMAh+7vdK1QDROaXAYy9cDUvcdPeFJqEAZ4RIcmWHgG2wNQ==";

    private OfficialClients Clients => muster.Clients;

    /// <summary>The kinds of enrollment and what their methods are called.</summary>
    public static TheoryData<string, string> Kinds => new()
    {
        { "IndividualEnrollment", "registrationId" },
        { "EnrollmentGroup", "enrollmentGroupId" },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_enrollment_is_created_read_updated_and_deleted(string kind, string idMember)
    {
        var id = "life-" + kind.ToLowerInvariant();
        var (primary, secondary) = (Keys.New(), Keys.New());
        var created = (await Clients.ServiceAsync("createOrUpdate" + kind, New(kind, id, primary, secondary))).Value;
        Assert.Equal(id, (string?)created[idMember]);
        Assert.Equal("enabled", (string?)created["provisioningStatus"]);
        Assert.NotNull(created["createdDateTimeUtc"]);

        var read = (await Clients.ServiceAsync("get" + kind, id)).Value;
        Assert.Equal((string?)created["etag"], (string?)read["etag"]);
        Assert.Equal("symmetricKey", (string?)read["attestation"]?["type"]);

        read["provisioningStatus"] = "disabled";
        read["initialTwin"] = JsonNode.Parse("""{"tags":{"site":"b43"},"properties":{"desired":{"interval":5}}}""");
        var updated = (await Clients.ServiceAsync("createOrUpdate" + kind, read)).Value;
        Assert.Equal("disabled", (string?)updated["provisioningStatus"]);
        Assert.Equal("b43", (string?)updated["initialTwin"]?["tags"]?["site"]);
        Assert.Equal((string?)created["createdDateTimeUtc"], (string?)updated["createdDateTimeUtc"]);
        Assert.NotEqual((string?)created["etag"], (string?)updated["etag"]);

        // What the client read had no keys in it; the stored ones stay.
        var mechanism = (await Clients.ServiceAsync($"get{kind}AttestationMechanism", id)).Value;
        Assert.Equal(primary, (string?)mechanism["symmetricKey"]?["primaryKey"]);
        Assert.Equal(secondary, (string?)mechanism["symmetricKey"]?["secondaryKey"]);

        (await Clients.ServiceAsync("delete" + kind, updated)).Succeeded();
        (await Clients.ServiceAsync("get" + kind, id)).WasNotFound(NotFoundCode(kind));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Keys_that_are_not_given_are_generated(string kind, string idMember)
    {
        var id = "generated-" + kind.ToLowerInvariant();
        var enrollment = new JsonObject { [idMember] = id, ["attestation"] = new JsonObject { ["type"] = "symmetricKey" } };
        (await Clients.ServiceAsync("createOrUpdate" + kind, enrollment)).Succeeded();

        var keys = (await Clients.ServiceAsync($"get{kind}AttestationMechanism", id)).Value["symmetricKey"]!;
        var (primary, secondary) = ((string)keys["primaryKey"]!, (string)keys["secondaryKey"]!);
        Assert.Equal(64, Convert.FromBase64String(primary).Length);
        Assert.Equal(64, Convert.FromBase64String(secondary).Length);
        Assert.NotEqual(primary, secondary);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_stale_etag_is_an_InvalidEtagError_and_changes_nothing(string kind, string idMember)
    {
        var id = "stale-" + kind.ToLowerInvariant();
        var first = (await Clients.ServiceAsync("createOrUpdate" + kind, New(kind, id, Keys.New(), Keys.New()))).Value;
        var second = (await Clients.ServiceAsync("createOrUpdate" + kind, first)).Value;

        (await Clients.ServiceAsync("createOrUpdate" + kind, first)).FailedWith("InvalidEtagError");
        (await Clients.ServiceAsync("delete" + kind, first)).FailedWith("InvalidEtagError");
        var now = (await Clients.ServiceAsync("get" + kind, id)).Value;
        Assert.Equal((string?)second["etag"], (string?)now["etag"]);
        Assert.Equal(id, (string?)now[idMember]);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Creating_it_twice_is_an_error(string kind, string idMember)
    {
        var enrollment = New(kind, "twice-" + kind.ToLowerInvariant(), Keys.New(), Keys.New());
        Assert.NotNull((await Clients.ServiceAsync("createOrUpdate" + kind, enrollment)).Value[idMember]);
        (await Clients.ServiceAsync("createOrUpdate" + kind, enrollment)).FailedWith("DeviceAlreadyExistsError");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_does_not_exist_is_not_found(string kind, string idMember)
    {
        Assert.NotEmpty(idMember);
        (await Clients.ServiceAsync("get" + kind, "nobody")).WasNotFound(NotFoundCode(kind));
        (await Clients.ServiceAsync("delete" + kind, "nobody")).WasNotFound(NotFoundCode(kind));
        (await Clients.ServiceAsync($"get{kind}AttestationMechanism", "nobody")).WasNotFound(NotFoundCode(kind));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_query_returns_every_enrollment(string kind, string idMember)
    {
        var ids = Enumerable.Range(0, 5).Select(number => $"listed-{kind.ToLowerInvariant()}-{number}").ToList();
        foreach (var id in ids)
            await Clients.EnrollAsync(New(kind, id, Keys.New(), Keys.New()));

        var query = new JsonObject { ["query"] = "*" };
        var items = (await Clients.ServiceAsync($"create{kind}Query", query, 100)).Value.AsArray();
        var found = items.Select(item => (string?)item![idMember]).ToList();
        Assert.All(ids, id => Assert.Single(found, id));
    }

    [Fact]
    public async Task An_X509_enrollment_keeps_what_its_certificate_says()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=round-trip-x509", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        var attestation = new JsonObject
        {
            ["type"] = "x509",
            ["x509"] = new JsonObject
            {
                ["clientCertificates"] = new JsonObject
                {
                    ["primary"] = new JsonObject { ["certificate"] = certificate.ExportCertificatePem() },
                },
            },
        };
        var enrollment = new JsonObject { ["registrationId"] = "round-trip-x509", ["attestation"] = attestation };
        await Clients.EnrollAsync(enrollment);

        var read = (await Clients.ServiceAsync("getIndividualEnrollment", "round-trip-x509")).Value;
        var info = read["attestation"]?["x509"]?["clientCertificates"]?["primary"]?["info"];
        Assert.Equal("x509", (string?)read["attestation"]?["type"]);
        Assert.Equal(certificate.GetCertHashString(HashAlgorithmName.SHA256), (string?)info?["sha256Thumbprint"], ignoreCase: true);
        Assert.Contains("round-trip-x509", (string?)info?["subjectName"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_TPM_enrollment_keeps_its_endorsement_key()
    {
        var attestation = new JsonObject { ["type"] = "tpm", ["tpm"] = new JsonObject { ["endorsementKey"] = EndorsementKey } };
        var enrollment = new JsonObject { ["registrationId"] = "round-trip-tpm", ["attestation"] = attestation };
        await Clients.EnrollAsync(enrollment);

        var read = (await Clients.ServiceAsync("getIndividualEnrollment", "round-trip-tpm")).Value;
        Assert.Equal("tpm", (string?)read["attestation"]?["type"]);
        Assert.Equal(EndorsementKey, (string?)read["attestation"]?["tpm"]?["endorsementKey"]);
    }

    [Fact]
    public async Task A_registration_record_is_read_and_deleted()
    {
        var key = Keys.New();
        await Clients.EnrollAsync(Enrollments.Individual("recorded", key));
        (await Clients.ServiceAsync("getDeviceRegistrationState", "recorded")).WasNotFound(404202);
        var assigned = (await Clients.RegisterAsync("recorded", key)).Value;

        var record = (await Clients.ServiceAsync("getDeviceRegistrationState", "recorded")).Value;
        Assert.Equal("assigned", (string?)record["status"]);
        Assert.Equal((string?)assigned["assignedHub"], (string?)record["assignedHub"]);
        Assert.Equal("recorded", (string?)record["deviceId"]);

        (await Clients.ServiceAsync("deleteDeviceRegistrationState", record)).Succeeded();
        (await Clients.ServiceAsync("getDeviceRegistrationState", "recorded")).WasNotFound(404202);
    }

    [Fact]
    public async Task The_records_of_a_group_are_queried()
    {
        var key = Keys.New();
        await Clients.EnrollAsync(Enrollments.Group("recorded-group", key));
        foreach (var id in (string[])["member-1", "member-2"]) (await Clients.RegisterAsync(id, Keys.Derive(key, id))).Succeeded();

        var query = new JsonObject { ["query"] = "*" };
        var answer = await Clients.ServiceAsync("createEnrollmentGroupDeviceRegistrationStateQuery", query, "recorded-group", 10);
        var records = answer.Value.AsArray();
        Assert.Equal(["member-1", "member-2"], records.Select(record => (string)record!["registrationId"]!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_wrong_service_key_is_an_UnauthorizedError()
    {
        const string Policy = $"HostName={TwoHubServer.Host};SharedAccessKeyName=provisioningserviceowner";
        var forged = muster.Server.Endpoints with { ServiceConnectionString = $"{Policy};SharedAccessKey={Keys.New()}" };
        await using var stranger = await muster.StartClientsAsync(forged);
        (await stranger.ServiceAsync("getIndividualEnrollment", "anybody")).FailedWith("UnauthorizedError");
    }

    /// <summary>Error codes of the service (service-api S-4).</summary>
    private static int NotFoundCode(string kind) => kind == "EnrollmentGroup" ? 404204 : 404201;

    private static JsonObject New(string kind, string id, string primaryKey, string secondaryKey) =>
        kind == "EnrollmentGroup" ? Enrollments.Group(id, primaryKey, secondaryKey) : Enrollments.Individual(id, primaryKey, secondaryKey);
}
