using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Muster.Core.Certificates;
using Muster.ManagementApi.Requests;

namespace Muster.ManagementApi.Certificates;

/// <summary>A CA certificate as a resource (management-api ).</summary>
internal static class CertificateWriter
{
    private const string ResourceType = "Microsoft.Devices/provisioningServices/Certificates";

    /// <summary>Writes the resource.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="request">Whose path the resource ID repeats.</param>
    /// <param name="authority">The certificate.</param>
    /// <param name="showsCode">Whether the verification code and the uploaded content are shown: only to who generates the code.</param>
    public static void Write(Utf8JsonWriter writer, ManagementRequest request, CaCertificate authority, bool showsCode = false)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("properties");
        if (showsCode) writer.WriteString("verificationCode", authority.VerificationCode);
        writer.WriteString("subject", CommonNameOf(authority));
        writer.WriteString("expiry", Rfc1123(authority.Certificate.Info.NotAfterUtc));
        writer.WriteString("thumbprint", authority.Certificate.Info.Sha1Thumbprint);
        writer.WriteBoolean("isVerified", authority.IsVerified);
        writer.WriteString("created", Rfc1123(authority.CreatedUtc));
        writer.WriteString("updated", Rfc1123(authority.UpdatedUtc));
        writer.WriteString("certificate", showsCode ? authority.UploadedText : null);
        if (authority.Revocation is { } revocation)
        {
            writer.WriteStartObject("revocation");
            writer.WriteString("url", revocation.Url);
            writer.WriteBoolean("allowStale", revocation.AllowStale);
            writer.WriteBoolean("hasList", revocation.ListDer is not null);
            writer.WriteNumber("revokedCount", revocation.RevokedCount);
            if (revocation.ThisUpdateUtc is { } thisUpdate) writer.WriteString("thisUpdate", Rfc1123(thisUpdate));
            if (revocation.NextUpdateUtc is { } nextUpdate) writer.WriteString("nextUpdate", Rfc1123(nextUpdate));
            if (revocation.FetchProblem is { } problem) writer.WriteString("fetchProblem", problem);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteString("id", $"{request.ServicePath}/certificates/{authority.Name}");
        writer.WriteString("name", authority.Name);
        writer.WriteString("type", ResourceType);
        writer.WriteString("etag", authority.ETag);
        writer.WriteEndObject();
    }

    private static string Rfc1123(DateTimeOffset time) => time.UtcDateTime.ToString("r", CultureInfo.InvariantCulture);

    // The bare common name; a subject without one is shown whole.
    private static string CommonNameOf(CaCertificate authority)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(Convert.FromBase64String(authority.Certificate.Der));
        foreach (var part in certificate.SubjectName.EnumerateRelativeDistinguishedNames())
        {
            if (!part.HasMultipleElements && part.GetSingleElementType().Value == "2.5.4.3") return part.GetSingleElementValue() ?? "";
        }

        return authority.Certificate.Info.SubjectName;
    }
}
