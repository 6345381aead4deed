using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Muster.Core.Networking;
using Muster.Portal.Assets;

namespace Muster.Portal.SignIn;

/// <summary>
/// The portal's gate: headers of every answer, the one-time link, the sign-in form, and nothing else without a session.
/// </summary>
/// <param name="sessions">Who is signed in.</param>
/// <param name="accounts">Local accounts.</param>
/// <param name="cookie">Holds the session.</param>
/// <param name="antiforgery">Guards the form.</param>
/// <param name="options">The door.</param>
/// <param name="logger">Notes sign-ins.</param>
internal sealed class SignInEndpoints(
    PortalSessions sessions,
    PortalAccounts accounts,
    SessionCookie cookie,
    IAntiforgery antiforgery,
    PortalOptions options,
    ILogger<SignInEndpoints> logger)
{
    /// <summary>
    /// Sets the headers of every answer and refuses foreign host names, so that a web page elsewhere cannot reach the portal by
    /// pointing its own name at this machine.
    /// </summary>
    public Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; font-src 'self'; img-src 'self' data:; "
            + "connect-src 'self'; form-action 'self'; base-uri 'self'; frame-ancestors 'none'";
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";

        var host = context.Request.Host.Host.Trim('[', ']');

        // A browser that came here over TLS once stays with it (portal 11). Not under localhost, whose other ports are others' business.
        if (context.Request.IsHttps && !IsLocal(host)) headers.StrictTransportSecurity = "max-age=31536000";
        if (IsOwnHost(context, host)) return next(context);
        IReadOnlyList<string> own = options.IsExposed ? options.HostNames : ["localhost", "127.0.0.1", "[::1]"];
        IReadOnlyList<string> names = options.PublicHost is { } behind ? [behind, .. own] : own;
        return SignInPages.WriteAsync(context, StatusCodes.Status421MisdirectedRequest, SignInPages.WrongHost(names));
    }

    private static bool IsLocal(string host) => host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    // A page elsewhere can point a name at this machine, never an address.
    private bool IsOwnHost(HttpContext context, string host) => IsLocal(host)
        || host.Equals(options.PublicHost, StringComparison.OrdinalIgnoreCase)
        || ((options.IsExposed || context.Items.ContainsKey(PortalOptions.ViaProxy)) && (IPAddress.TryParse(host, out _) || options.HostNames.Contains(host, StringComparer.OrdinalIgnoreCase)));

    /// <summary>Lets only sessions pass, except to what anyone may see.</summary>
    /// <param name="context">The request.</param>
    /// <param name="isOpen">Whether anyone may see a path.</param>
    /// <param name="next">The rest.</param>
    public Task AuthenticateAsync(HttpContext context, Func<PathString, bool> isOpen, RequestDelegate next)
    {
        var session = sessions.Find(cookie.Read(context));
        if (context.Request.Path == "/" && HttpMethods.IsGet(context.Request.Method)
            && context.Request.Query.TryGetValue("token", out var token))
        {
            return RedeemAsync(context, session, token.ToString());
        }

        if (session is not null)
        {
            context.User = new ClaimsPrincipal(new ClaimsIdentity(
                [new Claim(ClaimTypes.Name, session.UserName), new Claim(PortalAccess.SessionClaim, session.Id), new Claim(PortalAccess.AddressClaim, IpFilterRule.Text(context.Connection.RemoteIpAddress)),
                new Claim(PortalAccess.LocalAddressClaim, context.Connection.LocalIpAddress?.ToString() ?? "")], "muster"));
            return next(context);
        }

        var path = context.Request.Path;
        if (path == "/signin" || (options.OpenId is not null && OpenIdSignIn.IsOnTheWay(path)) || PortalAssets.IsAsset(path) || isOpen(path)) return next(context);
        if (HttpMethods.IsGet(context.Request.Method) && !path.StartsWithSegments("/_blazor", StringComparison.Ordinal))
        {
            context.Response.Redirect(context.Request.PathBase + "/signin");
            return Task.CompletedTask;
        }

        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }

    /// <summary>Adds the endpoints.</summary>
    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/signin", context => ShowAsync(context, StatusCodes.Status200OK, error: null));
        endpoints.MapPost("/signin", SignInAsync);
        endpoints.MapPost("/signout", SignOutAsync);
    }

    private Task RedeemAsync(HttpContext context, PortalSession? session, string token)
    {
        if (session is null)
        {
            if (sessions.Redeem(token) is not { } secret) return SignInPages.WriteAsync(context, StatusCodes.Status403Forbidden, SignInPages.LinkSpent);
            cookie.Set(context, secret);
            PortalLog.SignedIn(logger, PortalSessions.FirstAdministrator, nameof(PortalRole.Administrator));
        }

        // The redirect takes the token out of the address bar and the history.
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = context.Request.PathBase + "/";
        return Task.CompletedTask;
    }

    private async Task SignInAsync(HttpContext context)
    {
        if (!await antiforgery.IsRequestValidAsync(context))
        {
            await ShowAsync(context, StatusCodes.Status400BadRequest, "The form was open too long. Try again.");
            return;
        }

        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var name = form["name"].ToString();
        if (accounts.SignIn(name, form["password"].ToString(), out var lockedFor) is { } secret)
        {
            cookie.Set(context, secret);
            PortalLog.SignedIn(logger, name, sessions.Find(secret)!.Role.ToString());
            context.Response.StatusCode = StatusCodes.Status303SeeOther;
            context.Response.Headers.Location = context.Request.PathBase + "/";
            return;
        }

        PortalLog.SignInRefused(logger, IpFilterRule.Text(context.Connection.RemoteIpAddress));
        if (lockedFor is { } wait)
        {
            await ShowAsync(context, StatusCodes.Status429TooManyRequests,
                $"Too many wrong passwords for this name. Try again in {Math.Ceiling(wait.TotalMinutes):0} minutes.");
            return;
        }

        await ShowAsync(context, StatusCodes.Status401Unauthorized, "The user name or the password is wrong.");
    }

    private async Task SignOutAsync(HttpContext context)
    {
        if (!await antiforgery.IsRequestValidAsync(context))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        if (context.User.FindFirstValue(PortalAccess.SessionClaim) is { } id) sessions.Close(id);
        cookie.Delete(context);
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = context.Request.PathBase + "/signin";
    }

    private Task ShowAsync(HttpContext context, int status, string? error)
    {
        var tokens = antiforgery.GetAndStoreTokens(context);
        context.Response.Headers.CacheControl = "no-store";
        var form = SignInPages.Form(tokens.FormFieldName, tokens.RequestToken!, error, accounts.Users.Count > 0, options.OpenId?.Title);
        return SignInPages.WriteAsync(context, status, form);
    }
}
