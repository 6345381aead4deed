using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Muster.Core.Audit;
using Muster.Core.Instances;
using Muster.Protocols.Sas;

namespace Muster.Portal.Tests;

/// <summary>Steps around the portal: a service of the test's own, and calls of its API with what a page shows.</summary>
internal static class ServiceSteps
{
    /// <summary>Makes a service that only this test uses.</summary>
    public static async Task<ProvisioningInstance> AddServiceAsync(this PortalFixture portal, string name)
    {
        var definition = new InstanceDefinition { Name = name, ServiceHostNames = [$"{name}.localhost"] };
        var created = await portal.Server.Services.GetRequiredService<InstanceService>().CreateAsync(AuditCaller.Process, definition, default);
        Assert.Null(created.Refusal);
        return created.Value!;
    }

    /// <summary>Makes a service that only this test uses, and opens one of its pages.</summary>
    public static async Task<IPage> OpenServiceAsync(this PortalFixture portal, string name, string path)
    {
        await portal.AddServiceAsync(name);
        return await portal.OpenAsync($"/i/{name}{path}");
    }

    /// <summary>The field of a key or connection string.</summary>
    public static ILocator Secret(this IPage page, string label) => page.GetByRole(AriaRole.Group, new() { Name = label });

    /// <summary>Calls the service API, unless told otherwise for an enrollment that does not exist, with a token made from a connection string.</summary>
    public static async Task<HttpStatusCode> CallServiceAsync(
        this PortalFixture portal, string connectionString, HttpMethod method, string path = "/enrollments/nobody", string? content = null)
    {
        var parts = connectionString.Split(';').Select(part => part.Split('=', 2)).ToDictionary(part => part[0], part => part[1], StringComparer.Ordinal);
        var token = SasTokenBuilder.Create(
            parts["HostName"], Convert.FromBase64String(parts["SharedAccessKey"]), DateTimeOffset.UtcNow.AddHours(1), parts["SharedAccessKeyName"]);
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.ImportFromPemFile(portal.Server.Endpoints.RootCertificate!);
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = trust;

        // A service made behind the portal's back has no name in the server certificate; the chain still counts.
        handler.SslOptions.RemoteCertificateValidationCallback =
            (_, _, _, errors) => errors is SslPolicyErrors.None or SslPolicyErrors.RemoteCertificateNameMismatch;
        using var client = new HttpClient(handler);
        using var request = new HttpRequestMessage(method, $"https://localhost:{portal.Server.HttpsPort}{path}?api-version=2021-10-01");
        if (content is not null) request.Content = new StringContent(content, Encoding.UTF8, "application/json");
        request.Headers.Host = parts["HostName"];
        request.Headers.TryAddWithoutValidation("Authorization", token);
        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }
}
