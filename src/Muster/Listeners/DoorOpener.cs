using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace Muster.Listeners;

/// <summary>
/// Opens the sockets of doors before the web server starts, so that a port that cannot be had is told in words, and so that the
/// real ports are known where certificates and links need them.
/// </summary>
public static class DoorOpener
{
    /// <summary>How often a free port is looked for that is free on every address.</summary>
    private const int Attempts = 20;

    /// <summary>Opens one door.</summary>
    /// <param name="door">What to open.</param>
    /// <param name="problems">Receives the sentence that says why it cannot be opened and what to do.</param>
    /// <param name="notices">Receives the sentence that says why the fallback is used.</param>
    /// <returns>The open door, or null if a problem was added.</returns>
    public static OpenDoor? Open(Door door, ICollection<string> problems, ICollection<string> notices)
    {
        var port = door.Chosen ?? door.Default;
        var error = TryOpen(port, door, out var open);
        if (open is not null) return open;

        var sentence = PortProblem.Describe(door, port, error);
        if (door.Chosen is not null || door.Fallback is not { } fallback)
        {
            problems.Add(sentence);
            return null;
        }

        var fallbackError = TryOpen(fallback, door, out open);
        if (open is null)
            problems.Add($"{sentence} {PortProblem.Describe(door, fallback, fallbackError)}");
        else
            notices.Add($"{sentence} Until then, {door.Name} uses port {fallback}.");
        return open;
    }

    private static SocketError TryOpen(int port, Door door, out OpenDoor? open)
    {
        open = null;
        var error = SocketError.Success;
        for (var attempt = 0; attempt < Attempts && open is null; attempt++)
        {
            error = TryOpenOnce(port, door, out open);

            // A chosen port is taken or not; only a random one may be free on one address and taken on another.
            if (port != 0) break;
        }

        return error;
    }

    private static SocketError TryOpenOnce(int port, Door door, out OpenDoor? open)
    {
        open = null;
        var sockets = new List<Socket>();
        var addresses = Addresses(door);
        foreach (var address in addresses)
        {
            var isExtra = sockets.Count > 0;
            var error = TryListen(new IPEndPoint(address, port), out var socket);
            if (socket is not null)
            {
                sockets.Add(socket);
                port = ((IPEndPoint)socket.LocalEndPoint!).Port;
            }
            else if (!isExtra || !door.Addresses.IsEmpty || error is not (SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported))
            {
                // Where IPv6 is compiled in but switched off, IPv4 alone is right.
                foreach (var opened in sockets) opened.Dispose();
                return error;
            }
        }

        open = new OpenDoor(port, [.. sockets]);
        return SocketError.Success;
    }

    private static ImmutableArray<IPAddress> Addresses(Door door) => (door.LoopbackOnly, Socket.OSSupportsIPv6) switch
    {
        (false, _) when !door.Addresses.IsEmpty => door.Addresses,
        (true, true) => [IPAddress.Loopback, IPAddress.IPv6Loopback],
        (true, false) => [IPAddress.Loopback],
        (false, true) => [IPAddress.IPv6Any],
        (false, false) => [IPAddress.Any],
    };

    private static SocketError TryListen(IPEndPoint endpoint, out Socket? listening)
    {
        listening = null;
        Socket? socket = null;
        try
        {
            socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);

            // One socket on the IPv6 wildcard serves IPv4 as well.
            if (endpoint.AddressFamily == AddressFamily.InterNetworkV6) socket.DualMode = endpoint.Address.Equals(IPAddress.IPv6Any);
            socket.Bind(endpoint);

            // Two sockets may be bound to one port as long as none listens, so only listening proves that the port is ours.
            socket.Listen();
            listening = socket;
            return SocketError.Success;
        }
        catch (SocketException exception)
        {
            socket?.Dispose();
            return exception.SocketErrorCode;
        }
    }
}
