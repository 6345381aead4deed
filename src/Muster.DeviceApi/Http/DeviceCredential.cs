using Microsoft.AspNetCore.Http;
using Muster.Api.Connections;
using Muster.Core.Attestation;
using Muster.DeviceApi.Wire;
using Muster.Protocols.Sas;

namespace Muster.DeviceApi.Http;

/// <summary>
/// What a device presented over HTTPS (device-protocols 2.4): the Authorization header decides where there is one, because a shared
/// machine certificate may be offered just because the server asked; then the client certificate; then the TPM's keys.
/// </summary>
internal static class DeviceCredential
{
    /// <summary>The evidence, or null and why there is none.</summary>
    public static async Task<(AttestationEvidence? Evidence, string? Problem)> ReadAsync(HttpContext context, RegisterBody body)
    {
        var authorization = context.Request.Headers.Authorization.ToString();
        if (authorization.Length > 0)
        {
            if (!SasToken.TryParse(authorization, out var token, out var problem)) return (null, problem);
            return (SasEvidence.From(token!) with { Tpm = body.Tpm }, null);
        }

        if (ClientCertificates.Of(context.Features) is { } presented) return (presented, null);

        // Behind another server than our own there is the leaf alone.
        if (await context.Connection.GetClientCertificateAsync(context.RequestAborted) is { } certificate)
            return (new X509Evidence(certificate.RawData, []), null);
        return (body.Tpm, null);
    }
}
