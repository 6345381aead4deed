using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Muster.Api.Directories;
using Muster.ManagementApi.Authentication;
using Muster.ManagementApi.Certificates;
using Muster.ManagementApi.Hubs;
using Muster.ManagementApi.Networks;
using Muster.ManagementApi.Requests;
using Muster.ManagementApi.Services;

namespace Muster.ManagementApi;

/// <summary>Adds the management API to a host: certificates and linked hubs of a provisioning service, ARM-shaped (management-api ).</summary>
public static class ManagementApiSetup
{
    private const string Service =
        "/subscriptions/{subscription}/resourceGroups/{resourceGroup}/providers/Microsoft.Devices/provisioningServices/{service}";

    private const string Certificates = Service + "/certificates";

    /// <summary>
    /// Registers what the management API needs beside Core's services. Tokens of a directory are taken where the host registers
    /// <see cref="DirectoryTokens"/>.
    /// </summary>
    public static IServiceCollection AddManagementApi(this IServiceCollection services) => services
        .AddSingleton<IManagementAuthenticator, SasManagementAuthenticator>()
        .AddSingleton<IManagementAuthenticator>(provider => new DirectoryManagementAuthenticator(provider.GetService<DirectoryTokens>()));

    /// <summary>Maps the operations. Segments compare without case, any subscription and resource group will do.</summary>
    public static IEndpointRouteBuilder MapManagementApi(this IEndpointRouteBuilder endpoints)
    {
        const string One = Certificates + "/{certificate}";
        endpoints.MapGet(Certificates, ManagementGate.Guard(ManagementActions.ReadCertificates, CertificateEndpoints.ListAsync));
        endpoints.MapGet(One, ManagementGate.Guard(ManagementActions.ReadCertificates, CertificateEndpoints.GetAsync));
        endpoints.MapPut(One, ManagementGate.Guard(ManagementActions.WriteCertificates, CertificateEndpoints.PutAsync));
        endpoints.MapDelete(One, ManagementGate.Guard(ManagementActions.DeleteCertificates, CertificateEndpoints.DeleteAsync));
        endpoints.MapPost(
            One + "/generateVerificationCode",
            ManagementGate.Guard(ManagementActions.GenerateVerificationCode, CertificateEndpoints.GenerateCodeAsync));
        endpoints.MapPost(One + "/verify", ManagementGate.Guard(ManagementActions.VerifyCertificates, CertificateEndpoints.VerifyAsync));

        // Muster's own: revocation lists, which the original does not have (behaviour B-4.9).
        endpoints.MapPut(One + "/revocation", ManagementGate.Guard(ManagementActions.WriteCertificates, RevocationEndpoints.PutAsync));

        // The service itself, as far as its linked hubs and its allocation policy go.
        endpoints.MapGet(Service, ManagementGate.Guard(ManagementActions.Read, ServiceEndpoints.GetAsync));
        endpoints.MapPut(Service, ManagementGate.Guard(ManagementActions.Write, ServiceEndpoints.PutAsync));

        // Addresses of this server that the configuration marks private.
        const string Connections = Service + "/privateEndpointConnections";
        endpoints.MapGet(Connections, ManagementGate.Guard(ManagementActions.ReadPrivateEndpoints, PrivateEndpointEndpoints.ListAsync));
        endpoints.MapGet(
            Connections + "/{connection}", ManagementGate.Guard(ManagementActions.ReadPrivateEndpoints, PrivateEndpointEndpoints.GetAsync));
        endpoints.MapPut(
            Connections + "/{connection}", ManagementGate.Guard(ManagementActions.WritePrivateEndpoints, PrivateEndpointEndpoints.PutAsync));
        endpoints.MapDelete(
            Connections + "/{connection}", ManagementGate.Guard(ManagementActions.DeletePrivateEndpoints, PrivateEndpointEndpoints.DeleteAsync));
        endpoints.MapGet(
            Service + "/privateLinkResources", ManagementGate.Guard(ManagementActions.ReadPrivateLinks, PrivateEndpointEndpoints.ListResourcesAsync));
        endpoints.MapGet(
            Service + "/privateLinkResources/{group}",
            ManagementGate.Guard(ManagementActions.ReadPrivateLinks, PrivateEndpointEndpoints.GetResourceAsync));

        // Muster's own: how the hubs fare.
        endpoints.MapGet(Service + "/linkedHubs", ManagementGate.Guard(ManagementActions.Read, HubStatusEndpoints.GetAsync));
        endpoints.MapPost(Service + "/linkedHubs/{hub}/probe", ManagementGate.Guard(ManagementActions.Write, HubStatusEndpoints.ProbeAsync));
        endpoints.MapPost(Service + "/leftBehind/retry", ManagementGate.Guard(ManagementActions.Write, HubStatusEndpoints.RetryAsync));
        return endpoints;
    }
}
