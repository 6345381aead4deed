using System.Security.Cryptography.X509Certificates;
using Muster.Core.Attestation;

namespace Muster.DeviceApi.Wire;

/// <summary>A TLS client certificate as evidence, the same on every transport.</summary>
internal static class ClientCertificate
{
    /// <summary>The evidence that <paramref name="certificate"/> is; null without a certificate.</summary>
    public static X509Evidence? Read(X509Certificate2? certificate) => certificate is null ? null : new X509Evidence(certificate.RawData, []);
}
