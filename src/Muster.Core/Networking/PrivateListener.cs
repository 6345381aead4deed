using System.Net;

namespace Muster.Core.Networking;

/// <summary>An address of this machine that the configuration marks private: what arrives there is no public traffic (portal P13).</summary>
/// <param name="Name">Its name: 1 to 64 letters, digits, hyphens, dots and underscores; unique without case.</param>
/// <param name="Address">The address; IPv4 where it is one.</param>
public sealed record PrivateListener(string Name, IPAddress Address);
