using Microsoft.Extensions.Logging;

namespace Muster.Api.Errors;

/// <summary>Log messages of the HTTP plumbing; event IDs 1200-1299.</summary>
internal static partial class ApiLog
{
    [LoggerMessage(1200, LogLevel.Error, "Request {TrackingId} ({Method}) ended in an unhandled exception.")]
    public static partial void Unhandled(ILogger logger, Guid trackingId, string method, Exception exception);
}
