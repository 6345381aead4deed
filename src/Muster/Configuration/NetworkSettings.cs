using System.Collections.Immutable;
using System.Net;
using Muster.Core.Networking;

namespace Muster.Configuration;

/// <summary>Reads what configuration says of private endpoints (behaviour B-14.7).</summary>
internal static class NetworkSettings
{
    private const int MaxName = 64;

    /// <summary>The private listeners; those with a mistake are left out.</summary>
    public static ImmutableArray<PrivateListener> ReadPrivateEndpoints(IEnumerable<OptionSection> sections)
    {
        var listeners = ImmutableArray.CreateBuilder<PrivateListener>();
        foreach (var section in sections)
        {
            var name = section.Text("Name");
            var text = section.Text("Address");
            section.Close();
            var isNamed = name is { Length: <= MaxName } && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_');
            if (!isNamed) section.Mistake("Name", name, $"It is not a name. Allowed are 1 to {MaxName} letters, digits, hyphens, dots and underscores.");
            else if (listeners.Any(one => one.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
                section.Mistake("Name", name, "Another private endpoint has the same name; upper and lower case count as the same.");
            if (text is null || !HostName.IsAddress(text, out var address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
            {
                section.Mistake("Address", text, "It is not one address of this machine. Allowed are addresses such as 10.1.0.5 and fd00::5, without port.");
                continue;
            }

            if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
            if (listeners.Any(one => one.Address.Equals(address)))
                section.Mistake("Address", text, "Another private endpoint has the same address.");
            listeners.Add(new PrivateListener(name ?? "", address));
        }

        return listeners.ToImmutable();
    }
}
