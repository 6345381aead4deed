using System.Net;
using System.Security.Cryptography;
using System.Text;
using Muster.Core.Attestation;
using Muster.Core.Audit;
using Muster.Core.Certificates;
using Muster.Core.Enrollments;
using Muster.Core.Instances;
using Muster.Core.Registration;
using Muster.Core.Secrets;
using Muster.Core.Store;
using Muster.EmbeddedHub.Identities;
using Muster.TestKit;

namespace Muster.Hubs.Tests.Registration;

/// <summary>
/// The rows of behaviour B-12 (checklist 36): what an operator deletes or disables, and what becomes of new registrations, the hub's
/// identity, the record and the way back. A device that is connected to its hub stays so as long as its identity is untouched.
/// </summary>
public sealed class DeletionTests
{
    private const string Used = """{"site":"used"} {"interval":9} {"firmware":"1.2"}""";
    private static readonly TestCertificate Root = TestCertificate.SelfSigned("CN=Deletion root");
    private static readonly TestCertificate Issuing = Root.IssueAuthority("CN=Deletion issuing");
    private readonly string _groupKey = TwoHubs.NewKey();

    [Fact]
    public async Task Disabling_an_individual_refuses_its_device_even_if_a_group_would_admit_it()
    {
        await using var hubs = await StartInGroupAsync();
        await PutAsync(hubs, $"/enrollments/{TwoHubs.Device}", SymmetricKey(DerivedKey, isEnabled: false));

        Assert.Equal("disabled", await hubs.OutcomeAsync(key: DerivedKey));
        Assert.Equal(Used, await hubs.TwinAsync(TwoHubs.A));
        Assert.Equal(RegistrationStatus.Disabled, (await hubs.RecordAsync())!.Status);
        await AssertOthersRegisterAsync(hubs);

        // The way back: enabling or deleting the individual.
        await PutAsync(hubs, $"/enrollments/{TwoHubs.Device}", SymmetricKey(DerivedKey));
        Assert.Equal("hub-a.test/reprovisionedToInitialAssignment", await hubs.OutcomeAsync(key: DerivedKey));
        Assert.Equal(Used, await hubs.TwinAsync(TwoHubs.A));
    }

    [Fact]
    public async Task Deleting_a_disabled_individual_gives_its_device_back_to_the_group()
    {
        await using var hubs = await StartInGroupAsync();
        await PutAsync(hubs, $"/enrollments/{TwoHubs.Device}", SymmetricKey(DerivedKey, isEnabled: false));
        Assert.Equal("disabled", await hubs.OutcomeAsync(key: DerivedKey));
        await DeleteAsync(hubs, $"/enrollments/{TwoHubs.Device}");
        Assert.StartsWith("hub-a.test/", await hubs.OutcomeAsync(key: DerivedKey), StringComparison.Ordinal);
        Assert.Equal("group", (await hubs.RecordAsync())!.EnrollmentId);
    }

