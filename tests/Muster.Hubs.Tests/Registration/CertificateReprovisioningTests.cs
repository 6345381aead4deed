using System.Net;
using Muster.EmbeddedHub.Identities;
using Muster.TestKit;

namespace Muster.Hubs.Tests.Registration;

/// <summary>Rows 15 and 16 of behaviour B-10.2: a device comes back with another certificate, wherever the policy sends it.</summary>
public sealed class CertificateReprovisioningTests
{
    private const string Used = """{"site":"used"} {"interval":9} {"firmware":"1.2"}""";
    private static readonly TestCertificate Root = TestCertificate.SelfSigned("CN=Move root");

    public static TheoryData<string, string, string> Ways => new()
    {
        { TwoHubs.Migrate, TwoHubs.A, "hub-a.test/reprovisionedToInitialAssignment" },
        { TwoHubs.Reset, TwoHubs.A, "hub-a.test/reprovisionedToInitialAssignment" },
        { TwoHubs.Never, TwoHubs.B, "hub-a.test/initialAssignment" },
        { TwoHubs.Migrate, TwoHubs.B, "hub-b.test/deviceDataMigrated" },
        { TwoHubs.Reset, TwoHubs.B, "hub-b.test/deviceDataReset" },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Row_15_the_other_client_certificate_slot_puts_its_thumbprint_into_the_hub(string policy, string hub, string outcome)
    {
        await using var hubs = await TwoHubs.StartAsync();
        var primary = TestCertificate.SelfSigned($"CN={TwoHubs.Device}", new CertificateShape());
        var secondary = TestCertificate.SelfSigned($"CN={TwoHubs.Device}", new CertificateShape());
        var path = $"/enrollments/{TwoHubs.Device}";
        await AssertThumbprintFollowsAsync(hubs, path, CertificateDevice.Client(primary, secondary), policy, hub, outcome, primary, secondary);
    }

    // iot-hub checklist 78.
    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Row_16_a_renewed_leaf_of_a_group_puts_its_thumbprint_into_the_hub(string policy, string hub, string outcome)
    {
        await using var hubs = await TwoHubs.StartAsync();
        await hubs.Server.AddCaAsync("root", Root);
        var (first, renewed) = (Root.Issue($"CN={TwoHubs.Device}"), Root.Issue($"CN={TwoHubs.Device}"));
        await AssertThumbprintFollowsAsync(
            hubs, "/enrollmentGroups/group", CertificateDevice.Reference("root"), policy, hub, outcome, first, renewed);
        var records = await hubs.Server.Store.ListGroupRegistrationsAsync(hubs.Server.Instance.Name, "group", null, 10, default);
        Assert.Single(records);
    }

    private static async Task AssertThumbprintFollowsAsync(
        TwoHubs hubs, string path, string attestation, string policy, string hub, string outcome, TestCertificate first, TestCertificate second)
    {
        await EnrollAsync(hubs, path, attestation, policy, TwoHubs.A);
        Assert.Equal("hub-a.test/initialAssignment", await OutcomeAsync(hubs, first));
        var before = (await hubs.FindAsync(TwoHubs.A))!.Identity.Authentication;
        Assert.Equal((DeviceAuthenticationType.SelfSigned, first.Sha256), (before.Type, before.PrimaryThumbprint));
        await hubs.UseAsync(TwoHubs.A);

        await EnrollAsync(hubs, path, attestation, policy, hub);
        Assert.Equal(outcome, await OutcomeAsync(hubs, second));

        var home = outcome.Split('/')[0];
        var after = (await hubs.FindAsync(home))!.Identity.Authentication;
        Assert.Equal((DeviceAuthenticationType.SelfSigned, second.Sha256), (after.Type, after.PrimaryThumbprint));
        if (policy != TwoHubs.Reset) Assert.Equal(Used, await hubs.TwinAsync(home));
        if (home != TwoHubs.A) Assert.Null(await hubs.FindAsync(TwoHubs.A));
    }

    private static async Task EnrollAsync(TwoHubs hubs, string path, string attestation, string policy, string hub)
    {
        var body = $$"""{"attestation":{{attestation}},"reprovisionPolicy":{{policy}},"allocationPolicy":"static","iotHubs":["{{hub}}"]}""";
        var answer = await hubs.Server.ServiceAsync(HttpMethod.Put, path, body);
        if (answer.Status == HttpStatusCode.Conflict) answer = await hubs.Server.ServiceAsync(HttpMethod.Put, path, body, ifMatch: "*");
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
    }

    private static async Task<string> OutcomeAsync(TwoHubs hubs, TestCertificate leaf)
    {
        using var client = hubs.Server.CreateClient(leaf, []);
        using var request = new HttpRequestMessage(
            HttpMethod.Put, $"/{hubs.Server.IdScope}/registrations/{TwoHubs.Device}/register?api-version=2021-06-01");
        request.Content = new StringContent("{}", System.Text.Encoding.UTF8, "application/json");
        using var response = await client.SendAsync(request);
        var state = TwoHubs.Json(await response.Content.ReadAsStringAsync()).GetProperty("registrationState");
        return $"{state.GetProperty("assignedHub").GetString()}/{state.GetProperty("substatus").GetString()}";
    }
}
