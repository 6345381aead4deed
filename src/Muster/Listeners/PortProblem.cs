using System.Net.Sockets;

namespace Muster.Listeners;

/// <summary>Sentences about ports that cannot be opened.</summary>
public static class PortProblem
{
    /// <summary>Says what is wrong with a port and what to do.</summary>
    public static string Describe(Door door, int port, SocketError error)
    {
        var other = door.Fallback is { } fallback && fallback != port ? fallback : Suggestion(port);
        return error switch
        {
            SocketError.AddressAlreadyInUse =>
                $"Port {port} for {door.Name} is taken by another program. Stop that program ('ss -ltnp sport = :{port}' shows it) or "
                + $"choose another port: {door.Switch} {other}.",
            SocketError.AccessDenied =>
                $"Port {port} for {door.Name} may not be opened by this user. Allow it once with "
                + $"'sudo setcap cap_net_bind_service=+ep {ProgramFile()}' or 'sudo sysctl -w net.ipv4.ip_unprivileged_port_start={port}', "
                + $"or choose another port: {door.Switch} {other}.",
            SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported when !door.Addresses.IsEmpty =>
                $"Port {port} for {door.Name} cannot be opened on {string.Join(", ", door.Addresses)}: this machine does not have each of "
                + $"these addresses ('ip address' shows them). Choose others: {door.AddressSwitch}.",
            _ => $"Port {port} for {door.Name} cannot be opened ({error}). Choose another port: {door.Switch} {other}.",
        };
    }

    private static int Suggestion(int port) => port < 1024 ? port + 8000 : port < 65535 ? port + 1 : 8443;

    /// <summary>The file that needs the capability: the runtime itself where it was started as <c>dotnet muster.dll</c>.</summary>
    private static string ProgramFile()
    {
        var path = Environment.ProcessPath ?? "dotnet";
        return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
    }
}
