using Muster.Core.Attestation;
using Muster.Core.Certificates.Verification;
using Muster.Core.Enrollments;
using Muster.Core.Hubs;
using Muster.Core.Registration;
using Muster.TestKit;

namespace Muster.Core.Tests.Attestation.X509;

/// <summary>The tables of behaviour B-3.2 and B-4.</summary>
public sealed class ChainTableTests
{
    private const string NoAnchor = "401002 CA certificate not found.";
    private const string NoGroup = "401002 Signing certificate info did not match chain elements.";

    private static readonly TestCertificate Root = TestCertificate.SelfSigned("CN=Root");
    private static readonly TestCertificate One = Root.IssueAuthority("CN=One");
    private static readonly TestCertificate Two = One.IssueAuthority("CN=Two");

    [Theory] // behaviour B-4.5
    [InlineData("root by reference", "root", "leaf under root", "group")]
    [InlineData("root by upload", "root", "leaf under root", "group")]
    [InlineData("root by reference", "root", "leaf under one, one", "group")]
    [InlineData("two by upload", "root", "leaf under two, two, one", "group")]
    [InlineData("two by upload", "root", "leaf under two, two", NoAnchor)]
    [InlineData("two by upload", "root", "leaf under two, two, one, root", "group")]
    [InlineData("two by upload", "two", "leaf under two, two", "group")]
    [InlineData("two by upload", "two", "leaf under two", "group")]
    [InlineData("one by upload", "root", "leaf under one", NoGroup)]
    [InlineData("root by upload", "", "leaf under root", NoGroup)]
    [InlineData("one by upload", "", "leaf under one, one", NoAnchor)]
    [InlineData("one by upload", "", "leaf under one, one, root", NoAnchor)]
    [InlineData("root by upload", "two", "leaf under two, two, one, root", "group")]
    public async Task Chain_is_judged_as_the_table_says(string group, string verified, string presented, string expected)
    {
        var world = WorldOf(group, verified);
        Assert.Equal(expected, X509World.Verdict(await world.PresentAsync("dev", Chain(presented))));
    }

    [Fact]
    public async Task Leaf_alone_under_a_group_intermediate_is_accepted_with_the_option()
    {
        var world = WorldOf("one by upload", "root", new X509Options { UseStoredCertificates = true });
        Assert.Equal("group", X509World.Verdict(await world.PresentAsync("dev", Chain("leaf under one"))));
    }

    [Fact]
    public async Task Refusal_of_a_leaf_alone_says_which_intermediate_is_missing_and_what_to_do()
    {
        var world = WorldOf("one by upload", "root");
        await world.PresentAsync("dev", Chain("leaf under one"));
        Assert.Contains("The group 'group' has it: let the device send that intermediate, or set X509.UseStoredCertificates.", world.Failed);
    }

    [Fact]
    public async Task Unverified_CA_refuses_until_it_is_verified()
    {
        var world = new X509World();
        world.AddCa("root", Root, isVerified: false);
        world.AddGroupByReference("group", "root");
        var leaf = Root.Issue("CN=dev");
        Assert.Equal(NoGroup, X509World.Verdict(await world.PresentAsync("dev", leaf)));
        Assert.Contains("The CA certificate 'root' has it but is not verified: verify it.", world.Failed);
        Assert.Equal(NoAnchor, X509World.Verdict(await world.PresentAsync("dev", leaf, Root)));

        world.AddCa("root", Root);
        Assert.Equal("group", X509World.Verdict(await world.PresentAsync("dev", leaf)));
    }

    [Fact] // checklist item 16
    public async Task Devices_of_a_deleted_CA_are_refused()
    {
        var world = new X509World();
        world.AddCa("root", Root);
        world.AddGroupByReference("group", "root");
        var leaf = Root.Issue("CN=dev");
        Assert.Equal("group", X509World.Verdict(await world.PresentAsync("dev", leaf)));
        world.Store.RemoveAuthority("root");
        var refused = await world.PresentAsync("dev", leaf);
        Assert.Equal(401002, refused.Refusal?.Code);
    }

