using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Muster.Api.Directories;
using Muster.Api.Errors;
using Muster.Core.Enrollments;
using Muster.Core.Errors;
using Muster.Core.Instances;
using Muster.Core.Networking;
using Muster.Core.Queries;
using Muster.Core.Quotas;
using Muster.Core.Registration;
using Muster.ServiceApi.Bulk;
using Muster.ServiceApi.Enrollments;
using Muster.ServiceApi.OpenApi;
using Muster.ServiceApi.Registrations;
using Muster.ServiceApi.Requests;

namespace Muster.ServiceApi;

/// <summary>Adds the service API to a host: enrollments, enrollment groups and registration records (service-api S-7).</summary>
public static class ServiceApiSetup
{
    /// <summary>
    /// Registers what the service API needs. The host adds the store and, before routing, <c>UseRequestTracking</c> and
    /// <c>UseErrorBodies</c>, fills the <see cref="InstanceDirectory"/> at start, and registers <see cref="ContinuationTokens"/> with a
    /// lasting key, else tokens end with the process.
    /// </summary>
    public static IServiceCollection AddServiceApi(this IServiceCollection services)
    {
        services.AddRouting();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<InstanceDirectory>();
        services.TryAddSingleton<InstanceLimiter>();
        services.TryAddSingleton<PolicyKeyUses>();
        services.TryAddSingleton(PrivateListeners.None);
        services.TryAddSingleton<NetworkGate>();
        services.TryAddSingleton<EnrollmentService>();
        services.TryAddSingleton<BulkEnrollmentService>();
        services.TryAddSingleton<RegistrationRecordService>();
        services.TryAddSingleton(_ => ContinuationTokens.Ephemeral());
        services.TryAddSingleton<QueryService>();
        return services;
    }

    /// <summary>Maps the operations. Literals compare without case and one trailing slash is tolerated, as clients need it.</summary>
    public static IEndpointRouteBuilder MapServiceApi(this IEndpointRouteBuilder endpoints)
    {
        OpenApiEndpoints.Map(endpoints);
        MapEnrollments(endpoints, "/enrollments", EnrollmentKind.Individual);
        MapEnrollments(endpoints, "/enrollmentGroups", EnrollmentKind.Group);

        MapMissingId(endpoints, "/registrations", allowed: "");
        endpoints.MapGet("/registrations/{id}", ServiceGate.Guard(
            AccessRights.RegistrationStatusRead, DataActions.ReadRegistrations, RegistrationEndpoints.GetAsync));
        endpoints.MapDelete("/registrations/{id}", ServiceGate.Guard(
            AccessRights.RegistrationStatusWrite, DataActions.DeleteRegistrations, RegistrationEndpoints.DeleteAsync));
        endpoints.MapPost("/registrations/{id}/query", ServiceGate.Guard(
            AccessRights.RegistrationStatusRead, DataActions.ReadRegistrations, RegistrationEndpoints.QueryGroupAsync));
        return endpoints;
    }

    private static void MapEnrollments(IEndpointRouteBuilder endpoints, string path, EnrollmentKind kind)
    {
        var (read, write, delete) = (DataActions.Read(kind), DataActions.Write(kind), DataActions.Delete(kind));
        MapMissingId(endpoints, path, allowed: "POST");
        endpoints.MapPost(path, Guard(AccessRights.EnrollmentWrite, write, BulkEndpoint.PostAsync));
        endpoints.MapGet(path + "/{id}", Guard(AccessRights.EnrollmentRead, read, EnrollmentEndpoints.GetAsync));
        endpoints.MapPut(path + "/{id}", Guard(AccessRights.EnrollmentWrite, write, EnrollmentEndpoints.PutAsync));
        endpoints.MapDelete(path + "/{id}", Guard(AccessRights.EnrollmentWrite, delete, EnrollmentEndpoints.DeleteAsync));

        // A fixed segment wins over an ID: an individual named "query" is reached with the other methods.
        endpoints.MapPost(path + "/query", Guard(AccessRights.EnrollmentRead, read, EnrollmentEndpoints.QueryAsync));
        endpoints.MapPost(
            path + "/{id}/attestationmechanism",
            Guard(AccessRights.EnrollmentWrite, DataActions.RevealKeys, EnrollmentEndpoints.GetAttestationAsync));

        RequestDelegate Guard(AccessRights right, string action, Func<ServiceRequest, EnrollmentKind, Task<Refusal?>> operation) =>
            ServiceGate.Guard(right, action, request => operation(request, kind));
    }

    // A known path without its ID is a wrong method, not a wrong path (service-api S-1.5).
    private static void MapMissingId(IEndpointRouteBuilder endpoints, string path, string allowed) => endpoints.Map(path, context =>
    {
        context.Response.Headers.Allow = allowed;
        return ErrorResponse.WriteAsync(context, Refusals.MethodNotAllowed);
    });
}
