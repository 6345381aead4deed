using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Muster.Core.Attestation;
using Muster.Core.Audit;
using Muster.Core.Instances;
using Muster.Core.Networking;
using Muster.DeviceApi.Tests.Http;
using Muster.TestKit;

namespace Muster.DeviceApi.Tests.X509;

/// <summary>The decision table of behaviour B-3.1, one case for each row, over HTTPS: answer, and what is on record (checklist items 1 to 5 and 7).</summary>
public sealed class MatchingTableTests(DeviceApiFixture fixture) : IClassFixture<DeviceApiFixture>
{
    private const string Key = DeviceApiFixture.Key;
    private const string NoRecord = "no record";

    private static readonly SoftwareTpm Tpm = new();

    private static readonly string TpmBody =
        $$$"""{"tpm":{"endorsementKey":"{{{Tpm.EndorsementKey}}}","storageRootKey":"{{{Tpm.StorageRootKey}}}"}}""";

    private static readonly TestCertificate Root = TestCertificate.SelfSigned("CN=Table root");
    private static readonly TestCertificate Hopeless = TestCertificate.SelfSigned("CN=Table unknown").IssueAuthority("CN=Table hopeless");
    private static readonly TestCertificate Line = Root.IssueAuthority("CN=Table line");
    private static readonly TestCertificate Blocked = Root.IssueAuthority("CN=Table blocked");

    private readonly RunningServer _server = fixture.Server;

    [Theory]
    [InlineData(1, "401 Unauthorized", NoRecord)]
    [InlineData(2, "404", NoRecord)]
    [InlineData(3, "400", NoRecord)]
    [InlineData(4, "400", NoRecord)]
    [InlineData(5, "401 Invalid certificate.", NoRecord)]
    [InlineData(6, "401 Unauthorized", NoRecord)]
    [InlineData(7, "401 Invalid certificate.", NoRecord)]
    [InlineData(8, "disabled", "Disabled by t8")]
    [InlineData(9, "assigned", "Assigned by t9")]
    [InlineData(10, "404", NoRecord)]
    [InlineData(11, "disabled", "Disabled by keys11")]
    [InlineData(12, "assigned", "Assigned by keys12")]
    [InlineData(13, "401 Unauthorized", NoRecord)]
    [InlineData(14, "disabled", "Disabled by blocked")]
    [InlineData(15, "assigned", "Assigned by fleet")]
    [InlineData(16, "401 CA certificate not found.", NoRecord)]
    [InlineData(17, "401 Signing certificate info did not match chain elements.", NoRecord)]
    public async Task Row_is_answered_and_recorded_as_stated(int row, string expected, string record)
    {
        await _server.AddCaAsync("table", Root);
        await _server.EnrollWithAsync("/enrollmentGroups/fleet", CertificateDevice.Reference("table"));
        await _server.EnrollWithAsync("/enrollmentGroups/blocked", CertificateDevice.Signing(Blocked), isEnabled: false);
        await _server.EnrollWithAsync("/enrollmentGroups/hopeless", CertificateDevice.Signing(Hopeless));
        var id = "t" + row;
        var answer = await PresentAsync(row, id);

        var told = answer.Status == HttpStatusCode.Accepted
            ? answer.Json.GetProperty("status").GetString()!
            : expected.Length == 3 ? $"{(int)answer.Status}" : $"{(int)answer.Status} {answer.Json.GetProperty("message").GetString()}";
        Assert.Equal(expected, told);
        if (row is 5 or 7 or 16 or 17) Assert.Equal(401002, answer.ErrorCode);
        if (row == 10) Assert.Equal(404201, answer.ErrorCode);

        var stored = await _server.Store.FindRegistrationAsync(_server.Instance.Name, id, CancellationToken.None);
        Assert.Equal(record, stored is null ? NoRecord : $"{stored.Status} by {stored.EnrollmentId}");
    }

