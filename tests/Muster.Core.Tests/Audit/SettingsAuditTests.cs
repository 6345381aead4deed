using Muster.Core.Allocation;
using Muster.Core.Audit;
using Muster.Core.Certificates;
using Muster.Core.Certificates.Verification;
using Muster.Core.Concurrency;
using Muster.Core.Errors;
using Muster.Core.Hubs;
using Muster.Core.Instances;
using Muster.Core.Networking;
using Muster.Core.Quotas;
using Muster.Core.Secrets;
using Muster.Core.Tests.Enrollments;
using Muster.TestKit;

namespace Muster.Core.Tests.Audit;

/// <summary>
/// Every write of settings leaves one entry with who, from where and what, whichever door asked; nothing secret is in it
/// (service-api S-10, behaviour B-16, B-17).
/// </summary>
public sealed class SettingsAuditTests : IAsyncLifetime
{
    private const string Owner = AccessPolicy.OwnerName;
    private const string HubKey = "c2VjcmV0LWh1Yi1rZXktc2VjcmV0LWh1Yi1rZXk=";

    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TestCertificate Root = TestCertificate.SelfSigned("CN=Audited root");
    private static readonly AuditCaller Caller = new(AuditCallerKind.Portal, "olga") { Address = "10.1.2.3", TrackingId = Guid.NewGuid() };

