namespace Muster.EmbeddedHub.Identities;

/// <summary>How a device proves who it is; on the wire in camel case (iot-hub 3.1).</summary>
public enum DeviceAuthenticationType
{
    /// <summary>Symmetric keys.</summary>
    Sas,

    /// <summary>An X.509 certificate known by its thumbprint.</summary>
    SelfSigned,

    /// <summary>An X.509 certificate issued by a known authority.</summary>
    CertificateAuthority,

    /// <summary>Not at all: the device cannot connect.</summary>
    None,
}
