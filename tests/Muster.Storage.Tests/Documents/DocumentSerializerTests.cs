using System.Text.Json;
using Muster.Core.Attestation;
using Muster.Core.Enrollments;
using Muster.Core.Registration;
using Muster.Storage.Documents;
using Muster.Storage.Secrets;
using Muster.Storage.Tests.Conformance;

namespace Muster.Storage.Tests.Documents;

/// <summary>The form of stored documents, which later versions must still read.</summary>
public sealed class DocumentSerializerTests
{
    private readonly DocumentSerializer _documents = new(new SecretProtector(new byte[32]));

    [Fact]
    public void An_enrollment_is_written_in_camel_case_without_nulls_and_computed_members()
    {
        Enrollment enrollment = Samples.Individual("Device-A", "\"a+b\"", new TpmAttestation("AToA+/==", null)) with
        {
            ProvisioningStatus = ProvisioningStatus.Disabled,
        };

        Assert.Equal(
            """
            {"$type":"individual","instanceName":"default","id":"Device-A",
            "attestation":{"$type":"tpm","endorsementKey":"AToA+/=="},"eTag":"\"a+b\"",
            "createdUtc":"2026-03-01T12:30:15.1234567+00:00","lastUpdatedUtc":"2026-03-01T12:30:15.1234567+00:00",
            "provisioningStatus":"disabled"}
            """.ReplaceLineEndings(""),
            JsonSerializer.Serialize(enrollment, _documents.Enrollment));
    }

    [Fact]
    public void A_record_is_written_with_enumerations_as_text() => Assert.Equal(
        """
        {"instanceName":"default","registrationId":"a","enrollmentKind":"group","enrollmentId":"g",
        "attestationType":"symmetricKey","status":"assigned","substatus":"reprovisionedToInitialAssignment",
        "createdUtc":"2026-03-01T12:30:15.1234567+00:00","firstRegisteredUtc":"2026-03-01T12:30:15.1234567+00:00",
        "lastUpdatedUtc":"2026-03-01T12:30:15.1234567+00:00","eTag":"r","operationId":""}
        """.ReplaceLineEndings(""),
        JsonSerializer.Serialize(
            Samples.Registration("a", "r", "g") with { Substatus = RegistrationSubstatus.ReprovisionedToInitialAssignment },
            _documents.Registration));

    [Fact]
    public void Secrets_are_written_encrypted()
    {
        using var document = JsonDocument.Parse(JsonSerializer.SerializeToUtf8Bytes(Samples.Hub("hub"), _documents.LinkedHub));

        var bytes = document.RootElement.GetProperty("connectionString").GetBytesFromBase64();

        Assert.Equal(Samples.Hub("hub").ConnectionString.Reveal(), System.Text.Encoding.UTF8.GetString(
            new SecretProtector(new byte[32]).Unprotect("document secret", bytes)));
    }

    [Fact]
    public void Members_that_this_version_does_not_know_are_skipped()
    {
        var record = JsonSerializer.Deserialize(
            """
            {"instanceName":"default","registrationId":"a","enrollmentKind":"group","enrollmentId":"g","attestationType":"x509",
             "status":"failed","createdUtc":"2026-03-01T12:30:15Z","firstRegisteredUtc":"2026-03-01T12:30:15Z",
             "lastUpdatedUtc":"2026-03-01T12:30:15Z","eTag":"r","operationId":"4.x","later":{"a":[1]}}
            """,
            _documents.Registration);

        Assert.Equal(RegistrationStatus.Failed, record?.Status);
    }
}
