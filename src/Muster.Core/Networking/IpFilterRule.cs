using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Muster.Core.Networking;

/// <summary>One rule of an instance's list; the first that matches decides (behaviour B-14.2).</summary>
/// <param name="FilterName">Unique without case, at most 128 characters.</param>
/// <param name="IpMask">One address or a block in CIDR notation.</param>
/// <param name="Action">What it does.</param>
/// <param name="Target">Which doors it concerns.</param>
public sealed record IpFilterRule(string FilterName, string IpMask, IpFilterAction Action, IpFilterTarget Target = IpFilterTarget.All)
{
    private const int MaxMaskLength = 64;
    private const int MappedBits = 96;

    /// <summary>Whether the rule speaks of this address; one that cannot be read matches nothing.</summary>
    public bool Matches(IPAddress address) => TryParseMask(IpMask, out var network) && network.Contains(Plain(address));

    /// <summary>Reads an address or a block: bits behind the prefix are cleared.</summary>
    /// <returns>False for anything else, short and octal forms of IPv4 and addresses with a zone included.</returns>
    public static bool TryParseMask(string text, out IPNetwork network)
    {
        network = default;
        if (text.Length > MaxMaskLength || text.AsSpan().IndexOfAny('%', '[') >= 0) return false;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var addressText = slash < 0 ? text : text[..slash];
        if (!IPAddress.TryParse(addressText, out var address)) return false;

        // "10.1" and "010.0.0.1" read differently in different programs: only the plain form is unmistakable.
        if (address.AddressFamily == AddressFamily.InterNetwork && address.ToString() != addressText) return false;
        var most = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        var length = most;
        if (slash >= 0 && (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > most)) return false;

        // Clients of IPv4 that arrive over a socket for both families count as IPv4, so masks in that form do, too.
        if (address.IsIPv4MappedToIPv6 && length >= MappedBits) (address, length, most) = (address.MapToIPv4(), length - MappedBits, 32);
        var bytes = address.GetAddressBytes();
        for (var bit = length; bit < most; bit++) bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        network = new IPNetwork(new IPAddress(bytes), length);
        return true;
    }

    /// <summary>The address of the other side as people write it, for traces, logs and audit entries; empty where none is known.</summary>
    public static string Text(IPAddress? address) => address is null ? "" : Plain(address).ToString();

    /// <summary>An IPv4 address that came in through an IPv6 socket, as itself.</summary>
    public static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
