using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Muster.Api.Requests;
using Muster.Core.Errors;

namespace Muster.Api.Errors;

/// <summary>Sees to it that no error leaves without a body: unmatched paths, wrong methods, malformed requests, bugs.</summary>
public static class ErrorBodies
{
    /// <summary>Adds the middleware; it stands before routing.</summary>
    public static IApplicationBuilder UseErrorBodies(this IApplicationBuilder app)
    {
        var logger = app.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger("Muster.Api");
        return app.Use(async (context, next) =>
        {
            try
            {
                await next(context);
            }
            catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
            {
                return; // The client went away; there is nobody to answer.
            }
            catch (BadHttpRequestException problem) when (!context.Response.HasStarted)
            {
                await ErrorResponse.WriteAsync(context, problem.StatusCode == StatusCodes.Status413PayloadTooLarge
                    ? Refusals.BodyTooLarge(RequestBody.MessageLimit)
                    : Refusals.MalformedBody("The request cannot be read: " + problem.Message));
                return;
            }
            catch (Exception problem) when (!context.Response.HasStarted)
            {
                ApiLog.Unhandled(logger, context.TrackingId(), context.Request.Method, problem);
                context.Response.Clear();
                await ErrorResponse.WriteAsync(context, Refusals.InternalError);
                return;
            }

            if (context.Response.HasStarted || context.Response.ContentLength is not null || context.Response.ContentType is not null) return;
            switch (context.Response.StatusCode)
            {
                case StatusCodes.Status404NotFound: await ErrorResponse.WriteAsync(context, Refusals.NoSuchPath); break;
                case StatusCodes.Status405MethodNotAllowed: await ErrorResponse.WriteAsync(context, Refusals.MethodNotAllowed); break;
            }
        });
    }
}
