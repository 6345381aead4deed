using System.Collections.Immutable;
using System.Net.Sockets;

namespace Muster.Listeners;

/// <summary>A door whose sockets listen.</summary>
/// <param name="Port">The TCP port, the same on every socket.</param>
/// <param name="Sockets">One socket per address.</param>
public sealed record OpenDoor(int Port, ImmutableArray<Socket> Sockets) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var socket in Sockets) socket.Dispose();
    }
}
