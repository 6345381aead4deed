using Muster.Core.Attestation;
using Muster.Core.Certificates;
using Muster.Core.Enrollments;
using Muster.Core.Secrets;
using Muster.Core.Tests.Certificates;
using Xunit;

namespace Muster.Core.Tests.Enrollments;

/// <summary>service-api S-6.5 and S-6.7, behaviour B-7.1.</summary>
public sealed class CredentialMergeTests
{
    private static readonly EnrolledCertificate First = TestCertificates.Enrolled("CN=first");
    private static readonly EnrolledCertificate Second = TestCertificates.Enrolled("CN=second");
    private static readonly EnrolledCertificate Third = TestCertificates.Enrolled("CN=third");

    [Theory]
    [InlineData("nothing stored, nothing given", null, null, null, null, "new", "new")]
    [InlineData("nothing stored, both given", null, null, "P", "S", "P", "S")]
    [InlineData("nothing stored, one given", null, null, "P", null, "P", "new")]
    [InlineData("nothing stored, empty texts", null, null, "", "", "new", "new")]
    [InlineData("stored, nothing given", "p", "s", null, null, "p", "s")]
    [InlineData("stored, empty texts", "p", "s", "", "", "p", "s")]
    [InlineData("stored, one given", "p", "s", "P", null, "P", "s")]
    [InlineData("stored, other one given", "p", "s", "", "S", "p", "S")]
    [InlineData("stored, both given", "p", "s", "P", "S", "P", "S")]
    public void Keys(string row, string? storedPrimary, string? storedSecondary, string? primary, string? secondary, string newPrimary,
        string newSecondary)
    {
        var stored = storedPrimary is null ? null : new SymmetricKeyAttestation(new SymmetricKeyPair(new Secret(storedPrimary),
            new Secret(storedSecondary!)));
        var requested = new AttestationDefinition
        {
            Type = AttestationType.SymmetricKey,
            SymmetricKey = new SymmetricKeyDefinition(primary is null ? null : new Secret(primary),
                secondary is null ? null : new Secret(secondary)),
        };

        var merged = Assert.IsType<SymmetricKeyAttestation>(CredentialMerge.Merge(stored, requested).Value);

        AssertKey(row, newPrimary, merged.Keys.Primary);
        AssertKey(row, newSecondary, merged.Keys.Secondary);
        Assert.NotEqual(merged.Keys.Primary, merged.Keys.Secondary);
    }

    [Fact]
    public void Keys_object_may_be_missing()
    {
        var requested = new AttestationDefinition { Type = AttestationType.SymmetricKey };
        var created = Assert.IsType<SymmetricKeyAttestation>(CredentialMerge.Merge(null, requested).Value);
        Assert.Same(created.Keys.Primary, Assert.IsType<SymmetricKeyAttestation>(CredentialMerge.Merge(created,
            requested).Value).Keys.Primary);
    }

    // Slots: "1", "2" are info of the first and second certificate, "3!" is the third certificate itself, "-" is absent.
    [Theory]
    [InlineData("12", "1", "2", "12")]
    [InlineData("12", "2", "1", "21")]
    [InlineData("12", "1", "-", "1-")]
    [InlineData("12", "-", "2", "-2")]
    [InlineData("12", "-", "1", "-1")]
    [InlineData("12", "1", "3!", "13")]
    [InlineData("12", "3!", "2", "32")]
    [InlineData("12", "2", "2", "22")]
    [InlineData("1-", "-", "1", "-1")]
    [InlineData("1-", "1", "1!", "11")]
    [InlineData("1-", "1", "2", "refused secondary")]
    [InlineData("12", "3", "2", "refused primary")]
    [InlineData("12", "?", "2", "refused primary")]
    [InlineData("--", "1", "-", "refused primary")]
    [InlineData("--", "1!", "-", "1-")]
    [InlineData("ca", "1", "-", "refused primary")]
    [InlineData("ca", "1!", "2!", "12")]
    public void Certificate_slots(string stored, string primary, string secondary, string expected)
    {
        AttestationMechanism? present = stored switch
        {
            "--" => null,
            "ca" => new X509CaReferenceAttestation("root", null),
            _ => new X509CertificateAttestation(X509CertificateUse.Signing, Certificate(stored[0]), Certificate(stored[1])),
        };
        var requested = new AttestationDefinition
        {
            Type = AttestationType.X509,
            X509 = new X509Definition { SigningCertificates = new X509SlotsDefinition(Slot(primary), Slot(secondary)) },
        };

        var merged = CredentialMerge.Merge(present, requested);

        if (expected.StartsWith("refused ", StringComparison.Ordinal))
        {
            Assert.StartsWith("attestation.x509.signingCertificates." + expected["refused ".Length..], merged.Refusal?.Message,
                StringComparison.Ordinal);
            Assert.Equal(400004, merged.Refusal?.Code);
            return;
        }

        var attestation = Assert.IsType<X509CertificateAttestation>(merged.Value);
        Assert.Equal(expected, $"{Name(attestation.Primary)}{Name(attestation.Secondary)}");
    }

    [Fact]
    public void Group_moves_between_certificates_and_references()
    {
        var certificates = new X509CertificateAttestation(X509CertificateUse.Signing, First, null);
        var requested = new AttestationDefinition
        {
            Type = AttestationType.X509,
            X509 = new X509Definition { CaReferences = new CaReferencesDefinition("root", "") },
        };
        Assert.Equal(new X509CaReferenceAttestation("root", null), CredentialMerge.Merge(certificates, requested).Value);
    }

    [Fact]
    public void Type_cannot_change()
    {
        var refusal = CredentialMerge.Merge(new TpmAttestation("ek", null),
            new AttestationDefinition { Type = AttestationType.SymmetricKey }).Refusal;
        Assert.Equal(400004, refusal?.Code);
        Assert.StartsWith("attestation.type", refusal?.Message, StringComparison.Ordinal);
    }

    private static void AssertKey(string row, string expected, Secret actual)
    {
        if (expected == "new") Assert.True(Convert.FromBase64String(actual.Reveal()).Length == 64, row);
        else Assert.True(expected == actual.Reveal(), row);
    }

    private static EnrolledCertificate? Certificate(char name) => name switch { '1' => First, '2' => Second, '3' => Third, _ => null };

    private static string Name(EnrolledCertificate? certificate) =>
        certificate is null ? "-" : certificate == First ? "1" : certificate == Second ? "2" : "3";

    private static X509SlotDefinition? Slot(string text) => text switch
    {
        "-" => null,
        "?" => new X509SlotDefinition(null),
        [var name, '!'] => new X509SlotDefinition(Certificate(name)),
        _ => new X509SlotDefinition(
            null, Certificate(text[0])!.Info.Sha1Thumbprint.ToLowerInvariant(), Certificate(text[0])!.Info.Sha256Thumbprint),
    };
}