    [Fact] // behaviour B-3.2: 25 cells, in order
    public async Task First_named_element_decides()
    {
        var (a, b) = (Root.IssueAuthority("CN=A"), Root.IssueAuthority("CN=B"));
        var devices = new (string Id, TestCertificate Leaf, TestCertificate Issuer)[]
        {
            ("d1", a.Issue("CN=d1"), a), ("d2", a.Issue("CN=d2"), a), ("d3", a.Issue("CN=d3"), a),
            ("d4", b.Issue("CN=d4"), b), ("d5", b.Issue("CN=d5"), b),
        };
        var world = new X509World();
        world.AddCa("root", Root);

        world.AddGroup("root-group", Root);
        Assert.Equal("yes yes yes yes yes", await AllAsync());
        world.AddGroup("b-group", b, isEnabled: false);
        Assert.Equal("yes yes yes no no", await AllAsync());
        world.AddIndividual("d3", X509World.Client(devices[2].Leaf), isEnabled: false);
        Assert.Equal("yes yes no no no", await AllAsync());
        world.Store.Remove(EnrollmentKind.Group, "b-group");
        Assert.Equal("yes yes no yes yes", await AllAsync());
        world.Store.Remove(EnrollmentKind.Individual, "d3");
        Assert.Equal("yes yes yes yes yes", await AllAsync());

        async Task<string> AllAsync()
        {
            var words = new List<string>();
            foreach (var (id, leaf, issuer) in devices)
            {
                var result = await world.PresentAsync(id, leaf, issuer);
                words.Add(result.Value?.Enrollment.IsEnabled == true ? "yes" : "no");
            }

            return string.Join(' ', words);
        }
    }

    [Theory] // checklist items 9, 10 and B-4.11
    [InlineData("P-256")]
    [InlineData("P-384")]
    [InlineData("P-521")]
    [InlineData("RSA-2048")]
    [InlineData("RSA-4096")]
    public async Task Extensionless_certificates_of_accepted_keys_work_as_CA_signer_and_leaf(string key)
    {
        var bare = new CertificateShape { Key = key };
        var root = TestCertificate.SelfSigned("CN=Bare root", bare);
        var middle = root.Issue("CN=Bare middle", bare);
        var world = new X509World();
        world.AddCa("root", root);
        world.AddGroup("group", middle);
        Assert.Equal("group", X509World.Verdict(await world.PresentAsync("dev", middle.Issue("CN=dev", bare), middle)));

        var own = TestCertificate.SelfSigned("CN=own", bare);
        world.AddIndividual("own", X509World.Client(own));
        Assert.Equal("own", X509World.Verdict(await world.PresentAsync("own", own)));
    }

    [Fact]
    public async Task Extensionless_intermediates_are_refused_with_the_option()
    {
        var world = new X509World(new X509Options { RequireBasicConstraints = true });
        world.AddCa("root", Root);
        world.AddGroup("group", Root);
        var device = Root.Issue("CN=device");
        Assert.Equal("group", X509World.Verdict(await world.PresentAsync("device", device)));
        Assert.Equal("401002 Unauthorized", X509World.Verdict(await world.PresentAsync("dev", device.Issue("CN=dev"), device)));
        Assert.Contains("chain CA flag", world.Failed);
    }

    [Fact]
    public async Task RSA_PSS_chain_is_accepted()
    {
        var root = TestCertificate.SelfSigned("CN=Pss", CertificateShape.Authority with { Key = "RSA-2048", IsPss = true });
        var world = new X509World();
        world.AddCa("root", root);
        world.AddGroupByReference("group", "root");
        Assert.Equal("group", X509World.Verdict(await world.PresentAsync("dev", root.Issue("CN=dev", new() { IsPss = true }))));
    }

    [Fact] // checklist item 13
    public async Task Validity_is_not_looked_at_when_it_is_not_enforced()
    {
        var expired = new CertificateShape { Begins = TimeSpan.FromDays(-9), Ends = TimeSpan.FromDays(-1) };
        var world = new X509World(new X509Options { EnforceValidity = false });
        world.AddCa("root", Root);
        world.AddGroupByReference("group", "root");
        Assert.Equal("group", X509World.Verdict(await world.PresentAsync("dev", Root.Issue("CN=dev", expired))));
    }

