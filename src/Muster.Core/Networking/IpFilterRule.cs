using System.Net;
using System.Net.Sockets;

namespace Muster.Core.Networking;

/// <summary>One rule of an instance's list; the first that matches decides (behaviour B-14.2).</summary>
/// <param name="FilterName">Unique without case, at most 128 characters.</param>
/// <param name="IpMask">One address or a block in CIDR notation.</param>
/// <param name="Action">What it does.</param>
/// <param name="Target">Which doors it concerns.</param>
public sealed record IpFilterRule(string FilterName, string IpMask, IpFilterAction Action, IpFilterTarget Target)
{
    /// <summary>Whether the rule speaks of this address; one that cannot be read matches nothing.</summary>
    public bool Matches(IPAddress address) => TryParseMask(IpMask, out var network) && network.Contains(Plain(address));

    /// <summary>Reads an address or a block: bits behind the prefix are cleared.</summary>
    public static bool TryParseMask(string text, out IPNetwork network)
    {
        network = default;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var addressText = slash < 0 ? text : text[..slash];

        // Short forms such as "10" or "0x0a.1" would parse, and surprise.
        if (!IPAddress.TryParse(addressText, out var address)) return false;
        if (address.AddressFamily == AddressFamily.InterNetwork && addressText.Split('.').Length != 4) return false;
        var most = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        var length = most;
        if (slash >= 0 && (!int.TryParse(text.AsSpan(slash + 1), System.Globalization.NumberStyles.None, provider: null, out length) || length > most)) return false;
        var bytes = address.GetAddressBytes();
        for (var bit = length; bit < most; bit++) bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        network = new IPNetwork(new IPAddress(bytes), length);
        return true;
    }

    /// <summary>An IPv4 address that came in through an IPv6 socket, as itself.</summary>
    internal static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
