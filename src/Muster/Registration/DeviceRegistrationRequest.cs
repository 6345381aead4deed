using System.Net.Security;

namespace Muster.Registration;

/// <summary>What a device knows when it registers.</summary>
public sealed record DeviceRegistrationRequest
{
    /// <summary>The provisioning service: scheme, host and port.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>The ID scope.</summary>
    public required string IdScope { get; init; }

    /// <summary>The registration ID.</summary>
    public required string RegistrationId { get; init; }

    /// <summary>The device's own key, raw; for a group member the derived one. Null for a device with a certificate.</summary>
    public ReadOnlyMemory<byte>? Key { get; init; }

    /// <summary>The device's certificate with its key and the intermediates to send along; null for a device with a symmetric key.</summary>
    public SslStreamCertificateContext? Certificate { get; init; }

    /// <summary>PEM file of the root to trust; null for those of the system.</summary>
    public string? RootCertificateFile { get; init; }

    /// <summary>JSON for the allocation webhook; null for none.</summary>
    public string? Payload { get; init; }
}
