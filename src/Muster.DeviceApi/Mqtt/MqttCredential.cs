using System.Text;
using Muster.Core.Attestation;
using Muster.DeviceApi.Wire;
using Muster.Protocols.Mqtt;
using Muster.Protocols.Sas;

namespace Muster.DeviceApi.Mqtt;

/// <summary>
/// What a device presented at CONNECT (device-protocols 3.1): a password decides where there is one, because a shared machine
/// certificate may be offered just because the server asked; an empty password counts as none.
/// </summary>
/// <param name="Evidence">The proof; null when there is none, or when it cannot be read.</param>
/// <param name="Problem">Why the password cannot be read; null otherwise.</param>
internal sealed record MqttCredential(AttestationEvidence? Evidence, string? Problem)
{
    /// <summary>Reads the credential of a connection.</summary>
    public static MqttCredential Read(MqttConnect connect, MqttPeer peer)
    {
        if (connect.Password is not { Length: > 0 } password) return new MqttCredential(peer.Certificates, null);
        if (password.Length > SasToken.MaxLength) return new MqttCredential(null, "The password is too long for a SAS token.");
        return SasToken.TryParse(Encoding.UTF8.GetString(password.Span), out var token, out var problem)
            ? new MqttCredential(SasEvidence.From(token!), null)
            : new MqttCredential(null, problem);
    }
}
