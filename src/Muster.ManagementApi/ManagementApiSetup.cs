using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Muster.ManagementApi.Authentication;
using Muster.ManagementApi.Certificates;
using Muster.ManagementApi.Requests;

namespace Muster.ManagementApi;

/// <summary>Adds the management API to a host: the certificate operations of a provisioning service, ARM-shaped (management-api A-10).</summary>
public static class ManagementApiSetup
{
    private const string Certificates =
        "/subscriptions/{subscription}/resourceGroups/{resourceGroup}/providers/Microsoft.Devices/provisioningServices/{service}/certificates";

    /// <summary>Registers what the management API needs beside Core's services; further authenticators may be added.</summary>
    public static IServiceCollection AddManagementApi(this IServiceCollection services) =>
        services.AddSingleton<IManagementAuthenticator, SasManagementAuthenticator>();

    /// <summary>Maps the operations. Segments compare without case, any subscription and resource group will do.</summary>
    public static IEndpointRouteBuilder MapManagementApi(this IEndpointRouteBuilder endpoints)
    {
        const string One = Certificates + "/{certificate}";
        endpoints.MapGet(Certificates, ManagementGate.Guard("certificates/read", CertificateEndpoints.ListAsync));
        endpoints.MapGet(One, ManagementGate.Guard("certificates/read", CertificateEndpoints.GetAsync));
        endpoints.MapPut(One, ManagementGate.Guard("certificates/write", CertificateEndpoints.PutAsync));
        endpoints.MapDelete(One, ManagementGate.Guard("certificates/delete", CertificateEndpoints.DeleteAsync));
        endpoints.MapPost(
            One + "/generateVerificationCode",
            ManagementGate.Guard("certificates/generateVerificationCode/action", CertificateEndpoints.GenerateCodeAsync));
        endpoints.MapPost(One + "/verify", ManagementGate.Guard("certificates/verify/action", CertificateEndpoints.VerifyAsync));

        // Muster's own: revocation lists, which the original does not have (behaviour B-4.9).
        endpoints.MapPut(One + "/revocation", ManagementGate.Guard("certificates/write", RevocationEndpoints.PutAsync));
        return endpoints;
    }
}
