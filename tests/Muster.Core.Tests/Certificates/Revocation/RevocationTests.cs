using System.Security.Cryptography;
using System.Text;
using Muster.Core.Audit;
using Muster.Core.Certificates;
using Muster.Core.Certificates.Revocation;
using Muster.Core.Concurrency;
using Muster.Core.Tests.Attestation.X509;
using Muster.TestKit;

namespace Muster.Core.Tests.Certificates.Revocation;

/// <summary>Revocation lists: what is accepted as one, and whom it shuts out (behaviour B-4.9).</summary>
public sealed class RevocationTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;
    private static readonly TestCertificate Root = TestCertificate.SelfSigned("CN=Root");
    private static readonly TestCertificate Intermediate = Root.IssueAuthority("CN=Intermediate");

    [Fact]
    public async Task Revoked_leaf_and_revoked_intermediate_are_refused_and_others_pass()
    {
        var world = World();
        var (good, bad) = (Root.Issue("CN=good"), Root.Issue("CN=bad"));
        await PutAsync(world, Root.RevocationList(Now.AddHours(-1), Now.AddDays(7), bad, Intermediate));

        Assert.Equal("fleet", X509World.Verdict(await world.PresentAsync("good", good)));
        Assert.Equal("401002 Unauthorized", X509World.Verdict(await world.PresentAsync("bad", bad)));
        Assert.Contains("revocation: The leaf 'CN=bad', serial number", world.Failed);
        Assert.Equal("401002 Unauthorized", X509World.Verdict(await world.PresentAsync("dev", Intermediate.Issue("CN=dev"), Intermediate)));
        Assert.Contains("Chain element 1 'CN=Intermediate'", world.Failed);
    }

    [Fact]
    public async Task Empty_list_revokes_nobody()
    {
        var world = World();
        await PutAsync(world, Root.RevocationList(Now.AddHours(-1), Now.AddDays(7)));
        Assert.Equal("fleet", X509World.Verdict(await world.PresentAsync("dev", Root.Issue("CN=dev"))));
    }

    [Theory]
    [InlineData(false, "401002 Unauthorized")]
    [InlineData(true, "fleet")]
    public async Task Stale_or_missing_list_follows_the_setting_of_its_CA(bool allowStale, string expected)
    {
        var world = World();
        var bad = Root.Issue("CN=bad");
        await world.Authorities.SetRevocationAsync(AuditCaller.Process, world.Instance, "root", isOn: true, url: null, allowStale, ETagCondition.Any, default);
        Assert.Equal(expected, X509World.Verdict(await world.PresentAsync("dev", Root.Issue("CN=dev"))));
        Assert.Contains(world.Checks, check => check.Check == "revocation list" && check.Passed == allowStale);

        await PutAsync(world, Root.RevocationList(Now.AddDays(-9), Now.AddDays(-2), bad));
        Assert.Equal(expected, X509World.Verdict(await world.PresentAsync("dev", Root.Issue("CN=dev"))));
        Assert.Contains(world.Checks, check => check.Check == "revocation list" && check.Passed == allowStale);

        // Whom even a stale list revokes stays out.
        Assert.Equal("401002 Unauthorized", X509World.Verdict(await world.PresentAsync("bad", bad)));
    }

    [Fact]
    public async Task Switched_off_it_is_off()
    {
        var world = World();
        var bad = Root.Issue("CN=bad");
        await PutAsync(world, Root.RevocationList(Now.AddHours(-1), Now.AddDays(7), bad));
        await world.Authorities.SetRevocationAsync(AuditCaller.Process, world.Instance, "root", isOn: false, url: null, allowStale: false, ETagCondition.Any, default);
        Assert.Equal("fleet", X509World.Verdict(await world.PresentAsync("bad", bad)));
    }

    public static TheoryData<string, string> BadLists() => new()
    {
        { "garbage", "not a well-formed certificate revocation list" },
        { "empty", "not a well-formed certificate revocation list" },
        { "a certificate", "not a well-formed certificate revocation list" },
        { "another CA's", "was issued by 'CN=Other'" },
        { "forged under the CA's name", "the CA's key did not sign it" },
        { "changed afterwards", "the CA's key did not sign it" },
        { "bytes behind it", "not a well-formed certificate revocation list" },
        { "of the future", "made in the future" },
        { "older than the stored one", "the stored one is newer" },
    };

    [Theory]
    [MemberData(nameof(BadLists))]
    public async Task Bad_list_is_refused_with_the_reason(string name, string reason)
    {
        var world = World();
        var good = Root.RevocationList(Now.AddHours(-1), Now.AddDays(7), Intermediate);
        await PutAsync(world, good);
        byte[] changed = [.. good];
        changed[^1] ^= 1;
        byte[] list = name switch
        {
            "garbage" => RandomNumberGenerator.GetBytes(300),
            "empty" => [],
            "a certificate" => Root.Der,
            "another CA's" => TestCertificate.SelfSigned("CN=Other").RevocationList(Now, Now.AddDays(7)),
            "forged under the CA's name" => TestCertificate.SelfSigned("CN=Root").RevocationList(Now, Now.AddDays(7)),
            "changed afterwards" => changed,
            "bytes behind it" => [.. good, 0],
            "of the future" => Root.RevocationList(Now.AddHours(2), Now.AddDays(7)),
            _ => Root.RevocationList(Now.AddDays(-1), Now.AddDays(7)),
        };
        var result = await world.Authorities.PutRevocationListAsync(AuditCaller.Process, world.Instance, "root", list, ETagCondition.Any, default);
        Assert.Equal(400010, result.Refusal?.Code);
        Assert.Contains(reason, result.Refusal!.Message);
    }

    [Fact]
    public async Task List_may_be_PEM()
    {
        var world = World();
        var pem = PemEncoding.WriteString("X509 CRL", Root.RevocationList(Now.AddHours(-1), Now.AddDays(7), Intermediate));
        var result = await world.Authorities.PutRevocationListAsync(
            AuditCaller.Process, world.Instance, "root", Encoding.ASCII.GetBytes(pem), ETagCondition.Any, default);
        Assert.Equal(1, result.Value?.Revocation?.RevokedCount);
    }

    [Fact]
    public void Random_bytes_never_break_the_reader()
    {
        var list = Root.RevocationList(Now.AddHours(-1), Now.AddDays(7), Intermediate);
        var random = new Random(7);
        for (var i = 0; i < 2000; i++)
        {
            byte[] mutated = [.. list];
            for (var n = random.Next(1, 4); n > 0; n--) mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            RevocationList.TryRead(mutated.AsMemory(0, random.Next(mutated.Length + 1)), out _, out _, out _);
        }
    }

    private static X509World World()
    {
        var world = new X509World();
        world.AddCa("root", Root);
        world.AddGroupByReference("fleet", "root");
        return world;
    }

    private static async Task PutAsync(X509World world, byte[] list)
    {
        var result = await world.Authorities.PutRevocationListAsync(AuditCaller.Process, world.Instance, "root", list, ETagCondition.Any, default);
        Assert.Null(result.Refusal);
    }
}
