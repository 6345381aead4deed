using System.Net;

namespace Muster.Core.Networking;

/// <summary>The addresses of this machine that the configuration marks private.</summary>
/// <param name="all">All of them, in the order of the configuration.</param>
public sealed class PrivateListeners(IReadOnlyList<PrivateListener> all)
{
    /// <summary>None: every address is public.</summary>
    public static PrivateListeners None { get; } = new([]);

    /// <summary>All of them.</summary>
    public IReadOnlyList<PrivateListener> All { get; } = all;

    /// <summary>The private listener that a connection arrived at; null for a public one.</summary>
    /// <param name="local">The server's side of the connection; null when unknown, which counts as public.</param>
    public PrivateListener? Find(IPAddress? local)
    {
        if (All.Count == 0 || local is null) return null;
        var plain = IpFilterRule.Plain(local);
        foreach (var listener in All)
        {
            if (listener.Address.Equals(plain)) return listener;
        }

        return null;
    }

    /// <summary>What an instance starts with: every listener waits to be approved.</summary>
    public IReadOnlyList<PrivateEndpointConnection>? NewConnections() => All.Count == 0
        ? null
        : [.. All.Select(listener => new PrivateEndpointConnection(listener.Name, listener.Address.ToString(), PrivateEndpointStatus.Pending, ""))];

    /// <summary>
    /// What an instance has decided, brought in line with the configuration: new listeners wait to be approved, one at another address or
    /// back again waits anew, one that is gone is disconnected.
    /// </summary>
    /// <returns>Null where there is nothing to keep.</returns>
    public IReadOnlyList<PrivateEndpointConnection>? Reconcile(IReadOnlyList<PrivateEndpointConnection>? known)
    {
        var connections = new List<PrivateEndpointConnection>();
        foreach (var connection in known ?? [])
        {
            var listener = All.FirstOrDefault(one => one.Name.Equals(connection.Name, StringComparison.OrdinalIgnoreCase));
            var address = listener?.Address.ToString();
            if (listener is null) connections.Add(connection with { Status = PrivateEndpointStatus.Disconnected });
            else if (address == connection.Address && connection.Status != PrivateEndpointStatus.Disconnected) connections.Add(connection);
            else connections.Add(new PrivateEndpointConnection(listener.Name, address!, PrivateEndpointStatus.Pending, ""));
        }

        foreach (var connection in NewConnections() ?? [])
        {
            if (!connections.Exists(one => one.Name.Equals(connection.Name, StringComparison.OrdinalIgnoreCase))) connections.Add(connection);
        }

        return connections.Count == 0 ? null : connections;
    }
}
