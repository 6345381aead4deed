using Microsoft.Extensions.Logging;

namespace Muster.ManagementApi;

/// <summary>Log messages of the management API; event IDs 1200-1299. Keys, signatures and URL queries never appear.</summary>
internal static partial class ManagementApiLog
{
    [LoggerMessage(1200, LogLevel.Warning, "Request {TrackingId} ({Method} {Path}) is refused: {Reason}")]
    public static partial void Refused(ILogger logger, Guid trackingId, string method, string path, string reason);

    [LoggerMessage(1210, LogLevel.Information, "Caller {Caller} of instance {Instance} did {Operation} on certificate {Name} (request {TrackingId}).")]
    public static partial void Audit(ILogger logger, string caller, string instance, string operation, string name, Guid trackingId);
}
