using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Muster.Portal.Assets;

/// <summary>Styles, scripts, fonts and pictures, served from this assembly. Their addresses carry a hash, so browsers keep them.</summary>
internal static class PortalAssets
{
    private static readonly FrozenDictionary<string, (string ContentType, byte[] Content)> ByPath =
        new Dictionary<string, (string, byte[])>(StringComparer.Ordinal)
        {
            ["/assets/portal.css"] = ("text/css; charset=utf-8", Resource("portal.css")),
            ["/assets/portal.js"] = ("text/javascript; charset=utf-8", Resource("portal.js")),
            ["/assets/muster.svg"] = ("image/svg+xml", Resource("muster.svg")),
            ["/assets/inter.woff2"] = ("font/woff2", Resource("inter.woff2")),
            ["/assets/jetbrains-mono.woff2"] = ("font/woff2", Resource("jetbrains-mono.woff2")),
            ["/assets/radzen.css"] = ("text/css; charset=utf-8", Resource("radzen.css")),
            ["/assets/radzen.js"] = ("text/javascript; charset=utf-8", Resource("radzen.js")),
            ["/fonts/MaterialSymbolsOutlined.woff2"] = ("font/woff2", Resource("MaterialSymbolsOutlined.woff2")),
            ["/_framework/blazor.web.js"] = ("text/javascript; charset=utf-8", Resource("blazor.web.js")),
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Changes with every change of any asset.</summary>
    public static string Tag { get; } = Convert.ToHexStringLower(
        SHA256.HashData(ByPath.OrderBy(pair => pair.Key, StringComparer.Ordinal).SelectMany(pair => SHA256.HashData(pair.Value.Content)).ToArray()))[..12];

    /// <summary>Whether anyone may read this path.</summary>
    public static bool IsAsset(PathString path) => path.Value is { } text && ByPath.ContainsKey(text);

    /// <summary>Adds the endpoints.</summary>
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        foreach (var (path, asset) in ByPath)
        {
            endpoints.MapGet(path, context =>
            {
                context.Response.ContentType = asset.ContentType;
                context.Response.ContentLength = asset.Content.Length;
                context.Response.Headers.CacheControl = "public, max-age=31536000";
                return context.Response.Body.WriteAsync(asset.Content, context.RequestAborted).AsTask();
            });
        }
    }

    private static byte[] Resource(string name)
    {
        using var stream = typeof(PortalAssets).Assembly.GetManifestResourceStream($"Muster.Portal.Assets.{name}")
            ?? throw new InvalidOperationException($"The resource {name} is missing from this build.");
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
