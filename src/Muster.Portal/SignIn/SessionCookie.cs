using Microsoft.AspNetCore.Http;

namespace Muster.Portal.SignIn;

/// <summary>The cookie that holds a session's secret.</summary>
/// <param name="options">The door: its port names the cookie, and an exposed one sends it over TLS only.</param>
internal sealed class SessionCookie(PortalOptions options)
{
    private string Name => $"muster-session-{options.Port}";

    /// <summary>The secret that the browser presents; null when it presents none.</summary>
    public string? Read(HttpContext context) => context.Request.Cookies[Name];

    /// <summary>Gives the browser a secret.</summary>
    public void Set(HttpContext context, string secret) => context.Response.Cookies.Append(Name, secret, Settings(context));

    /// <summary>Takes it back.</summary>
    public void Delete(HttpContext context) => context.Response.Cookies.Delete(Name, Settings(context));

    private CookieOptions Settings(HttpContext context) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = options.IsExposed || context.Request.IsHttps,
        Path = context.Request.PathBase is { HasValue: true } prefix ? prefix.Value : "/",
        IsEssential = true,
    };
}