    [Fact] // checklist item 2: every cell of behaviour B-3.2, in order, through the service API
    public async Task Nearest_enrollment_decides()
    {
        await using var server = await RunningServer.StartAsync();
        var root = TestCertificate.SelfSigned("CN=Order root");
        var (a, b) = (root.IssueAuthority("CN=A"), root.IssueAuthority("CN=B"));
        var devices = new[] { ("d1", a), ("d2", a), ("d3", a), ("d4", b), ("d5", b) }
            .Select(device => (Id: device.Item1, Leaf: device.Item2.Issue("CN=" + device.Item1), Issuer: device.Item2)).ToArray();
        await server.AddCaAsync("order", root);

        await server.EnrollWithAsync("/enrollmentGroups/root", CertificateDevice.Signing(root));
        Assert.Equal("yes yes yes yes yes", await AllAsync());
        await server.EnrollWithAsync("/enrollmentGroups/b", CertificateDevice.Signing(b), isEnabled: false);
        Assert.Equal("yes yes yes no no", await AllAsync());
        await server.EnrollWithAsync("/enrollments/d3", CertificateDevice.Client(devices[2].Leaf), isEnabled: false);
        Assert.Equal("yes yes no no no", await AllAsync());
        await server.ServiceAsync(HttpMethod.Delete, "/enrollmentGroups/b");
        Assert.Equal("yes yes no yes yes", await AllAsync());
        await server.ServiceAsync(HttpMethod.Delete, "/enrollments/d3");
        Assert.Equal("yes yes yes yes yes", await AllAsync());

        async Task<string> AllAsync()
        {
            var words = new List<string>();
            foreach (var (id, leaf, issuer) in devices)
            {
                var answer = await server.RegisterAsync(id, leaf, [issuer]);
                Assert.Equal(HttpStatusCode.Accepted, answer.Status);
                words.Add(answer.Json.GetProperty("status").GetString() switch { "assigned" => "yes", "disabled" => "no", var other => other! });
            }

            return string.Join(' ', words);
        }
    }

    [Fact] // checklist item 3
    public async Task Disabled_symmetric_stand_in_blocks_one_device_of_an_X509_group_and_not_its_siblings()
    {
        await _server.AddCaAsync("table", Root);
        await _server.EnrollWithAsync("/enrollmentGroups/fleet", CertificateDevice.Reference("table"));
        await _server.EnrollAsync("stolen", Key, ",\"provisioningStatus\":\"disabled\"");
        var stolen = await _server.RegisterAsync("stolen", Line.Issue("CN=stolen"), [Line]);
        Assert.Equal((HttpStatusCode.Unauthorized, 401002), (stolen.Status, stolen.ErrorCode));
        Assert.Contains((await _server.LastTraceAsync("stolen")).Checks, check => !check.Passed && check.Check == "mechanism");
        Assert.Equal(HttpStatusCode.Accepted, (await _server.RegisterAsync("sibling", Line.Issue("CN=sibling"), [Line])).Status);
    }

    [Theory] // checklist item 4
    [InlineData("symmetric")]
    [InlineData("X.509")]
    [InlineData("group")]
    public async Task Registration_ID_compares_without_case(string kind)
    {
        var name = "case-" + kind.Replace(".", "", StringComparison.Ordinal).ToLowerInvariant();
        var presented = name.Replace("case", "Case", StringComparison.Ordinal);
        var leaf = Line.Issue("CN=" + presented);
        await _server.AddCaAsync("table", Root);
        if (kind == "symmetric") await _server.EnrollAsync(name, Key);
        else if (kind == "X.509") await _server.EnrollWithAsync("/enrollments/" + name, CertificateDevice.Client(leaf));
        else await _server.EnrollWithAsync("/enrollmentGroups/fleet", CertificateDevice.Reference("table"));

        foreach (var id in new[] { presented, name })
        {
            var answer = kind == "symmetric"
                ? await _server.RegisterAsync(id, _server.DeviceToken(id, Key))
                : await _server.RegisterAsync(id, leaf, [Line]);
            Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        }

        var one = await _server.Store.FindRegistrationAsync(_server.Instance.Name, name, CancellationToken.None);
        var other = await _server.Store.FindRegistrationAsync(_server.Instance.Name, presented, CancellationToken.None);
        Assert.Equal(one!.RegistrationId, other!.RegistrationId);
    }

