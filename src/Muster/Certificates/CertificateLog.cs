namespace Muster.Certificates;

/// <summary>Log messages about certificates, events 1100 to 1199.</summary>
internal static partial class CertificateLog
{
    [LoggerMessage(1100, LogLevel.Information, "The server certificate was renewed; the new one is valid until {NotAfter:u}.")]
    public static partial void ServerCertificateRenewed(this ILogger logger, DateTime notAfter);

    [LoggerMessage(1101, LogLevel.Error, "The server certificate could not be renewed, the old one stays in use: {Reason}")]
    public static partial void ServerCertificateNotRenewed(this ILogger logger, string reason);
}
