using System.Net;
using System.Net.Sockets;
using Muster.Listeners;

namespace Muster.Tests.Listeners;

public sealed class DoorOpenerTests
{
    private readonly List<string> _problems = [];
    private readonly List<string> _notices = [];

    [Fact]
    public void Port_zero_opens_one_free_port_on_every_loopback_address()
    {
        using var door = DoorOpener.Open(new Door("the portal", "--portal-port", 0, 0, null, true), _problems, _notices)!;

        Assert.NotEqual(0, door.Port);
        Assert.All(door.Sockets, socket => Assert.Equal(door.Port, ((IPEndPoint)socket.LocalEndPoint!).Port));
        Assert.All(door.Sockets, socket => Assert.True(IPAddress.IsLoopback(((IPEndPoint)socket.LocalEndPoint!).Address)));
    }

    [Fact]
    public void Doors_on_addresses_of_their_own_share_a_port()
    {
        var first = new Door("HTTPS", "--https-port", 0, 443, null, false) { Addresses = [IPAddress.Parse("127.0.0.2")] };
        using var one = DoorOpener.Open(first, _problems, _notices)!;
        var second = first with { Chosen = one.Port, Addresses = [IPAddress.Parse("127.0.0.3"), IPAddress.Parse("127.0.0.4")] };
        using var other = DoorOpener.Open(second, _problems, _notices)!;
        Assert.Equal(["127.0.0.2"], one.Sockets.Select(socket => ((IPEndPoint)socket.LocalEndPoint!).Address.ToString()));
        Assert.Equal(["127.0.0.3", "127.0.0.4"], other.Sockets.Select(socket => ((IPEndPoint)socket.LocalEndPoint!).Address.ToString()));
    }

    [Fact]
    public void An_address_that_the_machine_does_not_have_is_told()
    {
        var door = new Door("HTTPS", "--https-port", 0, 443, null, false) { Addresses = [IPAddress.Loopback, IPAddress.Parse("192.0.2.7")] };
        Assert.Null(DoorOpener.Open(door, _problems, _notices));
        Assert.Contains("cannot be opened on 127.0.0.1, 192.0.2.7: this machine does not have each of these addresses", Assert.Single(_problems));
    }

    [Fact]
    public void A_chosen_port_that_is_taken_is_told_with_what_to_do()
    {
        using var other = Occupy(out var port);

        using var door = DoorOpener.Open(new Door("HTTPS", "--https-port", port, 443, 8443, false), _problems, _notices);

        Assert.Null(door);
        Assert.Equal(
            $"Port {port} for HTTPS is taken by another program. Stop that program ('ss -ltnp sport = :{port}' shows it) or choose another "
            + "port: --https-port 8443.", Assert.Single(_problems));
    }

    [Fact]
    public void A_default_port_that_is_taken_gives_way_to_the_fallback_and_says_so()
    {
        using var other = Occupy(out var port);

        using var door = DoorOpener.Open(new Door("HTTPS", "--https-port", null, port, 0, false), _problems, _notices);

        Assert.NotNull(door);
        Assert.Empty(_problems);
        Assert.StartsWith($"Port {port} for HTTPS is taken by another program.", Assert.Single(_notices));
    }

    [Fact]
    public void A_default_and_a_fallback_that_are_both_taken_are_both_told()
    {
        using var first = Occupy(out var port);
        using var second = Occupy(out var fallback);

        using var door = DoorOpener.Open(new Door("HTTPS", "--https-port", null, port, fallback, false), _problems, _notices);

        Assert.Null(door);
        Assert.Contains($"Port {port} for HTTPS", Assert.Single(_problems));
        Assert.Contains($"Port {fallback} for HTTPS", _problems[0]);
    }

    [Theory]
    [InlineData(SocketError.AccessDenied, 443, "may not be opened by this user")]
    [InlineData(SocketError.AccessDenied, 443, "sudo setcap cap_net_bind_service=+ep ")]
    [InlineData(SocketError.AccessDenied, 443, "net.ipv4.ip_unprivileged_port_start=443")]
    [InlineData(SocketError.AccessDenied, 443, "--https-port 8443")]
    [InlineData(SocketError.AccessDenied, 8443, "--https-port 8444")]
    [InlineData(SocketError.AddressNotAvailable, 443, "cannot be opened (AddressNotAvailable)")]
    public void A_port_that_is_not_allowed_is_told_with_the_remedies(SocketError error, int port, string expected) =>
        Assert.Contains(expected, PortProblem.Describe(new Door("HTTPS", "--https-port", null, 443, 8443, false), port, error));

    private static Socket Occupy(out int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen();
        port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        return socket;
    }
}