    [Theory] // checklist item 5
    [InlineData("colon:device", "colon:device")]
    [InlineData("colon:device", "colon%3Adevice")]
    public async Task Certificate_for_an_ID_with_a_colon_registers(string id, string path)
    {
        await _server.AddCaAsync("table", Root);
        await _server.EnrollWithAsync("/enrollmentGroups/fleet", CertificateDevice.Reference("table"));
        var answer = await _server.RegisterAsync(path, Line.Issue("CN=" + id), [Line]);
        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        Assert.Equal(id, answer.State.GetProperty("registrationId").GetString());
    }

    [Fact] // checklist item 7, without its clock
    public async Task Device_of_the_last_of_a_hundred_symmetric_groups_is_found()
    {
        await using var server = await RunningServer.StartAsync();
        var key = "";
        for (var number = 1; number <= 100; number++)
        {
            key = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes($"key of group {number}".PadRight(32)));
            await server.EnrollGroupAsync($"crowd-{number}", key);
        }

        var answer = await server.RegisterAsync("lonely", server.DeviceToken("lonely", SymmetricKeyDerivation.Derive(key, "lonely")));
        Assert.Equal("crowd-100", answer.State.GetProperty("symmetricKey").GetProperty("enrollmentGroupId").GetString());
    }

    private async Task<JsonAnswer> PresentAsync(int row, string id)
    {
        switch (row)
        {
            case 1:
                await _server.EnrollAsync(id, Key);
                await AdmitNetworksAsync(PublicNetworkAccess.Disabled);
                try
                {
                    return await _server.RegisterAsync(id, _server.DeviceToken(id, Key));
                }
                finally
                {
                    await AdmitNetworksAsync(PublicNetworkAccess.AllNetworks);
                }

            case 2: return await _server.RegisterAsync(id, _server.DeviceToken(id, Key, idScope: "0ne99999999"), idScope: "0ne99999999");
            case 3: return await _server.RegisterAsync(id + "!", _server.DeviceToken(id + "!", Key));
            case 4: return await _server.RegisterAsync(id, _server.DeviceToken(id, Key), apiVersion: "1999-01-01");
            case 5: return await _server.RegisterAsync(id, Line.Issue("CN=somebody"), [Line]);
            case 6:
                // Its certificate would pass the group: the individual ends the search.
                await _server.EnrollWithAsync("/enrollments/" + id, CertificateDevice.Client(Line.Issue("CN=" + id)));
                return await _server.RegisterAsync(id, _server.DeviceToken(id, Key));
            case 7:
                await _server.EnrollWithAsync("/enrollments/" + id, CertificateDevice.Client(Line.Issue("CN=" + id)));
                return await _server.RegisterAsync(id, Line.Issue("CN=" + id), [Line]);
            case 8 or 9:
                var leaf = Line.Issue("CN=" + id);
                await _server.EnrollWithAsync("/enrollments/" + id, CertificateDevice.Client(leaf), isEnabled: row == 9);
                return await _server.RegisterAsync(id, leaf);
            case 10: return await _server.RegisterAsync(id, token: null, TpmBody);
            case 11 or 12:
                var key = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes($"group key of row {row}, long enough".PadRight(40)));
                await _server.EnrollGroupAsync("keys" + row, key, more: row == 11 ? ",\"provisioningStatus\":\"disabled\"" : "");
                return await _server.RegisterAsync(id, _server.DeviceToken(id, SymmetricKeyDerivation.Derive(key, id)));
            case 13: return await _server.RegisterAsync(id, _server.DeviceToken(id, Convert.ToBase64String(new byte[32])));
            case 14: return await _server.RegisterAsync(id, Blocked.Issue("CN=" + id), [Blocked]);
            case 15: return await _server.RegisterAsync(id, Line.Issue("CN=" + id), [Line]);
            case 16: return await _server.RegisterAsync(id, Hopeless.Issue("CN=" + id), [Hopeless]);
            default: return await _server.RegisterAsync(id, TestCertificate.SelfSigned("CN=Nobody").Issue("CN=" + id));
        }
    }

    private async Task AdmitNetworksAsync(PublicNetworkAccess access)
    {
        var instances = _server.Server.Services.GetRequiredService<InstanceService>();
        Assert.Null(await instances.SetNetworkAsync(
            AuditCaller.Process, _server.Instance.Name, new NetworkRules { Access = access }, ifETag: null, CancellationToken.None));
    }
}
