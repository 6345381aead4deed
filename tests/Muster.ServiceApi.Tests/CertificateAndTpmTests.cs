using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Muster.Core.Attestation;
using Muster.Core.Enrollments;
using Xunit;

namespace Muster.ServiceApi.Tests;

/// <summary>TPM and X.509: checklist rows 47 to 59 and 76 to 78.</summary>
public sealed class CertificateAndTpmTests(ServiceApiHost host) : IClassFixture<ServiceApiHost>
{
    private const string Tpm = "{\"attestation\":{\"type\":\"tpm\",\"tpm\":{\"endorsementKey\":\"" + Bodies.EndorsementKey + "\"}}}";

    private readonly string _id = Bodies.Id();

    private string Path => "/enrollments/" + _id;

    private string GroupPath => "/enrollmentGroups/" + _id;

    [Fact]
    public async Task Tpm_endorsement_key_is_shown_everywhere()
    {
        var expected = $$$"""{"type":"tpm","tpm":{"endorsementKey":"{{{Bodies.EndorsementKey}}}"}}""";
        Assert.Equal(expected, (await host.PutAsync(Path, Tpm)).ShouldBe(200)["attestation"].GetRawText());
        Assert.Equal(expected, (await host.GetAsync(Path)).ShouldBe(200)["attestation"].GetRawText());
        Assert.Equal(expected, (await host.PostAsync(Path + "/attestationmechanism")).ShouldBe(200).Text);
        Assert.Contains(expected, (await host.PostAsync("/enrollments/query", "{\"query\":\"*\"}")).ShouldBe(200).Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Storage_root_key_is_kept_and_shown()
    {
        var body = Tpm.Replace("\"tpm\":{", "\"tpm\":{\"storageRootKey\":\"" + Bodies.EndorsementKey + "\",", StringComparison.Ordinal);
        Assert.Equal(Bodies.EndorsementKey, (await host.PutAsync(Path, body)).ShouldBe(200)["attestation.tpm.storageRootKey"].GetString());
    }

    [Theory]
    [InlineData("{\"attestation\":{\"type\":\"tpm\"}}", "attestation.tpm.endorsementKey")]
    [InlineData("{\"attestation\":{\"type\":\"tpm\",\"tpm\":{}}}", "attestation.tpm.endorsementKey")]
    [InlineData("{\"attestation\":{\"type\":\"tpm\",\"tpm\":{\"endorsementKey\":\"14963E8F3BA5B3984110B3C1CA8E8B89\"}}}",
        "attestation.tpm.endorsementKey")]
    [InlineData("{\"attestation\":{\"type\":\"x509\"}}", "attestation.x509")]
    [InlineData("{\"attestation\":{\"type\":\"x509\",\"x509\":{}}}", "attestation.x509")]
    [InlineData("{\"attestation\":{\"type\":\"x509\",\"x509\":{\"clientCertificates\":{\"primary\":null,\"secondary\":null}}}}",
        "attestation.x509.clientCertificates")]
    [InlineData("{\"attestation\":{\"type\":\"x509\",\"x509\":{\"clientCertificates\":{\"primary\":{}}}}}",
        "attestation.x509.clientCertificates.primary")]
    [InlineData("{\"attestation\":{\"type\":\"x509\",\"x509\":{\"clientCertificates\":{\"primary\":{\"certificate\":\"garbage\"}}}}}",
        "attestation.x509.clientCertificates.primary.certificate")]
    [InlineData(
        "{\"attestation\":{\"type\":\"x509\",\"x509\":{\"clientCertificates\":{\"secondary\":{"
        + "\"certificate\":\"-----BEGIN CERTIFICATE-----\"}}}}}",
        "attestation.x509.clientCertificates.secondary.certificate")]
    [InlineData(
        "{\"attestation\":{\"type\":\"x509\",\"x509\":{\"clientCertificates\":{\"primary\":{\"info\":{\"sha1Thumbprint\":\"AB\"}}}}}}",
        "attestation.x509.clientCertificates.primary")]
    [InlineData("{\"attestation\":{\"type\":\"x509\",\"x509\":{\"clientCertificates\":{\"primary\":{\"certificate\":5}}}}}",
        "attestation.x509.clientCertificates.primary.certificate")]
    [InlineData("{\"attestation\":{\"type\":\"x509\",\"x509\":{\"signingCertificates\":{\"primary\":{}}}}}",
        "attestation.x509.signingCertificates")]
    [InlineData("{\"attestation\":{\"type\":\"x509\",\"x509\":{\"caReferences\":{\"primary\":null}}}}", "attestation.x509.caReferences")]
    [InlineData("{\"attestation\":{\"type\":\"x509\",\"x509\":{\"caReferences\":{\"primary\":\"a\"}},\"symmetricKey\":{}}}",
        "attestation.symmetricKey")]
    public async Task Incomplete_attestation_is_refused_by_its_path(string body, string path) =>
        Assert.StartsWith(path + ":", (await host.PutAsync(Path, body)).ShouldBe(400004).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Private_key_in_a_certificate_text_is_refused_and_not_repeated()
    {
        using var certificate = Bodies.Certificate();
        using var key = ECDsa.Create();
        var pem = certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem();
        var reply = (await host.PutAsync(Path, Bodies.X509("clientCertificates", Bodies.Slot(pem), null))).ShouldBe(400004);
        Assert.Contains("private key", reply.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("BEGIN", reply.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PEM, LF")]
    [InlineData("PEM, CR LF")]
    [InlineData("Base64 of DER")]
    [InlineData("Base64 of PEM")]
    public async Task Certificate_form(string form)
    {
        using var certificate = Bodies.Certificate("CN=x, OU=y, O=z");
        var pem = certificate.ExportCertificatePem().ReplaceLineEndings("\n");
        var text = form switch
        {
            "PEM, LF" => pem,
            "PEM, CR LF" => pem.ReplaceLineEndings("\r\n"),
            "Base64 of DER" => Convert.ToBase64String(certificate.RawData),
            _ => Convert.ToBase64String(Encoding.ASCII.GetBytes(pem)),
        };

        var reply = (await host.PutAsync(Path, Bodies.X509("clientCertificates", Bodies.Slot(text), null))).ShouldBe(200);

        var slots = reply["attestation.x509.clientCertificates"];
        Assert.Equal(["primary"], slots.EnumerateObject().Select(slot => slot.Name));
        Assert.Equal(["info"], slots.GetProperty("primary").EnumerateObject().Select(member => member.Name));
        var info = slots.GetProperty("primary").GetProperty("info");
        Assert.Equal(
            ["subjectName", "sha1Thumbprint", "sha256Thumbprint", "issuerName", "notBeforeUtc", "notAfterUtc", "serialNumber", "version"],
            info.EnumerateObject().Select(member => member.Name));
        Assert.Equal(certificate.GetCertHashString(), info.GetProperty("sha1Thumbprint").GetString());
        Assert.Equal(certificate.GetCertHashString(HashAlgorithmName.SHA256), info.GetProperty("sha256Thumbprint").GetString());
        Assert.Equal("2024-05-19T23:10:43Z", info.GetProperty("notBeforeUtc").GetString());
        Assert.Equal("2044-05-19T23:10:43Z", info.GetProperty("notAfterUtc").GetString());
        Assert.Equal(certificate.SerialNumber, info.GetProperty("serialNumber").GetString());
        Assert.Equal(3, info.GetProperty("version").GetInt32());
    }

    [Fact]
    public async Task Names_are_printed_in_the_order_of_their_encoding()
    {
        // .NET encodes a text from its end, so this one begins with the common name.
        using var certificate = Bodies.Certificate("C=US, O=z, OU=y, CN=x");
        var first = certificate.SubjectName.EnumerateRelativeDistinguishedNames(reversed: false).First().GetSingleElementType().FriendlyName;
        Assert.Equal("CN", first);
        var body = Bodies.X509("clientCertificates", Bodies.Slot(Convert.ToBase64String(certificate.RawData)), null);

        var created = (await host.PutAsync(Path, body)).ShouldBe(200);

        Assert.Equal("CN=x, OU=y, O=z, C=US", created["attestation.x509.clientCertificates.primary.info.subjectName"].GetString());
        Assert.Equal("CN=x, OU=y, O=z, C=US", created["attestation.x509.clientCertificates.primary.info.issuerName"].GetString());
    }

    [Fact]
    public async Task Fetched_enrollment_that_is_sent_back_keeps_its_certificate()
    {
        var certificate = Bodies.Base64Certificate();
        await host.PutAsync(Path, Bodies.X509("clientCertificates", Bodies.Slot(certificate), null));
        var fetched = await host.GetAsync(Path);
        var again = (await host.PutAsync(Path, fetched.Text, ("If-Match", "*"))).ShouldBe(200);
        Assert.Equal(fetched["attestation"].GetRawText(), again["attestation"].GetRawText());
        Assert.Equal(certificate, (await StoredAsync()).Primary?.Der);
    }

    [Fact]
    public async Task Slots_are_kept_replaced_swapped_and_cleared()
    {
        var (first, second, third) = (Bodies.Base64Certificate("CN=1"), Bodies.Base64Certificate("CN=2"), Bodies.Base64Certificate("CN=3"));
        var created = (await host.PutAsync(Path, Bodies.X509("clientCertificates", Bodies.Slot(first), Bodies.Slot(second)))).ShouldBe(200);
        var firstInfo = created["attestation.x509.clientCertificates.primary"].GetRawText();

        await UpdateAsync(firstInfo, Bodies.Slot(third), first, third);
        await UpdateAsync(null, firstInfo, null, first);
        await UpdateAsync(firstInfo, firstInfo, first, first);
        await UpdateAsync("null", Bodies.Slot(third), null, third);

        async Task UpdateAsync(string? primary, string? secondary, string? storedPrimary, string? storedSecondary)
        {
            var reply = (await host.PutAsync(Path, Bodies.X509("clientCertificates", primary, secondary), ("If-Match", "*"))).ShouldBe(200);
            var stored = await StoredAsync();
            Assert.Equal(storedPrimary, stored.Primary?.Der);
            Assert.Equal(storedSecondary, stored.Secondary?.Der);
            Assert.Equal(storedPrimary is not null, reply["attestation.x509.clientCertificates.primary"].ValueKind == JsonValueKind.Object);
        }
    }

    [Fact]
    public async Task Certificate_belongs_to_one_enrollment_until_that_is_deleted_or_lets_go()
    {
        var certificate = Bodies.Base64Certificate();
        var body = Bodies.X509("clientCertificates", Bodies.Slot(certificate), Bodies.Slot(certificate));
        (await host.PutAsync(Path, body)).ShouldBe(200);
        (await host.PutAsync(Path + "-2", body)).ShouldBe(409204);
        (await host.PutAsync(GroupPath, Bodies.X509("signingCertificates", Bodies.Slot(certificate), null))).ShouldBe(409204);
        (await host.DeleteAsync(Path)).ShouldBe(204);
        (await host.PutAsync(Path + "-2", body)).ShouldBe(200);
        var another = Bodies.X509("clientCertificates", Bodies.Slot(Bodies.Base64Certificate()), null);
        (await host.PutAsync(Path + "-2", another, ("If-Match", "*"))).ShouldBe(200);
        (await host.PutAsync(GroupPath, Bodies.X509("signingCertificates", Bodies.Slot(certificate), null))).ShouldBe(200);
    }

    [Fact]
    public async Task Two_sources_together_are_refused()
    {
        var slot = Bodies.Slot(Bodies.Base64Certificate());
        var body = "{\"attestation\":{\"type\":\"x509\",\"x509\":{\"clientCertificates\":{\"primary\":" + slot
            + "},\"signingCertificates\":{\"primary\":" + slot + "}}}}";
        (await host.PutAsync(Path, body)).ShouldBe(400004);
        (await host.PutAsync(GroupPath, body)).ShouldBe(400004);
    }

    [Fact]
    public async Task Group_shows_its_certificates_and_moves_to_references_and_back()
    {
        var body = Bodies.X509("signingCertificates", Bodies.Slot(Bodies.Base64Certificate("CN=a")),
            Bodies.Slot(Bodies.Base64Certificate("CN=b")));
        var created = (await host.PutAsync(GroupPath, body)).ShouldBe(200);
        Assert.Equal("CN=a", created["attestation.x509.signingCertificates.primary.info.subjectName"].GetString());
        Assert.Equal("CN=b", created["attestation.x509.signingCertificates.secondary.info.subjectName"].GetString());

        await host.AddCaCertificateAsync("my-root");
        var references = "{\"attestation\":{\"type\":\"x509\",\"x509\":{\"caReferences\":{\"primary\":\"my-root\"}}}}";
        var moved = (await host.PutAsync(GroupPath, references, ("If-Match", "*"))).ShouldBe(200);
        Assert.Equal("""{"type":"x509","x509":{"caReferences":{"primary":"my-root"}}}""", moved["attestation"].GetRawText());
        (await host.PutAsync(GroupPath, (await host.GetAsync(GroupPath)).Text, ("If-Match", "*"))).ShouldBe(200);
        (await host.PutAsync(GroupPath, body, ("If-Match", "*"))).ShouldBe(200);
    }

    [Fact]
    public async Task Group_takes_no_tpm_and_no_client_certificates()
    {
        Assert.StartsWith("attestation.type", (await host.PutAsync(GroupPath, Tpm)).ShouldBe(400004).Message, StringComparison.Ordinal);
        var client = Bodies.X509("clientCertificates", Bodies.Slot(Bodies.Base64Certificate()), null);
        (await host.PutAsync(GroupPath, client)).ShouldBe(400004);
    }

    private async Task<X509CertificateAttestation> StoredAsync()
    {
        var stored = await host.Store.FindEnrollmentAsync(host.Instance.Name, EnrollmentKind.Individual, _id, CancellationToken.None);
        return Assert.IsType<X509CertificateAttestation>(stored?.Attestation);
    }
}
