using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Muster.Core.Certificates.Verification;
using Muster.TestKit;

namespace Muster.Core.Tests.Attestation.X509;

/// <summary>Chains that must not be admitted, made here. Each is refused with the documented text, names what failed, and costs little.</summary>
public sealed class BadChainTests
{
    private const string InvalidCertificate = "401002 Invalid certificate.";
    private const string NoGroup = "401002 Signing certificate info did not match chain elements.";
    private const string Unauthorized = "401002 Unauthorized";

    private static readonly TestCertificate Root = TestCertificate.SelfSigned("CN=Root");
    private static readonly TestCertificate Intermediate = Root.IssueAuthority("CN=Intermediate");
    private static readonly CertificateShape Authority = CertificateShape.Authority;

    public static TheoryData<string, string, string, string> Rows => new()
    {
        // case, told to the device, failed check, element named in the trace
        { "expired leaf", InvalidCertificate, "leaf validity", "'CN=dev'" },
        { "leaf not yet valid", InvalidCertificate, "leaf validity", "'CN=dev'" },
        { "expired intermediate", Unauthorized, "chain validity", "'CN=Old'" },
        { "intermediate not yet valid", Unauthorized, "chain validity", "'CN=Young'" },
        { "wrong issuer key under the right name", NoGroup, "chain signature", "'CN=Intermediate'" },
        { "two intermediates of one name, neither the issuer", NoGroup, "chain signature", "'CN=Intermediate'" },
        { "two common names in the leaf", InvalidCertificate, "common name", "CN=dev" },
        { "missing intermediate", NoGroup, "chain issuer", "'CN=Intermediate'" },
        { "unrelated certificates instead of the intermediate", NoGroup, "chain issuer", "'CN=Intermediate'" },
        { "path length exceeded", Unauthorized, "chain path length", "'CN=Short'" },
        { "issuer with CA:FALSE", Unauthorized, "chain CA flag", "'CN=No CA'" },
        { "issuer without keyCertSign", Unauthorized, "chain key usage", "'CN=No signer'" },
        { "issuer with an unknown critical extension", Unauthorized, "chain critical extension", "'CN=Constrained'" },
        { "leaf with an unknown critical extension", Unauthorized, "leaf critical extension", "'CN=dev'" },
        { "leaf with weak RSA", InvalidCertificate, "leaf key strength", "1024" },
        { "intermediate with weak RSA", Unauthorized, "chain key strength", "'CN=Weak'" },
        { "leaf signed with SHA-1", InvalidCertificate, "leaf signature algorithm", "SHA-1" },
        { "intermediate signed with SHA-1", Unauthorized, "chain signature algorithm", "'CN=Sha1' cannot be verified: it is signed with RSA with SHA-1" },
        { "issuer name in another case", NoGroup, "chain issuer", "case included" },
        { "issuer name of another CA", NoGroup, "chain issuer", "'CN=Somebody'" },
        { "common name of another device", InvalidCertificate, "common name", "'CN=other'" },
        { "empty common name", InvalidCertificate, "common name", "no common name" },
        { "no common name", InvalidCertificate, "common name", "no common name" },
        { "look-alike of another script", InvalidCertificate, "common name", "is not the registration ID" },
        { "100 certificates", InvalidCertificate, "chain length", "101" },
        { "garbage as leaf", InvalidCertificate, "certificate form", "not a well-formed" },
        { "bytes behind the leaf", InvalidCertificate, "certificate form", "not a well-formed" },
        { "truncated leaf", InvalidCertificate, "certificate form", "not a well-formed" },
        { "garbage instead of the intermediate", NoGroup, "certificate form", "left aside" },
        { "oversized leaf", InvalidCertificate, "certificate form", "bytes" },
        { "self-signed leaf of nobody", NoGroup, "group", "No element" },
        { "leaf that claims to be the root", NoGroup, "chain signature", "'CN=Root'" },
        { "endless names: ten CAs of one name and key", Unauthorized, "chain effort", "signature checks" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Bad_chain_is_refused_and_the_trace_says_why(string name, string told, string check, string element)
    {
        var world = new X509World();
        world.AddCa("root", Root);
        world.AddGroupByReference("fleet", "root");
        var result = await world.PresentAsync("dev", Chain(name));

        Assert.Equal(told, X509World.Verdict(result));
        Assert.Contains(check + ":", world.Failed);
        Assert.Contains(element, world.Failed);
        Assert.True(world.Signatures.Computed <= world.Options.MaxSignatureChecks);
    }

    [Fact]
    public async Task Leaf_that_is_its_own_CA_is_no_member_of_the_group_that_it_would_found()
    {
        var world = new X509World();
        var self = TestCertificate.SelfSigned("CN=dev");
        world.AddCa("self", self);
        world.AddGroupByReference("fleet", "self");
        Assert.Equal(NoGroup, X509World.Verdict(await world.PresentAsync("dev", self)));
        Assert.Equal(NoGroup, X509World.Verdict(await world.PresentAsync("dev", self, self)));
    }

    [Fact]
    public async Task Disabled_group_of_an_intermediate_blocks_below_an_enabled_root()
    {
        var world = WorldWithBlockedIntermediate();
        var leaf = Intermediate.Issue("CN=dev");
        Assert.Equal("disabled blocked", X509World.Verdict(await world.PresentAsync("dev", leaf, Intermediate)));
        Assert.Equal("disabled blocked", X509World.Verdict(await world.PresentAsync("dev", leaf, Intermediate, Root)));
    }

    [Fact]
    public async Task Second_encoding_of_a_blocked_intermediate_is_blocked_too()
    {
        var world = WorldWithBlockedIntermediate();
        var leaf = Intermediate.Issue("CN=dev");
        var other = Intermediate.WithOtherSignature();
        Assert.NotEqual(Intermediate.Der, other);
        Assert.Equal("disabled blocked", X509World.Verdict(await world.PresentAsync("dev", [leaf.Der, other])));
    }

    [Fact]
    public async Task Cross_signed_root_is_admitted_by_either_anchor_and_blocked_by_a_disabled_group_on_either_way()
    {
        var other = TestCertificate.SelfSigned("CN=Other root");
        var cross = other.IssueAuthority("CN=Root", Authority with { ExistingKey = Root.PrivateKey });
        var leaf = Intermediate.Issue("CN=dev");

        var world = new X509World();
        world.AddCa("other", other);
        world.AddGroupByReference("fleet", "other");
        Assert.Equal("fleet", X509World.Verdict(await world.PresentAsync("dev", leaf, Intermediate, Root, cross)));
        Assert.Equal("fleet", X509World.Verdict(await world.PresentAsync("dev", leaf, Intermediate, cross)));
        Assert.Equal(NoGroup, X509World.Verdict(await world.PresentAsync("dev", leaf, Intermediate, Root)));

        world.AddCa("root", Root);
        world.AddGroupByReference("blocked", "root", isEnabled: false);
        Assert.Equal("disabled blocked", X509World.Verdict(await world.PresentAsync("dev", leaf, Intermediate, cross)));
    }

    [Fact]
    public async Task Order_and_unrelated_extras_do_not_matter()
    {
        var world = new X509World();
        world.AddCa("root", Root);
        world.AddGroupByReference("fleet", "root");
        var second = Intermediate.IssueAuthority("CN=Second");
        var stranger = TestCertificate.SelfSigned("CN=Stranger");
        var leaf = second.Issue("CN=Dev");
        Assert.Equal("fleet", X509World.Verdict(await world.PresentAsync("dev", leaf, Root, stranger, Intermediate, second)));
    }

    [Fact]
    public async Task Random_changes_of_a_chain_never_admit_it_and_never_break_the_verifier()
    {
        var world = new X509World();
        world.AddCa("root", Root);
        world.AddGroupByReference("fleet", "root");
        var leaf = Intermediate.Issue("CN=dev");
        var random = new Random(20261124);
        for (var i = 0; i < 600; i++)
        {
            byte[][] chain = [[.. leaf.Der], [.. Intermediate.Der]];
            var victim = chain[random.Next(2)];
            victim[random.Next(victim.Length)] ^= (byte)random.Next(1, 256);
            var result = await world.PresentAsync("dev", chain);
            Assert.True(result.Refusal is { HttpStatus: 401 }, $"round {i}: {X509World.Verdict(result)}");
        }
    }

    [Fact]
    public async Task Fleet_shares_the_work_on_its_intermediates()
    {
        var world = new X509World();
        world.AddCa("root", Root);
        world.AddGroupByReference("fleet", "root");
        for (var i = 0; i < 5; i++)
            Assert.Equal("fleet", X509World.Verdict(await world.PresentAsync($"dev-{i}", Intermediate.Issue($"CN=dev-{i}"), Intermediate)));

        // One for each leaf, and one for the intermediate.
        Assert.Equal(6, world.Signatures.Computed);
    }

    private static X509World WorldWithBlockedIntermediate()
    {
        var world = new X509World();
        world.AddCa("root", Root);
        world.AddGroupByReference("fleet", "root");
        world.AddGroup("blocked", Intermediate, isEnabled: false);
        return world;
    }

    private static byte[][] Chain(string name)
    {
        return name switch
        {
            "expired leaf" => Of(Intermediate.Issue("CN=dev", new() { Begins = Days(-9), Ends = Days(-1) }), Intermediate),
            "leaf not yet valid" => Of(Intermediate.Issue("CN=dev", new() { Begins = Days(1) }), Intermediate),
            "expired intermediate" => Under(Root.IssueAuthority("CN=Old", Authority with { Begins = Days(-9), Ends = Days(-1) })),
            "intermediate not yet valid" => Under(Root.IssueAuthority("CN=Young", Authority with { Begins = Days(1) })),
            "wrong issuer key under the right name" => Of(Intermediate.Issue("CN=dev"), Root.IssueAuthority("CN=Intermediate")),
            "two intermediates of one name, neither the issuer" =>
                Of(Intermediate.Issue("CN=dev"), Root.IssueAuthority("CN=Intermediate"), Root.IssueAuthority("CN=Intermediate")),
            "two common names in the leaf" => Of(Intermediate.Issue("CN=dev, CN=dev-2"), Intermediate),
            "missing intermediate" => Of(Intermediate.Issue("CN=dev")),
            "unrelated certificates instead of the intermediate" => Of(Intermediate.Issue("CN=dev"),
                TestCertificate.SelfSigned("CN=A"), TestCertificate.SelfSigned("CN=B"), Root),
            "path length exceeded" => PathLengthExceeded(),
            "issuer with CA:FALSE" => Under(Root.IssueAuthority("CN=No CA", Authority with { IsAuthority = false })),
            "issuer without keyCertSign" =>
                Under(Root.IssueAuthority("CN=No signer", Authority with { Usage = X509KeyUsageFlags.DigitalSignature })),
            "issuer with an unknown critical extension" =>
                Under(Root.IssueAuthority("CN=Constrained", Authority with { CriticalExtension = "2.5.29.30" })),
            "leaf with an unknown critical extension" => Of(Root.Issue("CN=dev", new() { CriticalExtension = "1.2.3.4" })),
            "leaf with weak RSA" => Of(Intermediate.Issue("CN=dev", new() { Key = "RSA-1024" }), Intermediate),
            "intermediate with weak RSA" => Under(Root.IssueAuthority("CN=Weak", Authority with { Key = "RSA-1024" })),
            "leaf signed with SHA-1" => Of(Sha1Authority(HashAlgorithmName.SHA1)),
            "intermediate signed with SHA-1" => Sha1Intermediate(),
            "issuer name in another case" =>
                Of(Intermediate.Issue("CN=dev", new() { IssuerName = new X500DistinguishedName("CN=INTERMEDIATE") }), Intermediate),
            "issuer name of another CA" =>
                Of(Intermediate.Issue("CN=dev", new() { IssuerName = new X500DistinguishedName("CN=Somebody") }), Intermediate),
            "common name of another device" => Of(Intermediate.Issue("CN=other"), Intermediate),
            "empty common name" => Of(Intermediate.Issue(CommonName("")), Intermediate),
            "no common name" => Of(Intermediate.Issue("O=Contoso"), Intermediate),
            "look-alike of another script" => Of(Intermediate.Issue(CommonName("d\u0435v")), Intermediate),
            "100 certificates" => [Intermediate.Issue("CN=dev").Der, .. Enumerable.Repeat(Intermediate.Der, 100)],
            "garbage as leaf" => [RandomNumberGenerator.GetBytes(500)],
            "bytes behind the leaf" => [[.. Intermediate.Issue("CN=dev").Der, 0], Intermediate.Der],
            "truncated leaf" => [Intermediate.Issue("CN=dev").Der[..^5], Intermediate.Der],
            "garbage instead of the intermediate" => [Intermediate.Issue("CN=dev").Der, RandomNumberGenerator.GetBytes(500)],
            "oversized leaf" => [new byte[17 * 1024]],
            "self-signed leaf of nobody" => Of(TestCertificate.SelfSigned("CN=dev", new())),
            "leaf that claims to be the root" => Of(TestCertificate.SelfSigned("CN=Fake").Issue("CN=dev", new() { IssuerName = Root.Subject })),
            "endless names: ten CAs of one name and key" => EndlessNames(),
            _ => throw new ArgumentException(name, nameof(name)),
        };

        static byte[][] Under(TestCertificate issuer) => Of(issuer.Issue("CN=dev"), issuer);
    }

    private static byte[][] PathLengthExceeded()
    {
        var shortOne = Root.IssueAuthority("CN=Short", Authority with { PathLength = 0 });
        var tooMuch = shortOne.IssueAuthority("CN=Too much");
        return Of(tooMuch.Issue("CN=dev"), tooMuch, shortOne);
    }

    private static TestCertificate Sha1Authority(HashAlgorithmName hash) =>
        TestCertificate.SelfSigned("CN=Rsa", Authority with { Key = "RSA-2048" }).Issue("CN=dev", new() { Hash = hash });

    private static byte[][] Sha1Intermediate()
    {
        var top = TestCertificate.SelfSigned("CN=Rsa", Authority with { Key = "RSA-2048" });
        var weak = top.IssueAuthority("CN=Sha1", Authority with { Hash = HashAlgorithmName.SHA1 });
        return Of(weak.Issue("CN=dev"), weak, top);
    }

    private static byte[][] EndlessNames()
    {
        var first = TestCertificate.SelfSigned("CN=Loop");
        var loops = Enumerable.Range(0, 9).Select(_ => first.IssueAuthority("CN=Loop", Authority with { ExistingKey = first.PrivateKey }));
        return [first.Issue("CN=dev").Der, .. loops.Select(loop => loop.Der)];
    }

    private static X500DistinguishedName CommonName(string text)
    {
        var writer = new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSetOf())
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier("2.5.4.3");
            writer.WriteCharacterString(System.Formats.Asn1.UniversalTagNumber.UTF8String, text);
        }

        return new X500DistinguishedName(writer.Encode());
    }

    private static byte[][] Of(params IReadOnlyList<TestCertificate> chain) => [.. chain.Select(certificate => certificate.Der)];

    private static TimeSpan Days(int days) => TimeSpan.FromDays(days);
}
