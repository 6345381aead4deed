using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Muster.Api.Errors;
using Muster.Api.Json;
using Muster.Core.Errors;
using Muster.Core.Registration;
using Muster.DeviceApi.Wire;

namespace Muster.DeviceApi.Http;

/// <summary>Register, operation status and status lookup over HTTPS (device-protocols 2).</summary>
public static class DeviceEndpoints
{
    private const string Registration = "/{idScope}/registrations/{registrationId}";

    /// <summary>Maps the device API.</summary>
    public static void MapDeviceApi(this IEndpointRouteBuilder routes)
    {
        routes.MapPut(Registration + "/register", (RequestDelegate)RegisterAsync);
        routes.MapGet(Registration + "/operations/{operationId}", (RequestDelegate)GetOperationAsync);
        routes.MapPost(Registration, (RequestDelegate)LookupAsync);
    }

    /// <summary>
    /// Always 202, even when the state is final already: some clients take anything else for an error, and all of them read a final
    /// state from it.
    /// </summary>
    private static async Task RegisterAsync(HttpContext context)
    {
        var service = context.RequestServices.GetRequiredService<RegistrationService>();
        if (await DeviceHttpCall.ReadAsync(context, DeviceRequest.Register, service, readsBody: true) is not { } call) return;

        if (call.Body.CertificateRequest is not null)
        {
            await ErrorResponse.WriteAsync(context, await service.RefuseAsync(
                call.Request, "certificate request", "The device asked for an operational certificate, which this server does not issue.",
                Refusals.InvalidMember("csr", "this server issues no operational certificates."), context.RequestAborted));
            return;
        }

        var answer = await service.RegisterAsync(call.Request, call.Body.RegistrationId, call.Body.Payload, context.RequestAborted);
        if (!answer.Try(out var record, out var refusal))
        {
            await ErrorResponse.WriteAsync(context, refusal);
            return;
        }

        // The original repeats the register URL here; nobody follows it.
        context.Response.Headers.Location = $"https://{context.Request.Host}{context.Request.Path.ToUriComponent()}";
        SetRetryAfter(context);
        await WriteOperationAsync(context, StatusCodes.Status202Accepted, record, call.Request.ApiVersion);
    }

    private static async Task GetOperationAsync(HttpContext context)
    {
        var service = context.RequestServices.GetRequiredService<RegistrationService>();
        if (await DeviceHttpCall.ReadAsync(context, DeviceRequest.OperationStatus, service, readsBody: false) is not { } call) return;

        var operationId = context.Request.RouteValues["operationId"] as string ?? "";
        var answer = await service.GetOperationAsync(call.Request, operationId, context.RequestAborted);
        if (!answer.Try(out var record, out var refusal))
        {
            await ErrorResponse.WriteAsync(context, refusal);
            return;
        }

        var isBusy = record.Status == RegistrationStatus.Assigning;
        if (isBusy) SetRetryAfter(context);
        await WriteOperationAsync(context, isBusy ? StatusCodes.Status202Accepted : StatusCodes.Status200OK, record, call.Request.ApiVersion);
    }

    private static async Task LookupAsync(HttpContext context)
    {
        var service = context.RequestServices.GetRequiredService<RegistrationService>();
        if (await DeviceHttpCall.ReadAsync(context, DeviceRequest.Lookup, service, readsBody: true) is not { } call) return;

        if (call.Body.CertificateRequest is not null)
        {
            await ErrorResponse.WriteAsync(context, await service.RefuseAsync(
                call.Request, "certificate request", "A status lookup must not carry a certificate request.",
                Refusals.InvalidMember("csr", "a status lookup must not carry a certificate request."), context.RequestAborted));
            return;
        }

        var answer = await service.LookupAsync(call.Request, call.Body.RegistrationId, context.RequestAborted);
        if (answer.Try(out var record, out var refusal))
        {
            await JsonResponse.WriteAsync(
                context, StatusCodes.Status200OK, writer => OperationStatusWriter.WriteState(writer, record, call.Request.ApiVersion));
        }
        else
        {
            await ErrorResponse.WriteAsync(context, refusal);
        }
    }

    private static Task WriteOperationAsync(HttpContext context, int status, RegistrationRecord record, string apiVersion) =>
        JsonResponse.WriteAsync(context, status, writer => OperationStatusWriter.WriteOperation(writer, record, apiVersion));

    // Whole seconds: C# reads only that form (device-protocols 2.2).
    private static void SetRetryAfter(HttpContext context) =>
        context.Response.Headers.RetryAfter = ((int)context.RequestServices.GetRequiredService<RegistrationOptions>().RetryAfter.TotalSeconds)
            .ToString(CultureInfo.InvariantCulture);
}
