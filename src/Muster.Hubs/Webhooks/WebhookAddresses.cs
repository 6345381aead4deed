using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Muster.Hubs.Webhooks;

/// <summary>
/// Which addresses a webhook may have. Whoever may write enrollments could otherwise make the server call what only the server
/// reaches: cloud metadata on link-local addresses, and its own doors (iot-hub 5.5).
/// </summary>
internal static class WebhookAddresses
{
    // The metadata address of a cloud that is not link-local.
    private static readonly IPAddress UniqueLocalMetadata = IPAddress.Parse("fd00:ec2::254");

    /// <summary>Why the address may not be called; null when it may.</summary>
    /// <param name="address">The address that the name resolved to.</param>
    /// <param name="allowsOwn">Whether this machine's own addresses may be called.</param>
    public static string? Check(IPAddress address, bool allowsOwn)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (IsLinkLocal(address) || address.Equals(UniqueLocalMetadata)) return "its address is link-local, which webhooks may not have.";
        if (IsMulticastOrBroadcast(address)) return "its address is no address of a single host.";
        if (allowsOwn) return null;
        return IPAddress.IsLoopback(address) || IsUnspecified(address) || IsOwn(address)
            ? "its address is one of this server's own; an option allows that."
            : null;
    }

    private static bool IsLinkLocal(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork
        ? address.GetAddressBytes() is [169, 254, ..]
        : address.IsIPv6LinkLocal || address.IsIPv6SiteLocal;

    private static bool IsMulticastOrBroadcast(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork
        ? address.GetAddressBytes()[0] >= 224
        : address.IsIPv6Multicast;

    // All of 0.0.0.0/8 reaches this machine.
    private static bool IsUnspecified(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork
        ? address.GetAddressBytes()[0] == 0
        : address.Equals(IPAddress.IPv6Any);

    private static bool IsOwn(IPAddress address) => NetworkInterface.GetAllNetworkInterfaces()
        .SelectMany(card => card.GetIPProperties().UnicastAddresses)
        .Any(own => own.Address.Equals(address));
}
