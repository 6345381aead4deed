using Microsoft.Extensions.Logging;

namespace Muster.EmbeddedHub;

/// <summary>What the embedded hub logs. Never a key, a token or a query string.</summary>
internal static partial class EmbeddedHubLog
{
    [LoggerMessage(4001, LogLevel.Information, "Embedded hub {HostName} created")]
    public static partial void HubCreated(ILogger logger, string hostName);

    [LoggerMessage(4002, LogLevel.Debug, "Hub {HostName}: {Method} refused with {ErrorName} ({TrackingId}): {Reason}")]
    public static partial void RequestRefused(
        ILogger logger, string hostName, string method, string errorName, string trackingId, string reason);

    [LoggerMessage(4003, LogLevel.Error, "Hub {HostName}: {Method} failed ({TrackingId})")]
    public static partial void RequestFailed(ILogger logger, Exception exception, string hostName, string method, string trackingId);

    [LoggerMessage(4004, LogLevel.Debug, "Hub {HostName}: device {DeviceId} created")]
    public static partial void DeviceCreated(ILogger logger, string hostName, string deviceId);

    [LoggerMessage(4005, LogLevel.Debug, "Hub {HostName}: device {DeviceId} updated")]
    public static partial void DeviceUpdated(ILogger logger, string hostName, string deviceId);

    [LoggerMessage(4006, LogLevel.Debug, "Hub {HostName}: device {DeviceId} deleted")]
    public static partial void DeviceDeleted(ILogger logger, string hostName, string deviceId);
}
