using Muster.Core.Certificates;
using Muster.Core.Certificates.Revocation;

namespace Muster.Storage.Tests.Conformance;

/// <summary>CA certificates to store.</summary>
internal static class CaSamples
{
    public static CaCertificate Authority(string name, string etag = "\"c1\"", string instance = Samples.Instance) => new()
    {
        InstanceName = instance,
        Name = name,
        Certificate = Samples.Certificate('a'),
        UploadedText = "-----BEGIN CERTIFICATE-----\r\nMIIB+/==\r\n-----END CERTIFICATE-----\r\n",
        CreatedUtc = Samples.Time,
        UpdatedUtc = Samples.Time.AddTicks(1),
        ETag = etag,
    };

    public static CaCertificate FullAuthority(string name) => Authority(name) with
    {
        IsVerified = true,
        VerificationCode = new string('A', 48),
        Revocation = new RevocationChecking
        {
            Url = "http://ca.example/list.crl?a=b&c=d",
            AllowStale = true,
            ListDer = "MIIB+/==",
            ThisUpdateUtc = Samples.Time,
            NextUpdateUtc = Samples.Time.AddDays(7),
            RevokedCount = 3,
            ReceivedUtc = Samples.Time.AddHours(1),
            FetchProblem = "HTTP status 404",
        },
    };
}