    [Fact]
    public async Task Expired_anchor_is_reported_and_not_enforced()
    {
        var root = TestCertificate.SelfSigned("CN=Old root", CertificateShape.Authority with { Begins = TimeSpan.FromDays(-9), Ends = TimeSpan.FromDays(-1) });
        var world = new X509World();
        world.AddCa("root", root);
        world.AddGroupByReference("group", "root");
        Assert.Equal("group", X509World.Verdict(await world.PresentAsync("dev", root.Issue("CN=dev"))));
        Assert.Contains(world.Checks, check => check.Passed && check.Detail.StartsWith("Tolerated: Chain element 1 'CN=Old root' expired", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(-4, true)]
    [InlineData(-6, false)]
    public async Task Clocks_may_differ_by_five_minutes(int minutesFromBegin, bool isAccepted)
    {
        var leaf = Root.Issue("CN=dev", new() { Begins = TimeSpan.FromHours(1) });
        var world = new X509World();
        world.AddCa("root", Root);
        world.AddGroupByReference("group", "root");
        using var bare = leaf.WithoutKey();
        var result = await world.PresentAsync("dev", [leaf.Der], now: new DateTimeOffset(bare.NotBefore).AddMinutes(minutesFromBegin));
        Assert.Equal(isAccepted, result.Value is not null);
    }

    [Fact] // checklist item 11
    public async Task Both_slots_of_an_individual_work_and_the_hub_gets_the_presented_leaf()
    {
        var (first, second) = (TestCertificate.SelfSigned("CN=dev", new()), Root.Issue("CN=dev"));
        var world = new X509World();
        world.AddIndividual("dev", X509World.Client(first, second));
        foreach (var leaf in new[] { first, second })
        {
            var match = (await world.PresentAsync("dev", leaf)).Value!;
            Assert.Equal(new HubThumbprints(leaf.Sha256, leaf.Sha256), match.Credential);
        }
    }

    [Fact]
    public async Task Another_certificate_of_the_same_name_is_refused_with_both_thumbprints_and_no_group_is_tried()
    {
        var (enrolled, presented) = (Root.Issue("CN=dev"), Root.Issue("CN=dev"));
        var world = new X509World();
        world.AddCa("root", Root);
        world.AddGroupByReference("group", "root");
        world.AddIndividual("dev", X509World.Client(enrolled));
        Assert.Equal("401002 Invalid certificate.", X509World.Verdict(await world.PresentAsync("dev", presented)));
        Assert.Contains(enrolled.Sha256, world.Failed);
        Assert.Contains(presented.Sha256, world.Failed);
    }

    [Fact]
    public async Task Individual_by_CA_reference_needs_a_chain_through_that_CA()
    {
        var other = TestCertificate.SelfSigned("CN=Other");
        var world = new X509World();
        world.AddCa("root", Root);
        world.AddCa("other", other);
        world.AddIndividual("dev", new X509CaReferenceAttestation(null, "Root"));
        Assert.Equal("dev", X509World.Verdict(await world.PresentAsync("dev", One.Issue("CN=dev"), One)));
        Assert.Equal(NoGroup, X509World.Verdict(await world.PresentAsync("dev", other.Issue("CN=dev"))));
    }

    [Fact] // behaviour B-3.1, the tie
    public async Task Among_groups_of_one_certificate_a_disabled_one_wins_then_that_of_the_record_then_the_oldest()
    {
        var world = new X509World();
        world.AddCa("root", Root);
        world.AddGroupByReference("old", "root");
        world.AddGroupByReference("young", "root");
        var leaf = Root.Issue("CN=dev");
        Assert.Equal("old", X509World.Verdict(await world.PresentAsync("dev", leaf)));
        Assert.Equal("young", X509World.Verdict(await world.PresentAsync("dev", [leaf.Der], RecordOf("young"))));
        world.AddGroupByReference("blocked", "root", isEnabled: false);
        Assert.Equal("disabled blocked", X509World.Verdict(await world.PresentAsync("dev", [leaf.Der], RecordOf("young"))));
    }

    private static RegistrationRecord RecordOf(string group) => new()
    {
        InstanceName = "default",
        RegistrationId = "dev",
        EnrollmentKind = EnrollmentKind.Group,
        EnrollmentId = group,
        AttestationType = AttestationType.X509,
        Status = RegistrationStatus.Assigned,
        CreatedUtc = DateTimeOffset.UtcNow,
        FirstRegisteredUtc = DateTimeOffset.UtcNow,
        LastUpdatedUtc = DateTimeOffset.UtcNow,
        ETag = "r",
    };

    private static X509World WorldOf(string group, string verified, X509Options? options = null)
    {
        var world = new X509World(options);
        foreach (var name in verified.Split(' ', StringSplitOptions.RemoveEmptyEntries)) world.AddCa(name, Named(name));
        var words = group.Split(' ');
        if (words[2] == "upload") world.AddGroup("group", Named(words[0]));
        else world.AddGroupByReference("group", words[0]);
        return world;
    }

    private static TestCertificate[] Chain(string presented)
    {
        var parts = presented.Split(", ");
        return [Named(parts[0]["leaf under ".Length..]).Issue("CN=dev"), .. parts.Skip(1).Select(Named)];
    }

    private static TestCertificate Named(string name) => name switch
    {
        "root" => Root,
        "one" => One,
        "two" => Two,
        _ => throw new ArgumentException(name, nameof(name)),
    };
}
