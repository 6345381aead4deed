namespace Muster.Certificates;

/// <summary>Log messages about certificates, events 1100 to 1199.</summary>
internal static partial class CertificateLog
{
    [LoggerMessage(1100, LogLevel.Information, "The server certificate was renewed; the new one is valid until {NotAfter:u}.")]
    public static partial void ServerCertificateRenewed(this ILogger logger, DateTime notAfter);

    [LoggerMessage(1101, LogLevel.Error, "The server certificate could not be renewed, the old one stays in use: {Reason}")]
    public static partial void ServerCertificateNotRenewed(this ILogger logger, string reason);

    [LoggerMessage(1102, LogLevel.Warning, "The revocation list of CA certificate {Name} of instance {Instance} was not fetched: {Reason}")]
    public static partial void RevocationListNotFetched(this ILogger logger, string name, string instance, string reason);

    [LoggerMessage(1103, LogLevel.Error, "Revocation lists could not be fetched; it is tried again.")]
    public static partial void RevocationListsNotFetched(this ILogger logger, Exception exception);

    [LoggerMessage(1104, LogLevel.Error, "Ending certificates could not be counted; it is tried again.")]
    public static partial void ExpiryNotCounted(this ILogger logger, Exception exception);
}
