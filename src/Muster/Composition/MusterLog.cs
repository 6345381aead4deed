namespace Muster.Composition;

/// <summary>Log messages about start and stop, events 1000 to 1099.</summary>
internal static partial class MusterLog
{
    [LoggerMessage(1000, LogLevel.Information, "Muster {Version} serves HTTPS on port {HttpsPort}, {OpenSsl}, data folder {DataFolder}.")]
    public static partial void Started(this ILogger logger, string version, int httpsPort, string openSsl, string dataFolder);

    [LoggerMessage(1001, LogLevel.Information, "Muster stops: no new requests, those in progress finish.")]
    public static partial void Stopping(this ILogger logger);

    [LoggerMessage(1002, LogLevel.Warning, "Some requests did not finish within {Seconds} s and were ended.")]
    public static partial void StopTimedOut(this ILogger logger, double seconds);

    [LoggerMessage(1004, LogLevel.Warning, "The configuration has quotas for the instance {Instance}, which does not exist.")]
    public static partial void QuotasOfNobody(this ILogger logger, string instance);

    [LoggerMessage(1003, LogLevel.Error, "A fault while {Activity}.")]
    public static partial void Fault(this ILogger logger, string activity, Exception exception);
}