    private static readonly string Thumbprint = Root.WithoutKey().GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256);

    // What is done, and the entry it leaves: action, kind, name, then what changed.
    private static readonly Dictionary<string, (Func<SettingsAuditTests, Task> Act, string[] Expected)> Rows = new(StringComparer.Ordinal)
    {
        ["create an instance"] = (
            test => test._instances.CreateAsync(
                Caller,
                new InstanceDefinition { Name = "Plant", IdScope = "0neAAAAAAAA", ServiceHostNames = ["p.example.net"], Tags = [new("line", "7")] },
                None),
            [
                "Create Instance Plant",
                $"accessPolicies.{Owner}.primaryKey: none -> (secret)",
                $"accessPolicies.{Owner}.rights: none -> ServiceConfig, DeviceConnect, EnrollmentWrite",
                $"accessPolicies.{Owner}.secondaryKey: none -> (secret)",
                "defaultAllocationPolicy: none -> Hashed",
                "idScope: none -> 0neAAAAAAAA",
                "network.access: none -> AllNetworks",
                "serviceHostNames: none -> p.example.net",
                "tags.line: none -> 7",
            ]),
        ["set the service hosts"] = (
            test => test._instances.SetServiceHostsAsync(Caller, "default", ["a.example.net", "b.example.net"], None),
            ["Update Instance default", "serviceHostNames: none -> a.example.net, b.example.net"]),
        ["set the allocation policy"] = (
            test => test._instances.SetAllocationAsync(Caller, "default", AllocationPolicyKind.Static, None),
            ["Update Instance default", "defaultAllocationPolicy: Hashed -> Static"]),
        ["set quotas"] = (
            test => test._instances.SetQuotasAsync(
                Caller, "default", new InstanceQuotas { X509Groups = 3, DevicePolls = new RateLimit(5, TimeSpan.FromSeconds(10)) }, ifQuotas: null, None),
            ["Update Instance default", "quotas.devicePolls: none -> 5 in 10 s", "quotas.x509Groups: none -> 3"]),
        ["set the network rules"] = (
            test => test._instances.SetNetworkAsync(
                Caller, "default",
                new NetworkRules
                {
                    Access = PublicNetworkAccess.SelectedRanges,
                    Rules = [new("office", "10.0.0.0/8", IpFilterAction.Accept), new("rest", "0.0.0.0/0", IpFilterAction.Reject, IpFilterTarget.ServiceApi)],
                },
                ifETag: null, None),
            [
                "Update Instance default",
                "network.access: AllNetworks -> SelectedRanges",
                "network.rules[000]: none -> office: Accept 10.0.0.0/8, All",
                "network.rules[001]: none -> rest: Reject 0.0.0.0/0, ServiceApi",
            ]),
        ["add a policy"] = (
            test => test._policies.CreateAsync(Caller, "default", "reader", AccessRights.EnrollmentRead, None),
            [
                "Update Instance default",
                "accessPolicies.reader.primaryKey: none -> (secret)",
                "accessPolicies.reader.rights: none -> EnrollmentRead",
                "accessPolicies.reader.secondaryKey: none -> (secret)",
            ]),
        ["change a policy"] = (
            test => test._policies.SetRightsAsync(
                Caller, "default", Owner, AccessRights.ServiceConfig | AccessRights.EnrollmentWrite, None),
            [
                "Update Instance default",
                $"accessPolicies.{Owner}.rights: ServiceConfig, DeviceConnect, EnrollmentWrite -> ServiceConfig, EnrollmentWrite",
            ]),
        ["regenerate a key"] = (
            test => test._policies.RegenerateAsync(Caller, "default", Owner, isPrimary: false, None),
            ["Update Instance default", $"accessPolicies.{Owner}.secondaryKey: (secret) -> (secret)"]),
        ["swap keys"] = (
            test => test._policies.SwapAsync(Caller, "default", Owner, None),
            [
                "Update Instance default",
                $"accessPolicies.{Owner}.primaryKey: (secret) -> (secret)",
                $"accessPolicies.{Owner}.secondaryKey: (secret) -> (secret)",
            ]),
        ["show a key"] = (
            test => test._policies.RevealAsync(Caller, "default", Owner, None),
            ["RevealKeys Instance default", $"accessPolicies.{Owner}: none -> none"]),
        ["show all keys"] = (
            test => test._policies.RevealAllAsync(Caller, "default", None),
            ["RevealKeys Instance default", $"accessPolicies.{Owner}: none -> none"]),
        ["link a hub"] = (
            test => test._hubs.LinkAsync(Caller, test.Default, Link("new.example.net") with { AllocationWeight = 7, Location = "westeurope" }, None),
            [
                "Create LinkedHub new.example.net",
                "allocationWeight: none -> 7",
                "authenticationType: none -> KeyBased",
                "connectionString: none -> (secret)",
                "connector: none -> azureIotHub",
                "location: none -> westeurope",
            ]),
        ["change a link"] = (
            test => test._hubs.UpdateAsync(
                Caller, "default", "hub.example.net", Link("hub.example.net") with { ApplyAllocationPolicy = false, Settings = new() { Port = 8443 } }, None),
            ["Update LinkedHub hub.example.net", "applyAllocationPolicy: none -> false", "settings.port: none -> 8443"]),
        ["unlink a hub"] = (
            test => test._hubs.UnlinkAsync(Caller, "default", "HUB.example.net", None),
            ["Delete LinkedHub hub.example.net"]),
        ["upload a CA certificate"] = (
            test => test._authorities.PutAsync(Caller, test.Default, "new-root", Root.Pem, isVerified: false, ETagCondition.None, None),
            [
                "Create CaCertificate new-root",
                "isVerified: none -> false",
                $"sha256Thumbprint: none -> {Thumbprint}",
                "subject: none -> CN=Audited root",
            ]),
        ["make a verification code"] = (
            test => test._authorities.GenerateCodeAsync(Caller, test.Default, "root", ETagCondition.Any, None),
            ["Update CaCertificate root", "verificationCode: none -> (secret)"]),
        ["verify a CA certificate"] = (
            async test =>
            {
                var waiting = (await test._authorities.GenerateCodeAsync(AuditCaller.Process, test.Default, "root", ETagCondition.Any, None)).Value!;
                test._store.Audit.Clear();
                var proof = Root.Issue("CN=" + waiting.VerificationCode).Pem;
                Assert.Null((await test._authorities.VerifyAsync(Caller, test.Default, "root", proof, ETagCondition.Any, None)).Refusal);
            },
            ["Update CaCertificate root", "isVerified: false -> true", "verificationCode: (secret) -> none"]),
        ["check revocation"] = (
            test => test._authorities.SetRevocationAsync(
                Caller, test.Default, "root", isOn: true, "http://crl.example.net/a", allowStale: true, ETagCondition.Any, None),
            [
                "Update CaCertificate root",
                "revocation.allowStale: none -> true",
                "revocation.isOn: none -> true",
                "revocation.url: none -> http://crl.example.net/a",
            ]),
        ["delete a CA certificate"] = (
            test => test._authorities.DeleteAsync(Caller, test.Default, "ROOT", ETagCondition.Any, None),
            ["Delete CaCertificate root"]),
        ["delete an instance"] = (
            async test =>
            {
                await test._instances.CreateAsync(AuditCaller.Process, new InstanceDefinition { Name = "short-lived" }, None);
                test._store.Audit.Clear();
                Assert.Null(await test._instances.DeleteAsync(Caller, "SHORT-lived", None));
            },
            ["Delete Instance short-lived"]),
    };

    private readonly StoreDouble _store = new();
    private readonly InstanceDirectory _directory;
    private readonly InstanceService _instances;
    private readonly AccessPolicyService _policies;
    private readonly LinkedHubService _hubs;
    private readonly CaCertificateService _authorities;

    public SettingsAuditTests()
    {
        _directory = new InstanceDirectory(_store, TimeProvider.System);
        _instances = new InstanceService(_directory, _store, TimeProvider.System);
        _policies = new AccessPolicyService(_instances, TimeProvider.System);
        _hubs = new LinkedHubService(_store, TimeProvider.System);
        _authorities = new CaCertificateService(_store, new SignatureChecker(), new X509Options(), TimeProvider.System);
    }

    private ProvisioningInstance Default => _directory.FindByName("default")!;

    public async ValueTask InitializeAsync()
    {
        await _directory.EnsureDefaultAsync(None);
        Assert.Null((await _hubs.LinkAsync(AuditCaller.Process, Default, Link("hub.example.net"), None)).Refusal);
        Assert.Null((await _authorities.PutAsync(AuditCaller.Process, Default, "root", Root.Pem, false, ETagCondition.None, None)).Refusal);
        _store.Audit.Clear();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public static TheoryData<string> Writes => [.. Rows.Keys];

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task Write_leaves_one_entry_that_tells_who_and_what(string write)
    {
        var (act, expected) = Rows[write];
        await act(this);
        var entry = Assert.Single(_store.Audit);
        Assert.Equal(Caller, entry.Caller);
        string[] told =
        [
            $"{entry.Action} {entry.Entity} {entry.EntityId}",
            .. entry.Changes.Select(change => $"{change.Path}: {change.Old ?? "none"} -> {change.New ?? "none"}"),
        ];
        Assert.Equal(expected, told);
        Assert.DoesNotContain(entry.Changes, change => change.ToString().Contains(HubKey, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Refused_write_leaves_nothing()
    {
        Refusal?[] refusals =
        [
            await _instances.SetAllocationAsync(Caller, "default", AllocationPolicyKind.Custom, None),
            await _instances.DeleteAsync(Caller, "default", None),
            await _policies.DeleteAsync(Caller, "default", Owner, None),
            (await _policies.RevealAsync(Caller, "default", "nobody", None)).Refusal,
            (await _policies.RevealAllAsync(Caller, "nobody", None)).Refusal,
            (await _hubs.LinkAsync(Caller, Default, Link("hub.example.net"), None)).Refusal,
            await _hubs.UnlinkAsync(Caller, "default", "nobody.example.net", None),
            (await _authorities.PutAsync(Caller, Default, "root", Root.Pem, false, ETagCondition.None, None)).Refusal,
            await _authorities.DeleteAsync(Caller, Default, "nobody", ETagCondition.Any, None),
        ];
        Assert.All(refusals, Assert.NotNull);
        Assert.Empty(_store.Audit);
    }

    [Fact]
    public async Task List_that_is_fetched_again_and_again_is_told_of_once()
    {
        var now = DateTimeOffset.UtcNow;
        var list = Root.RevocationList(now.AddHours(-1), now.AddDays(7));
        for (var fetch = 0; fetch < 3; fetch++)
        {
            var result = await _authorities.PutRevocationListAsync(AuditCaller.Process, Default, "root", list, ETagCondition.Any, None);
            Assert.Null(result.Refusal);
            await _authorities.NoteFetchProblemAsync(Default, "root", "no route", None);
        }

        Assert.Contains(Assert.Single(_store.Audit).Changes, change => change.Path == "revocation.list.thisUpdateUtc");
    }

    private static LinkedHubDefinition Link(string host) => new()
    {
        ConnectionString = new Secret($"HostName={host};SharedAccessKeyName=iothubowner;SharedAccessKey={HubKey}"),
    };
}
