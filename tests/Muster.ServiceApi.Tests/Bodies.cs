using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Muster.Core.Attestation;
using Muster.Core.Concurrency;
using Muster.Core.Enrollments;
using Muster.Core.Registration;

namespace Muster.ServiceApi.Tests;

/// <summary>Request bodies and records that many tests use.</summary>
internal static class Bodies
{
    public const string PrimaryKey = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    public const string SecondaryKey = "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=";

    /// <summary>The endorsement key of the TPM test vectors.</summary>
    public const string EndorsementKey =
        "AToAAQALAAMAsgAgg3GXZ0SEs/gakMyNRqXXJP1S124GUgtk8qHaGzMUaaoABgCAAEMAEAgAAAAAAAEAlvZuauN4yw7xbYjeJ53jUuyEIDc7KBlSva8vqlecR/CeLW/x"
        + "U/5dX81VPBtRw3ONBdjQCr37H4Wio0+3Ay8dLXB8AM6iIaXYsor7DSrpj04DlXh8/ra10VC9bRXHps4dhGZvzz1n/X0ZdLYFXVgWyJPkvNzmF6z+G8/hsMolvEhA+BE3"
        + "ZsBpWbZdCQdhOwy71myXeXIb5xWIH0Ys9zqZvZxSe+CGmoj9y6YiXxoSyHLYs8G0x6lUKSoim+NDjYbLOoR7iYg9Sbc3UoATkt9CYGXQJ5vYXN5ZNzS3Iv3PMAh+7vdK"
        + "1QDROaXAYy9cDUvcdPeFJqEAZ4RIcmWHgG2wNQ==";

    /// <summary>Minimal symmetric attestation with own keys.</summary>
    public const string OwnKeys =
        "\"attestation\":{\"type\":\"symmetricKey\",\"symmetricKey\":{\"primaryKey\":\"" + PrimaryKey + "\",\"secondaryKey\":\""
            + SecondaryKey + "\"}}";

    /// <summary>Minimal symmetric individual or group.</summary>
    public const string Symmetric = "{" + OwnKeys + "}";

    /// <summary>A symmetric enrollment with more members.</summary>
    public static string With(string members) => "{" + OwnKeys + "," + members + "}";

    public static string Id() => "dev-" + Guid.NewGuid().ToString("N");

    public static X509Certificate2 Certificate(string subject = "CN=device-01")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        var start = new DateTimeOffset(2024, 5, 19, 23, 10, 43, TimeSpan.Zero);
        return request.CreateSelfSigned(start, start.AddYears(20));
    }

    public static string Base64Certificate(string subject = "CN=device-01")
    {
        using var certificate = Certificate(subject);
        return Convert.ToBase64String(certificate.RawData);
    }

    /// <summary>An X.509 enrollment; slots are JSON texts, null leaves one out.</summary>
    public static string X509(string use, string? primary, string? secondary, string more = "")
    {
        var slots = new[] { ("primary", primary), ("secondary", secondary) }
            .Where(slot => slot.Item2 is not null).Select(slot => $"\"{slot.Item1}\":{slot.Item2}");
        return "{\"attestation\":{\"type\":\"x509\",\"x509\":{\"" + use + "\":{" + string.Join(',', slots) + "}}}" + more + "}";
    }

    public static string Slot(string certificate) => "{\"certificate\":" + JsonSerializer.Serialize(certificate) + "}";

    public static RegistrationRecord Record(ServiceApiHost host, string id, EnrollmentKind kind, string enrollmentId)
    {
        var now = new DateTimeOffset(2026, 5, 19, 23, 10, 28, TimeSpan.Zero).AddTicks(8_800_437);
        return new RegistrationRecord
        {
            InstanceName = host.Instance.Name,
            RegistrationId = id,
            EnrollmentKind = kind,
            EnrollmentId = enrollmentId,
            AttestationType = AttestationType.SymmetricKey,
            Status = RegistrationStatus.Assigned,
            Substatus = RegistrationSubstatus.InitialAssignment,
            Assignment = new HubAssignment(ServiceApiHost.LinkedHubName, id),
            CreatedUtc = now,
            FirstRegisteredUtc = now,
            LastUpdatedUtc = now.AddTicks(2_930_000),
            ETag = ETag.Create(now),
        };
    }
}
