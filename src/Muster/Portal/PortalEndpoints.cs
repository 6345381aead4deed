using System.Collections.Frozen;
using Muster.Configuration;

namespace Muster.Portal;

/// <summary>The portal door: the landing page behind its one-time link, its style and picture.</summary>
public sealed class PortalEndpoints
{
    private readonly PortalSessions _sessions;
    private readonly Func<LandingPage?> _page;
    private readonly string _cookie;

    /// <summary>Prepares the door.</summary>
    /// <param name="sessions">Who may see it.</param>
    /// <param name="page">The page; null until the server has started.</param>
    /// <param name="port">The port of the portal. Cookies ignore ports, so the cookie's name carries it.</param>
    public PortalEndpoints(PortalSessions sessions, Func<LandingPage?> page, int port)
    {
        _sessions = sessions;
        _page = page;
        _cookie = $"muster-session-{port}";
    }

    /// <summary>Paths that anyone on this machine may read.</summary>
    private static FrozenDictionary<string, (string ContentType, byte[] Content)> Assets { get; } =
        new Dictionary<string, (string, byte[])>(StringComparer.Ordinal)
        {
            ["/portal.css"] = ("text/css; charset=utf-8", Resource("portal.css")),
            ["/muster.svg"] = ("image/svg+xml", Resource("muster.svg")),
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>
    /// Sets the headers of every answer and refuses foreign host names, so that a web page elsewhere cannot reach the portal by
    /// pointing its own name at this machine.
    /// </summary>
    public static Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy =
            "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";

        var host = context.Request.Host.Host.Trim('[', ']');
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (HostName.IsAddress(host, out var address) && System.Net.IPAddress.IsLoopback(address)))
        {
            return next(context);
        }

        return WriteAsync(context, StatusCodes.Status421MisdirectedRequest, LandingPage.WrongHost);
    }

    /// <summary>Adds the endpoints.</summary>
    public void Map(IEndpointRouteBuilder endpoints)
    {
        foreach (var (path, asset) in Assets)
        {
            endpoints.MapGet(path, context =>
            {
                context.Response.ContentType = asset.ContentType;
                return context.Response.Body.WriteAsync(asset.Content, context.RequestAborted).AsTask();
            });
        }

        endpoints.MapGet("/", ShowAsync);
        endpoints.MapFallback(context => WriteAsync(context, StatusCodes.Status404NotFound, LandingPage.NotFound));
    }

    private Task ShowAsync(HttpContext context)
    {
        var hasSession = _sessions.IsOpen(context.Request.Cookies[_cookie]);
        if (context.Request.Query.TryGetValue("token", out var token))
        {
            if (!hasSession && _sessions.Redeem(token.ToString()) is { } session)
            {
                context.Response.Cookies.Append(_cookie, session, new CookieOptions
                {
                    HttpOnly = true,
                    SameSite = SameSiteMode.Strict,
                    Path = "/",
                    IsEssential = true,
                });
                hasSession = true;
            }

            // The redirect takes the token out of the address bar and the history.
            if (hasSession)
            {
                context.Response.StatusCode = StatusCodes.Status303SeeOther;
                context.Response.Headers.Location = "/";
                return Task.CompletedTask;
            }

            return WriteAsync(context, StatusCodes.Status403Forbidden, LandingPage.LinkSpent);
        }

        if (!hasSession) return WriteAsync(context, StatusCodes.Status403Forbidden, LandingPage.LinkMissing);
        return _page() is { } page
            ? WriteAsync(context, StatusCodes.Status200OK, page.Html)
            : WriteAsync(context, StatusCodes.Status503ServiceUnavailable, LandingPage.Starting);
    }

    private static Task WriteAsync(HttpContext context, int status, string html)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync(html, context.RequestAborted);
    }

    private static byte[] Resource(string name)
    {
        using var stream = typeof(PortalEndpoints).Assembly.GetManifestResourceStream($"Muster.Portal.{name}")
            ?? throw new InvalidOperationException($"The resource {name} is missing from this build.");
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
