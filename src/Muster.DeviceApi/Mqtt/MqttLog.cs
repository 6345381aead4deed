using Microsoft.Extensions.Logging;
using Muster.Protocols.Mqtt;

namespace Muster.DeviceApi.Mqtt;

/// <summary>Log messages of the MQTT door; event IDs 1300-1399.</summary>
internal static partial class MqttLog
{
    [LoggerMessage(1300, LogLevel.Debug, "{Protocol} connection of '{RegistrationId}' from {RemoteAddress} ended: {Reason}. {Detail}")]
    public static partial void Ended(
        ILogger logger, string protocol, string registrationId, string remoteAddress, MqttEndReason reason, string detail);

    [LoggerMessage(1301, LogLevel.Error, "{Protocol} connection of '{RegistrationId}' from {RemoteAddress} ended by a fault.")]
    public static partial void Faulted(ILogger logger, string protocol, string registrationId, string remoteAddress, Exception? exception);

    [LoggerMessage(1302, LogLevel.Error, "Request {TrackingId} ({Operation}) over {Protocol} ended in an unhandled exception.")]
    public static partial void RequestFailed(ILogger logger, Guid trackingId, string operation, string protocol, Exception exception);

    [LoggerMessage(1303, LogLevel.Error, "{Protocol} CONNECT of '{RegistrationId}' from {RemoteAddress} could not be judged.")]
    public static partial void ConnectFailed(
        ILogger logger, string protocol, string registrationId, string remoteAddress, Exception exception);

    [LoggerMessage(1304, LogLevel.Debug, "{Protocol} CONNECT of '{RegistrationId}': client '{Client}', api-version {ApiVersion}.")]
    public static partial void Connected(ILogger logger, string protocol, string registrationId, string client, string apiVersion);

    [LoggerMessage(1305, LogLevel.Warning, "Connections from {RemoteAddress} are refused: {Detail}")]
    public static partial void LimitReached(ILogger logger, string remoteAddress, string detail);
}
