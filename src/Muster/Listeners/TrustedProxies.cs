using System.Collections.Immutable;
using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Muster.Core.Networking;
using Muster.Portal;
using IPNetwork = System.Net.IPNetwork;

namespace Muster.Listeners;

/// <summary>
/// What reverse proxies say of the requests that they pass on, taken from those alone that the configuration trusts (behaviour B-14.8,
/// portal 11). From everybody else the headers are without effect.
/// </summary>
public static class TrustedProxies
{
    /// <summary>Takes the client's address from <c>X-Forwarded-For</c>.</summary>
    /// <param name="door">The door's branch.</param>
    /// <param name="proxies">Addresses and networks of the proxies.</param>
    public static void UseForwardedClients(this IApplicationBuilder door, ImmutableArray<IPNetwork> proxies) =>
        Use(door, proxies, ForwardedHeaders.XForwardedFor);

    /// <summary>
    /// Takes the client's address, scheme, host and path prefix of the portal from the headers; what a proxy does not say, the portal's
    /// public address says.
    /// </summary>
    /// <param name="door">The portal's branch.</param>
    /// <param name="proxies">Addresses and networks of the proxies.</param>
    /// <param name="publicUrl">Where browsers find the portal; null is where it listens.</param>
    public static void UseForwardedPortal(this IApplicationBuilder door, ImmutableArray<IPNetwork> proxies, Uri? publicUrl)
    {
        var prefix = new PathString(publicUrl?.AbsolutePath.TrimEnd('/') is { Length: > 0 } path ? path : null);
        door.Use((context, next) =>
        {
            if (!IsTrusted(proxies, context.Connection.RemoteIpAddress)) return next(context);
            context.Items[PortalOptions.ViaProxy] = true;
            if (publicUrl is null) return next(context);
            var (request, headers) = (context.Request, context.Request.Headers);
            if (!headers.ContainsKey("X-Forwarded-Proto")) request.Scheme = publicUrl.Scheme;
            if (!headers.ContainsKey("X-Forwarded-Host"))
                request.Host = publicUrl.IsDefaultPort ? new HostString(publicUrl.Host) : new HostString(publicUrl.Host, publicUrl.Port);
            return next(context);
        });
        Use(door, proxies, ForwardedHeaders.All);
        door.Use((context, next) => MovePrefix(context, prefix) ? next(context) : Task.CompletedTask);
    }

    /// <summary>Whether an address is one of the proxies.</summary>
    public static bool IsTrusted(ImmutableArray<IPNetwork> proxies, IPAddress? address) =>
        address is not null && proxies.Any(network => network.Contains(IpFilterRule.Plain(address)));

    private static void Use(IApplicationBuilder door, ImmutableArray<IPNetwork> proxies, ForwardedHeaders headers)
    {
        // Without any proxy the middleware would trust everybody.
        if (proxies.IsEmpty) return;

        // Several proxies may stand behind each other: the last address that none of them has is the client's.
        var options = new ForwardedHeadersOptions { ForwardedHeaders = headers, ForwardLimit = null };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var proxy in proxies) options.KnownIPNetworks.Add(proxy);
        door.UseForwardedHeaders(options);
    }

    /// <summary>
    /// Some proxies take the prefix off and say so, some do not say so, and some leave it on: each way it ends as the path base.
    /// </summary>
    /// <returns>False after an answer: the portal's address without its last slash leads to the one with it.</returns>
    private static bool MovePrefix(HttpContext context, PathString configured)
    {
        var request = context.Request;
        var prefix = request.PathBase.HasValue ? request.PathBase : configured;
        if (!prefix.HasValue) return true;
        if (!request.Path.StartsWithSegments(prefix, StringComparison.Ordinal, out var rest))
        {
            if (context.Items.ContainsKey(PortalOptions.ViaProxy)) request.PathBase = prefix;
            return true;
        }

        request.PathBase = prefix;
        request.Path = rest;
        if (rest.HasValue) return true;
        context.Response.Redirect(prefix + "/" + request.QueryString);
        return false;
    }
}
