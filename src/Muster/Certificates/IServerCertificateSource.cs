namespace Muster.Certificates;

/// <summary>Where the server certificate comes from, and who keeps it fresh.</summary>
public interface IServerCertificateSource
{
    /// <summary>Returns the certificate to use from now on, or null if the one returned last is still right.</summary>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    ServerCertificate? Refresh();
}