    // Checklist 38 too.
    [Fact]
    public async Task Deleting_an_individual_removes_its_record_and_leaves_the_hub_alone()
    {
        await using var hubs = await TwoHubs.StartAsync();
        await hubs.EnrollAsync(TwoHubs.A, TwoHubs.Migrate);
        await hubs.OutcomeAsync();
        await hubs.UseAsync(TwoHubs.A);
        await DeleteAsync(hubs, $"/enrollments/{TwoHubs.Device}");

        Assert.Null(await hubs.RecordAsync());
        Assert.Equal(Used, await hubs.TwinAsync(TwoHubs.A));
        Assert.Equal(HttpStatusCode.Unauthorized, await RefusedAsync(hubs, hubs.Key));

        // The way back: any group that the key matches.
        await PutAsync(hubs, "/enrollmentGroups/group", SymmetricKey(_groupKey));
        Assert.EndsWith("/initialAssignment", await hubs.OutcomeAsync(key: DerivedKey), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disabling_a_group_refuses_its_devices_and_keeps_their_records()
    {
        await using var hubs = await StartInGroupAsync();
        await PutAsync(hubs, "/enrollmentGroups/group", SymmetricKey(_groupKey, isEnabled: false));
        Assert.NotNull((await hubs.RecordAsync())!.Assignment);
        Assert.Equal("disabled", await hubs.OutcomeAsync(key: DerivedKey));
        Assert.Equal(Used, await hubs.TwinAsync(TwoHubs.A));
    }

    // Checklist 37 too, as far as registering goes.
    [Fact]
    public async Task Deleting_a_group_orphans_its_records_and_a_new_one_of_that_name_adopts_them()
    {
        await using var hubs = await StartInGroupAsync();
        await DeleteAsync(hubs, "/enrollmentGroups/group");

        Assert.Equal(HttpStatusCode.Unauthorized, await RefusedAsync(hubs, DerivedKey));
        Assert.Equal(Used, await hubs.TwinAsync(TwoHubs.A));
        Assert.Equal((RegistrationStatus.Assigned, "group"), ((await hubs.RecordAsync())!.Status, (await hubs.RecordAsync())!.EnrollmentId));

        await PutAsync(hubs, "/enrollmentGroups/group", SymmetricKey(_groupKey));
        Assert.Equal("hub-a.test/reprovisionedToInitialAssignment", await hubs.OutcomeAsync(key: DerivedKey));
        Assert.Equal(Used, await hubs.TwinAsync(TwoHubs.A));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_group_of_an_intermediate_blocks_while_it_is_disabled_and_gives_way_when_it_is_deleted(bool isDeleted)
    {
        await using var hubs = await TwoHubs.StartAsync();
        await hubs.Server.AddCaAsync("root", Root);
        await hubs.Server.AddCaAsync("issuing", Issuing);
        await hubs.Server.EnrollWithAsync("/enrollmentGroups/above", CertificateDevice.Reference("root"));
        await hubs.Server.EnrollWithAsync("/enrollmentGroups/below", CertificateDevice.Reference("issuing"));
        var leaf = Issuing.Issue($"CN={TwoHubs.Device}");
        Assert.Equal("assigned", await StatusAsync(hubs, leaf, Issuing));
        Assert.Equal("below", (await hubs.RecordAsync())!.EnrollmentId);
        var hub = (await hubs.RecordAsync())!.Assignment!.HubHostName;

        if (isDeleted) await DeleteAsync(hubs, "/enrollmentGroups/below");
        else await hubs.Server.EnrollWithAsync("/enrollmentGroups/below", CertificateDevice.Reference("issuing"), isEnabled: false);

        Assert.NotNull(await hubs.FindAsync(hub));
        Assert.Equal(isDeleted ? "assigned" : "disabled", await StatusAsync(hubs, leaf, Issuing));
        Assert.Equal(isDeleted ? "above" : "below", (await hubs.RecordAsync())!.EnrollmentId);
        Assert.Equal(leaf.Sha256, (await hubs.FindAsync(hub))!.Identity.Authentication.PrimaryThumbprint);
    }

    [Fact]
    public async Task Deleting_a_record_makes_the_next_registration_an_initial_one()
    {
        await using var hubs = await StartInGroupAsync();
        await DeleteAsync(hubs, $"/registrations/{TwoHubs.Device}");
        Assert.Null(await hubs.RecordAsync());
        Assert.Equal(Used, await hubs.TwinAsync(TwoHubs.A));
        Assert.Equal("hub-a.test/initialAssignment", await hubs.OutcomeAsync(key: DerivedKey));
    }

    [Fact]
    public async Task Deleting_the_CA_of_a_group_refuses_its_devices_until_there_is_a_new_one()
    {
        await using var hubs = await TwoHubs.StartAsync();
        await hubs.Server.AddCaAsync("root", Root);
        await hubs.Server.EnrollWithAsync("/enrollmentGroups/group", CertificateDevice.Reference("root"));
        var leaf = Root.Issue($"CN={TwoHubs.Device}");
        Assert.Equal("assigned", await StatusAsync(hubs, leaf));
        var before = (await hubs.RecordAsync())!;

        var service = (CaCertificateService)hubs.Server.Server.Services.GetService(typeof(CaCertificateService))!;
        Assert.Null(await service.DeleteAsync(AuditCaller.Process, hubs.Server.Instance, "root", Core.Concurrency.ETagCondition.Any, default));

        Assert.Equal("401002", await StatusAsync(hubs, leaf));
        Assert.Equal(before.ETag, (await hubs.RecordAsync())!.ETag);
        Assert.Equal(leaf.Sha256, (await hubs.FindAsync(before.Assignment!.HubHostName))!.Identity.Authentication.PrimaryThumbprint);

        await hubs.Server.AddCaAsync("root", Root);
        Assert.Equal("assigned", await StatusAsync(hubs, leaf));
    }

    [Fact]
    public async Task Replacing_the_certificate_of_a_group_refuses_devices_with_the_old_chain()
    {
        await using var hubs = await TwoHubs.StartAsync();
        var other = TestCertificate.SelfSigned("CN=Deletion other root");
        await hubs.Server.AddCaAsync("root", Root);
        await hubs.Server.AddCaAsync("other", other);
        await hubs.Server.EnrollWithAsync("/enrollmentGroups/group", CertificateDevice.Reference("root"));
        var old = Root.Issue($"CN={TwoHubs.Device}");
        Assert.Equal("assigned", await StatusAsync(hubs, old));
        var before = (await hubs.RecordAsync())!;

        await hubs.Server.EnrollWithAsync("/enrollmentGroups/group", CertificateDevice.Reference("other"));
        Assert.Equal("401002", await StatusAsync(hubs, old));
        Assert.Equal(before.ETag, (await hubs.RecordAsync())!.ETag);
        Assert.Equal(old.Sha256, (await hubs.FindAsync(before.Assignment!.HubHostName))!.Identity.Authentication.PrimaryThumbprint);
        Assert.Equal("assigned", await StatusAsync(hubs, other.Issue($"CN={TwoHubs.Device}")));
    }

    [Fact]
    public async Task Unlinking_a_hub_leaves_record_and_identity_and_fails_devices_that_may_go_nowhere_else()
    {
        await using var hubs = await StartInGroupAsync();
        Assert.Null(await hubs.Links.UnlinkAsync(AuditCaller.Process, hubs.Server.Instance.Name, TwoHubs.A, default));
        Assert.Equal(RegistrationStatus.Assigned, (await hubs.RecordAsync())!.Status);
        Assert.Equal("failed 401001", await hubs.OutcomeAsync(key: DerivedKey));
        Assert.Equal(Used, await hubs.TwinAsync(TwoHubs.A));

        // The way back: linking it again.
        var instance = hubs.Server.Instance;
        var secret = new Secret(hubs.Hub(TwoHubs.A).ConnectionString("iothubowner"));
        await hubs.Links.EnsureLinkedAsync(instance, TwoHubs.A, "embedded", secret, default);
        Assert.Equal("hub-a.test/reprovisionedToInitialAssignment", await hubs.OutcomeAsync(key: DerivedKey));
        Assert.Equal(Used, await hubs.TwinAsync(TwoHubs.A));
    }

    [Fact]
    public async Task Disabling_a_device_in_its_hub_lets_it_register_and_keeps_it_disabled()
    {
        await using var hubs = await StartInGroupAsync();
        var disable = new DeviceWrite { DeviceId = TwoHubs.Device, Status = DeviceStatus.Disabled, StatusReason = "lost" };
        await hubs.Registry.UpdateAsync(hubs.Hub(TwoHubs.A), disable, ETagCondition.Any, default);
        Assert.Equal("hub-a.test/reprovisionedToInitialAssignment", await hubs.OutcomeAsync(key: DerivedKey));
        Assert.Equal(DeviceStatus.Disabled, (await hubs.FindAsync(TwoHubs.A))!.Identity.Status);
    }

    [Fact]
    public async Task Deleting_a_device_in_its_hub_keeps_the_record_and_the_next_registration_recreates_it()
    {
        await using var hubs = await StartInGroupAsync();
        await hubs.Registry.DeleteAsync(hubs.Hub(TwoHubs.A), TwoHubs.Device, ETagCondition.Any, default);
        Assert.Equal(RegistrationStatus.Assigned, (await hubs.RecordAsync())!.Status);
        Assert.Equal("hub-a.test/reprovisionedToInitialAssignment", await hubs.OutcomeAsync(key: DerivedKey));
        Assert.NotNull(await hubs.FindAsync(TwoHubs.A));
    }

    [Fact]
    public async Task Deleting_the_service_refuses_its_devices_and_leaves_the_hubs_alone()
    {
        await using var hubs = await TwoHubs.StartAsync();
        var services = hubs.Server.Server.Services;
        var service = (InstanceService)services.GetService(typeof(InstanceService))!;
        var second = (await service.CreateAsync(AuditCaller.Process, new InstanceDefinition { Name = "second" }, default)).Value!;
        await hubs.Links.EnsureLinkedAsync(second, TwoHubs.A, "embedded", new Secret(hubs.Hub(TwoHubs.A).ConnectionString("iothubowner")), default);
        var key = new Secret(hubs.Key);
        await hubs.Server.Store.CommitAsync(
            [
                new PutEnrollment(
                    new IndividualEnrollment
                    {
                        InstanceName = second.Name,
                        Id = TwoHubs.Device,
                        Attestation = new SymmetricKeyAttestation(new SymmetricKeyPair(key, key)),
                        ProvisioningStatus = ProvisioningStatus.Enabled,
                        CreatedUtc = DateTimeOffset.UtcNow,
                        LastUpdatedUtc = DateTimeOffset.UtcNow,
                        ETag = "e",
                    },
                    IfETag: null),
            ],
            default);
        var token = hubs.Server.DeviceToken(TwoHubs.Device, hubs.Key, idScope: second.IdScope);
        var registered = await hubs.Server.RegisterAsync(TwoHubs.Device, token, idScope: second.IdScope);
        Assert.Equal("assigned", registered.Json.GetProperty("status").GetString());
        await hubs.UseAsync(TwoHubs.A);

        Assert.Null(await service.DeleteAsync(AuditCaller.Process, second.Name, default));

        Assert.Equal(HttpStatusCode.NotFound, (await hubs.Server.RegisterAsync(TwoHubs.Device, token, idScope: second.IdScope)).Status);
        Assert.Null(await hubs.Server.Store.FindRegistrationAsync(second.Name, TwoHubs.Device, default));
        Assert.Equal(Used, await hubs.TwinAsync(TwoHubs.A));
    }

    private string DerivedKey => Derived(TwoHubs.Device);

    private string Derived(string id) =>
        Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(_groupKey), Encoding.UTF8.GetBytes(id)));

    /// <summary>The device came through a group into the first hub and was used there.</summary>
    private async Task<TwoHubs> StartInGroupAsync()
    {
        var hubs = await TwoHubs.StartAsync();
        await PutAsync(hubs, "/enrollmentGroups/group", SymmetricKey(_groupKey));
        Assert.Equal("hub-a.test/initialAssignment", await hubs.OutcomeAsync(key: DerivedKey));
        await hubs.UseAsync(TwoHubs.A);
        return hubs;
    }

    private async Task AssertOthersRegisterAsync(TwoHubs hubs)
    {
        var answer = await hubs.Server.RegisterAsync("dev-2", hubs.Server.DeviceToken("dev-2", Derived("dev-2")));
        Assert.Equal("assigned", answer.Json.GetProperty("status").GetString());
    }

    private static string SymmetricKey(string key, bool isEnabled = true) =>
        $$$"""
        {"attestation":{"type":"symmetricKey","symmetricKey":{"primaryKey":"{{{key}}}","secondaryKey":"{{{key}}}"}},
        "allocationPolicy":"static","iotHubs":["hub-a.test"],"provisioningStatus":"{{{(isEnabled ? "enabled" : "disabled")}}}"}
        """;

    private static async Task PutAsync(TwoHubs hubs, string path, string body)
    {
        var answer = await hubs.Server.ServiceAsync(HttpMethod.Put, path, body);
        if (answer.Status == HttpStatusCode.Conflict) answer = await hubs.Server.ServiceAsync(HttpMethod.Put, path, body, ifMatch: "*");
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
    }

    private static async Task DeleteAsync(TwoHubs hubs, string path) =>
        Assert.Equal(HttpStatusCode.NoContent, (await hubs.Server.ServiceAsync(HttpMethod.Delete, path)).Status);

    private static async Task<HttpStatusCode> RefusedAsync(TwoHubs hubs, string key) =>
        (await hubs.Server.RegisterAsync(TwoHubs.Device, hubs.Server.DeviceToken(TwoHubs.Device, key))).Status;

    private static async Task<string> StatusAsync(TwoHubs hubs, TestCertificate leaf, params TestCertificate[] intermediates)
    {
        var answer = await hubs.Server.RegisterAsync(TwoHubs.Device, leaf, intermediates);
        return answer.Status == HttpStatusCode.Accepted ? answer.Json.GetProperty("status").GetString()! : $"{answer.ErrorCode}";
    }
}
