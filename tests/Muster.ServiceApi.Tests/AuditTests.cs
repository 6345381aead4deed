using System.Text.Json;
using Muster.Core.Audit;
using Muster.Core.Enrollments;
using Muster.Core.Instances;

namespace Muster.ServiceApi.Tests;

/// <summary>Who changed what (service-api S-10).</summary>
public sealed class AuditTests(ServiceApiHost host) : IClassFixture<ServiceApiHost>
{
    private readonly string _id = Bodies.Id();

    [Theory]
    [InlineData("/enrollments/", AuditEntity.Enrollment)]
    [InlineData("/enrollmentGroups/", AuditEntity.EnrollmentGroup)]
    public async Task Life_of_an_enrollment_is_on_record(string path, AuditEntity entity)
    {
        var created = (await host.PutAsync(path + _id, Bodies.With("\"iotHubHostName\":\"hub1.example.net\""))).ShouldBe(200);
        (await host.PutAsync(
            path + _id,
            """
            {"attestation":{"type":"symmetricKey","symmetricKey":{"primaryKey":"bmV3LW5ldy1uZXctbmV3LW5ldy0="}},"provisioningStatus":"disabled",
             "initialTwin":{"tags":{"site":"Hamburg","empty":{}}},"reprovisionPolicy":{"updateHubAssignment":true,"migrateDeviceData":false},
             "customAllocationDefinition":{"webhookUrl":"https://hook.example.net/?code=secret","apiVersion":"2019-03-31"}}
            """,
            ("If-Match", created.ETag!))).ShouldBe(200);
        (await host.PostAsync(path + _id + "/attestationmechanism")).ShouldBe(200);
        (await host.DeleteAsync(path + _id)).ShouldBe(204);
        // What is refused changes nothing and leaves nothing.
        (await host.DeleteAsync(path + _id)).ShouldBe(404);
        (await host.PutAsync(path + _id, "{}")).ShouldBe(400004);

        var entries = (await host.AuditAsync(new AuditFilter { EntityId = _id.ToUpperInvariant(), Entity = entity }))
            .Select(record => record.Entry).Reverse().ToList();
        Assert.Equal(
            [AuditAction.Create, AuditAction.Update, AuditAction.RevealKeys, AuditAction.Delete], entries.Select(entry => entry.Action));
        Assert.All(entries, entry =>
        {
            Assert.Equal((_id, entity), (entry.EntityId, entry.Entity));
            Assert.Equal((AuditCallerKind.AccessPolicy, AccessPolicy.OwnerName), (entry.Caller.Kind, entry.Caller.Name));
            Assert.Equal("127.0.0.1", entry.Caller.Address);
            Assert.NotNull(entry.Caller.TrackingId);
        });
        Assert.Equal(
            [
                "attestation.symmetricKey.primaryKey: none -> (secret)",
                "attestation.symmetricKey.secondaryKey: none -> (secret)",
                "attestation.type: none -> symmetricKey",
                "iotHubHostName: none -> hub1.example.net",
                "provisioningStatus: none -> enabled",
            ],
            Changes(entries[0]));
        Assert.Equal(
            [
                "attestation.symmetricKey.primaryKey: (secret) -> (secret)",
                "customAllocationDefinition.apiVersion: none -> 2019-03-31",
                "customAllocationDefinition.webhookUrl: none -> (secret)",
                "initialTwin.tags.empty: none -> {}",
                "initialTwin.tags.site: none -> Hamburg",
                "iotHubHostName: hub1.example.net -> none",
                "provisioningStatus: enabled -> disabled",
                "reprovisionPolicy.migrateDeviceData: none -> false",
                "reprovisionPolicy.updateHubAssignment: none -> true",
            ],
            Changes(entries[1]));
        Assert.Empty(entries[2].Changes);
        Assert.Empty(entries[3].Changes);
        var text = JsonSerializer.Serialize(entries);
        Assert.DoesNotContain(Bodies.PrimaryKey, text, StringComparison.Ordinal);
        Assert.DoesNotContain("code=", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificates_are_named_by_their_thumbprints()
    {
        var reply = await host.PutAsync(
            "/enrollments/" + _id, Bodies.X509("clientCertificates", Bodies.Slot(Bodies.Base64Certificate()), null));
        var thumbprint = reply.ShouldBe(200)["attestation.x509.clientCertificates.primary.info.sha256Thumbprint"].GetString();
        var entry = Assert.Single(await host.AuditAsync(new AuditFilter { EntityId = _id })).Entry;
        Assert.Contains($"attestation.x509.clientCertificates.primary: none -> {thumbprint}", Changes(entry));
    }

    [Fact]
    public async Task Each_item_of_a_bulk_call_has_its_own_entry()
    {
        var other = Bodies.Id();
        var items = string.Join(',', new[] { _id, other, "a b" }.Select(id => "{\"registrationId\":\"" + id + "\"," + Bodies.OwnKeys + "}"));
        (await host.PostAsync("/enrollments", "{\"mode\":\"create\",\"enrollments\":[" + items + "]}")).ShouldBe(200);
        Assert.Equal(AuditAction.Create, Assert.Single(await host.AuditAsync(new AuditFilter { EntityId = _id })).Entry.Action);
        Assert.Single(await host.AuditAsync(new AuditFilter { EntityId = other }));
        Assert.Empty(await host.AuditAsync(new AuditFilter { EntityId = "a b" }));
    }

    [Fact]
    public async Task Deleted_record_is_on_record_under_its_policy()
    {
        var policy = await host.AddPolicyAsync("cleaner-" + _id, AccessRights.RegistrationStatusWrite);
        await host.RegisterAsync(Bodies.Record(host, _id, EnrollmentKind.Group, "g"));
        (await host.DeleteAsync("/registrations/" + _id, ("Authorization", host.Token(policy)))).ShouldBe(204);
        var entry = Assert.Single(await host.AuditAsync(new AuditFilter { EntityId = _id })).Entry;
        Assert.Equal((AuditEntity.Registration, AuditAction.Delete, policy.Name), (entry.Entity, entry.Action, entry.Caller.Name));
    }

    [Fact]
    public async Task Log_is_read_page_by_page()
    {
        for (var i = 0; i < 3; i++) (await host.PostAsync(await CreatedAsync() + "/attestationmechanism")).ShouldBe(200);
        var newest = await host.AuditAsync(new AuditFilter { Limit = 2 });
        var older = await host.AuditAsync(new AuditFilter { Limit = 2, Before = newest[^1].Number });
        Assert.Equal(
            [.. newest.Concat(older).Select(record => record.Number)],
            (await host.AuditAsync(new AuditFilter { Limit = 4 })).Select(record => record.Number));

        async Task<string> CreatedAsync()
        {
            var path = "/enrollments/" + Bodies.Id();
            (await host.PutAsync(path, Bodies.Symmetric)).ShouldBe(200);
            return path;
        }
    }

    private static IEnumerable<string> Changes(AuditEntry entry) =>
        entry.Changes.Select(change => $"{change.Path}: {change.Old ?? "none"} -> {change.New ?? "none"}");
}
