using System.Collections.Immutable;
using System.Net;

namespace Muster.Listeners;

/// <summary>A listener that the server opens.</summary>
/// <param name="Name">What it serves, as the user calls it.</param>
/// <param name="Switch">The option of its port.</param>
/// <param name="Chosen">The port that the user chose; 0 is any free port; null when the user chose none.</param>
/// <param name="Default">The port when none is chosen.</param>
/// <param name="Fallback">The port when none is chosen and the default may not be opened; null if there is no other.</param>
/// <param name="LoopbackOnly">Whether only this machine may reach it.</param>
public sealed record Door(string Name, string Switch, int? Chosen, int Default, int? Fallback, bool LoopbackOnly)
{
    /// <summary>The addresses of this machine that a door listens on that is not for loopback alone; empty means all.</summary>
    public ImmutableArray<IPAddress> Addresses { get; init; } = [];

    /// <summary>The option of these addresses.</summary>
    public string AddressSwitch { get; init; } = "--listen";
}
