using Muster.Core.Audit;
using Muster.Core.Certificates;
using Muster.Core.Certificates.Verification;
using Muster.Core.Concurrency;
using Muster.Core.Errors;
using Muster.Core.Hubs;
using Muster.Core.Instances;
using Muster.Core.Quotas;
using Muster.Core.Secrets;
using Muster.Core.Tests.Enrollments;
using Muster.TestKit;

namespace Muster.Core.Tests.Quotas;

/// <summary>CA certificates and linked hubs have a quota of their instance and a limit of the server; the lower one holds (behaviour B-13).</summary>
public sealed class EntityQuotaTests
{
    private static readonly string Pem = TestCertificate.SelfSigned("CN=Root").Pem;

    private readonly StoreDouble _store = new();
    private readonly LinkedHubService _hubs;
    private readonly CaCertificateService _authorities;

    public EntityQuotaTests()
    {
        _hubs = new LinkedHubService(_store, TimeProvider.System);
        _authorities = new CaCertificateService(_store, new SignatureChecker(), new X509Options { MaxCaCertificates = 4 }, TimeProvider.System);
    }

    [Theory]
    [InlineData(null, 4)]
    [InlineData(2L, 2)]
    [InlineData(1000L, 4)]
    public async Task Ca_certificates(long? quota, int room)
    {
        var instance = Instance(new InstanceQuotas { CaCertificates = quota });
        var refusals = await AllAtOnceAsync(room + 3, async number => (await _authorities.PutAsync(
            AuditCaller.Process, instance, $"ca-{number}", Pem, isVerified: true, ETagCondition.None, CancellationToken.None)).Refusal);

        ShouldHold(refusals, room, $"The quota of {room} CA certificates is reached.");
        Assert.Equal(room, (await _store.ListCaCertificatesAsync("default", CancellationToken.None)).Count);

        // Replacing makes no more, and what is deleted makes room.
        var name = (await _store.ListCaCertificatesAsync("default", CancellationToken.None))[0].Name;
        Assert.Null((await PutAsync(name, ETagCondition.Any)).Refusal);
        Assert.Null(await _authorities.DeleteAsync(AuditCaller.Process, instance, name, ETagCondition.Any, CancellationToken.None));
        Assert.Null((await PutAsync("another", ETagCondition.None)).Refusal);

        Task<Result<CaCertificate>> PutAsync(string ca, ETagCondition condition) =>
            _authorities.PutAsync(AuditCaller.Process, instance, ca, Pem, isVerified: true, condition, CancellationToken.None);
    }

    [Theory]
    [InlineData(null, LinkedHubRules.MaxHubs)]
    [InlineData(3L, 3)]
    [InlineData(1000L, LinkedHubRules.MaxHubs)]
    public async Task Linked_hubs(long? quota, int room)
    {
        var instance = Instance(new InstanceQuotas { LinkedHubs = quota });
        var refusals = await AllAtOnceAsync(
            room + 3, async number => (await _hubs.LinkAsync(AuditCaller.Process, instance, Hub($"h{number}"), CancellationToken.None)).Refusal);

        ShouldHold(refusals, room, $"The quota of {room} linked IoT hubs is reached.");
        Assert.Equal(room, _store.Hubs.Count);
        var own = await _hubs.EnsureLinkedAsync(instance, "own.example.net", "embedded", new Secret("HostName=own"), CancellationToken.None);
        Assert.Equal(403101, own!.Code);
        Assert.Equal(403101, (await _hubs.EnsureAsync(instance, Hub("configured"), CancellationToken.None)).Refusal!.Code);

        // Links that are there change, and one that goes makes room.
        var linked = _store.Hubs[0].HostName;
        Assert.Null((await _hubs.EnsureAsync(instance, Hub(linked[..^12]), CancellationToken.None)).Refusal);
        Assert.Null(await _hubs.UnlinkAsync(AuditCaller.Process, "default", linked, CancellationToken.None));
        Assert.Null(await _hubs.EnsureLinkedAsync(instance, "own.example.net", "embedded", new Secret("HostName=own"), CancellationToken.None));
    }

    private static async Task<Refusal?[]> AllAtOnceAsync(int count, Func<int, Task<Refusal?>> create) =>
        await Task.WhenAll(Enumerable.Range(0, count).Select(number => Task.Run(() => create(number))));

    private static void ShouldHold(Refusal?[] refusals, int room, string message)
    {
        Assert.Equal(room, refusals.Count(refusal => refusal is null));
        Assert.All(refusals.OfType<Refusal>(), refusal => Assert.Equal((403101, message), (refusal.Code, refusal.Message)));
    }

    private static LinkedHubDefinition Hub(string name) => new()
    {
        ConnectionString = new Secret($"HostName={name}.example.net;SharedAccessKeyName=iothubowner;SharedAccessKey=c2VjcmV0"),
    };

    private static ProvisioningInstance Instance(InstanceQuotas quotas) => new()
    {
        Name = "default",
        IdScope = "0ne00000001",
        ServiceHostNames = [],
        AccessPolicies = [],
        Quotas = quotas,
        CreatedUtc = DateTimeOffset.UnixEpoch,
        ETag = "e",
    };
}
