using Muster.Core.Attestation;

namespace Muster.Portal.Snippets;

/// <summary>What device code is filled with.</summary>
public sealed record SnippetInput
{
    /// <summary>Host that devices register at, without port.</summary>
    public required string Host { get; init; }

    /// <summary>Port of HTTPS.</summary>
    public required int HttpsPort { get; init; }

    /// <summary>Port of MQTT over TLS.</summary>
    public required int MqttPort { get; init; }

    /// <summary>The instance's ID scope.</summary>
    public required string IdScope { get; init; }

    /// <summary>The device's registration ID.</summary>
    public required string RegistrationId { get; init; }

    /// <summary>How the device proves itself.</summary>
    public required AttestationType Attestation { get; init; }

    /// <summary>The device's key, or a placeholder.</summary>
    public required string Key { get; init; }

    /// <summary>File of the root certificate on the device.</summary>
    public required string RootFile { get; init; }

    /// <summary>How the muster command is started.</summary>
    public required string ProgramCommand { get; init; }
}
