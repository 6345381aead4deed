using Muster.Core.Attestation;
using Muster.Core.Enrollments;
using Muster.Core.Secrets;
using Muster.TestKit;

namespace Muster.Core.Tests.Attestation.X509;

/// <summary>Which groups would still admit the devices of an enrollment without it: by chain and by key, not by mechanism (portal P5).</summary>
public sealed class AdmittingGroupsTests
{
    private static readonly SymmetricKeyPair GroupKeys = SymmetricKeyPair.Generate();
    private static readonly TestCertificate Root = TestCertificate.SelfSigned("CN=Admitting root");
    private static readonly TestCertificate Upper = Root.IssueAuthority("CN=Admitting upper");
    private static readonly TestCertificate Lower = Upper.IssueAuthority("CN=Admitting lower");
    private static readonly TestCertificate Unheld = Root.IssueAuthority("CN=Admitting unheld");
    private static readonly TestCertificate Other = TestCertificate.SelfSigned("CN=Another root");

    public static TheoryData<string, EnrollmentKind, string, string[]> Rows => new()
    {
        { "a client certificate below two intermediates and a root", EnrollmentKind.Individual, "below-lower", ["by-lower", "by-root", "by-root-too", "by-upper"] },
        { "a client certificate of the root itself", EnrollmentKind.Individual, "below-root", ["by-root", "by-root-too"] },
        { "the second slot counts too", EnrollmentKind.Individual, "second-below-upper", ["by-root", "by-root-too", "by-upper"] },
        { "a certificate between is not held here", EnrollmentKind.Individual, "below-unheld", [] },
        { "a self-signed client certificate", EnrollmentKind.Individual, "self", [] },
        { "an intermediate below another", EnrollmentKind.Group, "by-lower", ["by-root", "by-root-too", "by-upper"] },
        { "another group of the same root", EnrollmentKind.Group, "by-root", ["by-root-too"] },
        { "nothing is above another root", EnrollmentKind.Group, "by-other", [] },
        { "keys of one's own", EnrollmentKind.Individual, "own-keys", [] },
        { "a key that a group derives", EnrollmentKind.Individual, "derived", ["by-key", "by-key-too"] },
        { "another group of the same key", EnrollmentKind.Group, "by-key", ["by-key-too"] },
        { "a TPM", EnrollmentKind.Individual, "tpm", [] },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Groups_above_the_certificate_or_with_the_key_are_found_and_no_others(string because, EnrollmentKind kind, string id, string[] expected)
    {
        var world = new X509World();
        world.AddCa("root", Root);
        world.AddCa("other", Other);
        world.AddGroupByReference("by-root", "root");
        world.AddGroupByReference("by-root-too", "root");
        world.AddGroupByReference("off", "root", isEnabled: false);
        world.AddGroupByReference("by-other", "other");
        world.AddGroup("by-upper", Upper);
        world.AddGroup("by-lower", Lower);
        world.AddGroup("by-key", new SymmetricKeyAttestation(GroupKeys));
        world.AddGroup("by-key-too", new SymmetricKeyAttestation(new SymmetricKeyPair(SymmetricKeyPair.GenerateKey(), GroupKeys.Primary)));
        world.AddGroup("by-own-key", new SymmetricKeyAttestation(SymmetricKeyPair.Generate()));
        world.AddIndividual("below-lower", X509World.Client(Lower.Issue("CN=below-lower")));
        world.AddIndividual("below-root", X509World.Client(Root.Issue("CN=below-root")));
        world.AddIndividual("second-below-upper", X509World.Client(TestCertificate.SelfSigned("CN=second-below-upper"), Upper.Issue("CN=second-below-upper")));
        world.AddIndividual("below-unheld", X509World.Client(Unheld.Issue("CN=below-unheld")));
        world.AddIndividual("self", X509World.Client(TestCertificate.SelfSigned("CN=self")));
        world.AddIndividual("own-keys", new SymmetricKeyAttestation(SymmetricKeyPair.Generate()));
        world.AddIndividual("derived", new SymmetricKeyAttestation(new SymmetricKeyPair(
            SymmetricKeyPair.GenerateKey(), new Secret(SymmetricKeyDerivation.Derive(GroupKeys.Primary.Reveal(), "derived")))));
        world.AddIndividual("tpm", new TpmAttestation("AAAA", null));

        var groups = new AdmittingGroups(world.Store, new X509TrustIndex(world.Store), world.Signatures, world.Options);
        var enrollment = (await world.Store.FindEnrollmentAsync("default", kind, id, default))!;
        Assert.True(expected.SequenceEqual((await groups.FindAsync(enrollment, default)).Select(group => group.Id)), because);
    }
}
