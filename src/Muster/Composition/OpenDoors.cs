using Muster.Configuration;
using Muster.Listeners;

namespace Muster.Composition;

/// <summary>The doors of one server, open before anything else is built so that every real port is known.</summary>
/// <param name="Https">Service API, device API, embedded hubs.</param>
/// <param name="Mqtt">MQTT over TLS.</param>
/// <param name="Portal">The portal, on loopback unless it is exposed.</param>
/// <param name="Crl">The revocation list; null where the user's own certificate is used.</param>
/// <param name="Metrics">Metrics, on loopback; null where no port was chosen for them.</param>
public sealed record OpenDoors(OpenDoor Https, OpenDoor Mqtt, OpenDoor Portal, OpenDoor? Crl, OpenDoor? Metrics) : IDisposable
{
    /// <summary>Opens all doors, or none.</summary>
    /// <param name="options">The ports.</param>
    /// <param name="notices">Receives a sentence for every fallback.</param>
    /// <exception cref="CannotStartException">Some port cannot be had; the message tells about each.</exception>
    public static OpenDoors Open(MusterOptions options, ICollection<string> notices)
    {
        var problems = new List<string>();
        var https = DoorOpener.Open(
            new Door("HTTPS", "--https-port", options.HttpsPort, MusterOptions.DefaultHttpsPort, MusterOptions.FallbackHttpsPort, false)
            {
                Addresses = options.ListenAddresses,
            },
            problems, notices);
        var mqtt = DoorOpener.Open(
            new Door("MQTT", "--mqtt-port", options.MqttPort, options.MqttPort, null, false) { Addresses = options.ListenAddresses }, problems, notices);
        var portal = DoorOpener.Open(
            new Door("the portal", "--portal-port", options.PortalPort, options.PortalPort, null, options.PortalAddress is null)
            {
                Addresses = options.PortalAddress is { } address ? [address] : [],
                AddressSwitch = "--portal-address",
            },
            problems, notices);

        // The list is Muster's own root's; a user's certificate names that of its issuer.
        var needsCrl = options.CertificateFile is null;
        var crl = !needsCrl
            ? null
            : DoorOpener.Open(
                new Door("the revocation list", "--crl-port", options.CrlPort, MusterOptions.DefaultCrlPort, MusterOptions.FallbackCrlPort,
                    false)
                {
                    Addresses = options.ListenAddresses,
                },
                problems, notices);

        var metrics = options.MetricsPort is null
            ? null
            : DoorOpener.Open(new Door("metrics", "--metrics-port", options.MetricsPort, 0, null, true), problems, notices);

        if (https is not null && mqtt is not null && portal is not null && problems.Count == 0)
            return new OpenDoors(https, mqtt, portal, crl, metrics);
        https?.Dispose();
        mqtt?.Dispose();
        portal?.Dispose();
        crl?.Dispose();
        metrics?.Dispose();
        throw new CannotStartException(string.Join(' ', problems));
    }

    /// <summary>Every open door.</summary>
    public IEnumerable<OpenDoor> All => new[] { Https, Mqtt, Portal, Crl, Metrics }.OfType<OpenDoor>();

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var door in All) door.Dispose();
    }
}
