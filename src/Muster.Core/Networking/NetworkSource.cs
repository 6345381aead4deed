using System.Net;

namespace Muster.Core.Networking;

/// <summary>Where a connection comes from.</summary>
/// <param name="Remote">The client's address; null when unknown.</param>
/// <param name="Local">The address of this machine that it arrived at; null when unknown.</param>
public readonly record struct NetworkSource(IPAddress? Remote, IPAddress? Local = null)
{
    /// <summary>Reads both from text; what is no address is unknown.</summary>
    public static NetworkSource Parse(string? remote, string? local) => new(
        IPAddress.TryParse(remote, out var from) ? from : null, IPAddress.TryParse(local, out var to) ? to : null);
}
