using System.Collections.Immutable;

namespace Muster.EmbeddedHub.Http;

/// <summary>
/// The path of a request, read from the request line itself. Device ids may hold <c>%</c>, <c>#</c> and <c>?</c>, so every segment
/// is percent-decoded exactly once, after splitting (iot-hub 2.3).
/// </summary>
internal sealed record HubRequestTarget
{
    private HubRequestTarget(string rawPath, ImmutableArray<string> segments)
    {
        RawPath = rawPath;
        Segments = segments;
    }

    /// <summary>The path as sent, for tokens whose scope was encoded twice.</summary>
    public string RawPath { get; }

    /// <summary>The decoded segments; a trailing slash adds none.</summary>
    public ImmutableArray<string> Segments { get; }

    /// <summary>The decoded path, starting with a slash.</summary>
    public string Path => "/" + string.Join('/', Segments);

    /// <summary>Reads the target of a request line: <c>/path?query</c> or, as proxies send it, <c>http://host/path?query</c>.</summary>
    public static HubRequestTarget Parse(string rawTarget)
    {
        var path = rawTarget;
        if (!path.StartsWith('/'))
        {
            var scheme = path.IndexOf("://", StringComparison.Ordinal);
            var slash = scheme < 0 ? -1 : path.IndexOf('/', scheme + 3);
            path = slash < 0 ? "/" : path[slash..];
        }

        var query = path.IndexOf('?', StringComparison.Ordinal);
        if (query >= 0) path = path[..query];

        var parts = path[1..].Split('/');
        var count = parts[^1].Length == 0 ? parts.Length - 1 : parts.Length;
        var segments = ImmutableArray.CreateBuilder<string>(count);
        for (var i = 0; i < count; i++) segments.Add(Uri.UnescapeDataString(parts[i]));
        return new(path, segments.ToImmutable());
    }
}
