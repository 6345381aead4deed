using Microsoft.AspNetCore.Components.Server.Circuits;

namespace Muster.Portal.Frame;

/// <summary>
/// Knows the name of the connection between a page and the server. The log names it where a fault ends the connection, so a page that
/// was ended so can tell what to look for.
/// </summary>
public sealed class PageCircuit : CircuitHandler
{
    /// <summary>The name; null before the connection is open.</summary>
    public string? Id { get; private set; }

    /// <inheritdoc/>
    public override Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        Id = circuit.Id;
        return Task.CompletedTask;
    }
}
