using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Muster.EmbeddedHub.Errors;
using Muster.EmbeddedHub.Hubs;

namespace Muster.EmbeddedHub.Http;

/// <summary>The REST door of the embedded hubs.</summary>
public static class EmbeddedHubEndpoints
{
    /// <summary>
    /// Maps everything below <c>/devices</c>, <c>/twins</c>, <c>/statistics</c>, <c>/configurations</c> and <c>/jobs</c>, for every
    /// HTTP method, to the hub that the request's host names, or else to the default hub. What the hub does not know it answers
    /// itself, in its own error format. <see cref="EmbeddedHubServices.AddEmbeddedHub"/> must have been called.
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <returns>For conventions on all of these endpoints.</returns>
    public static IEndpointConventionBuilder MapEmbeddedHub(this IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("");
        RequestDelegate handle = HandleAsync;
        foreach (var root in (string[])["devices", "twins", "statistics", "configurations", "jobs"])
            group.Map($"/{root}/{{**rest}}", handle);
        return group;
    }

    private static async Task HandleAsync(HttpContext context)
    {
        var services = context.RequestServices;
        var clock = services.GetRequiredService<TimeProvider>();
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Muster.EmbeddedHub.Http");
        var hub = services.GetRequiredService<EmbeddedHubDirectory>().Resolve(context.Request.Host.Value ?? "");
        var hostName = hub?.HostName ?? "";
        var trackingId = HubReply.NewTrackingId();

        HubError? error;
        try
        {
            error = hub is null
                ? HubErrors.HubNotFound.Because("This process holds no embedded hub.")
                : await RunAsync(context, hub, clock);
        }
        catch (BadHttpRequestException exception)
        {
            var kind = exception.StatusCode == StatusCodes.Status413PayloadTooLarge ? HubErrors.MessageTooLarge : HubErrors.FormatError;
            error = kind.Because("The body cannot be read: " + exception.Message);
        }
        catch (Exception exception) when (!context.RequestAborted.IsCancellationRequested)
        {
            EmbeddedHubLog.RequestFailed(logger, exception, hostName, context.Request.Method, trackingId);
            if (context.Response.HasStarted) throw;
            error = HubErrors.ServerError.Because("The hub failed to answer the request.");
        }

        if (error is null) return;
        EmbeddedHubLog.RequestRefused(logger, hostName, context.Request.Method, error.Kind.Name, trackingId, error.Message);
        await HubReply.ErrorAsync(context, error, trackingId, clock.GetUtcNow());
    }

    private static async Task<HubError?> RunAsync(HttpContext context, EmbeddedHubDescription hub, TimeProvider clock)
    {
        var target = HubRequestTarget.Parse(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
        var operation = HubRouter.Resolve(context.Request.Method, target.Segments, out var allowed);
        if (!operation.IsSuccess)
        {
            if (allowed.Length > 0) context.Response.Headers.Allow = allowed;
            return operation.Error;
        }

        var refusal = HubAuthorization.Check(context, hub, target, operation.Value.Rights, clock.GetUtcNow())
            ?? CheckApiVersion(context.Request.Query["api-version"].ToArray());
        return refusal ?? await operation.Value.RunAsync(new HubCall(context, hub, target));
    }

    /// <summary>Any date is a version, with or without <c>-preview</c> (iot-hub 2.3): clients old and new send their own.</summary>
    private static HubError? CheckApiVersion(string?[] versions)
    {
        if (versions is not [{ Length: > 0 } version])
            return HubErrors.InvalidProtocolVersion.Because("The query must name one api-version, for example 2021-04-12.");
        var date = version.EndsWith("-preview", StringComparison.OrdinalIgnoreCase) ? version[..^"-preview".Length] : version;
        return DateOnly.TryParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
            ? null
            : HubErrors.InvalidProtocolVersion.Because("The api-version is not of the form YYYY-MM-DD or YYYY-MM-DD-preview.");
    }
}
