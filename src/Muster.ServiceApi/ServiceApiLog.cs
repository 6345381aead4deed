using Microsoft.Extensions.Logging;

namespace Muster.ServiceApi;

/// <summary>Log messages of the service API; event IDs 1100-1199. Keys, signatures and URL queries never appear.</summary>
internal static partial class ServiceApiLog
{
    [LoggerMessage(1100, LogLevel.Warning, "Request {TrackingId} (client's {ClientRequestId}, {Method} {Path}) to instance {Instance} is unauthorized: {Reason}")]
    public static partial void Unauthorized(
        ILogger logger, Guid trackingId, string clientRequestId, string method, string path, string instance, string reason);

    [LoggerMessage(1101, LogLevel.Warning, "Request {TrackingId} cannot be checked: the issuer does not answer as it should: {Problem}")]
    public static partial void IssuerUnavailable(ILogger logger, Guid trackingId, string problem);

    [LoggerMessage(1110, LogLevel.Information, "{Caller} of instance {Instance} did {Operation} on {Id} (request {TrackingId}, client's {ClientRequestId}).")]
    public static partial void Changed(
        ILogger logger, string caller, string instance, string operation, string id, Guid trackingId, string clientRequestId);
}
