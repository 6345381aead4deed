using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using Muster.Core.Networking;

namespace Muster.Portal.SignIn;

/// <summary>
/// Sign-in at an OpenID Connect issuer: authorization code with PKCE, state, nonce and a checked ID token, by the framework's own
/// handler. What it brings back becomes a session like any other (portal 11).
/// </summary>
/// <param name="portal">The door and the issuer.</param>
/// <param name="cookie">Holds the session.</param>
/// <param name="sessions">Opens it.</param>
/// <param name="accounts">Local names, which nobody of the directory may take.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Notes sign-ins and why one failed.</param>
internal sealed class OpenIdSignIn(
    PortalOptions portal, SessionCookie cookie, PortalSessions sessions, PortalAccounts accounts, TimeProvider time, ILogger<OpenIdSignIn> logger)
    : IConfigureNamedOptions<OpenIdConnectOptions>
{
    /// <summary>Where the button leads.</summary>
    public const string StartPath = "/signin/directory";

    /// <summary>Where the issuer sends the browser back to; the issuer knows it as a redirect URI of the portal.</summary>
    public const string ReturnPath = "/signin/directory/return";

    /// <summary>The handler's name.</summary>
    public const string Scheme = "directory";

    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    // Only what needs the issuer's private key; neither a public key nor the client secret must ever serve for a signature.
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    /// <summary>Whether a path belongs to the way through the issuer, which nobody walks signed in.</summary>
    public static bool IsOnTheWay(PathString path) => path.Value is StartPath or ReturnPath;

    /// <summary>Adds the endpoints.</summary>
    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet(StartPath, StartAsync);
        endpoints.MapGet(ReturnPath, ReturnAsync);
    }

    /// <inheritdoc/>
    public void Configure(OpenIdConnectOptions options) => Configure(Options.DefaultName, options);

    /// <inheritdoc/>
    public void Configure(string? name, OpenIdConnectOptions options)
    {
        if (name != Scheme || portal.OpenId is not { } issuer) return;
        options.Authority = issuer.Authority.AbsoluteUri.TrimEnd('/');
        options.RequireHttpsMetadata = !issuer.Authority.IsLoopback;
        options.ClientId = issuer.ClientId;
        options.ClientSecret = issuer.ClientSecret?.Reveal();
        options.ResponseType = OpenIdConnectResponseType.Code;
        options.ResponseMode = OpenIdConnectResponseMode.Query;
        options.UsePkce = true;
        options.CallbackPath = ReturnPath;
        options.BackchannelTimeout = TimeSpan.FromSeconds(10);
        options.TimeProvider = time;
        options.MapInboundClaims = false;
        options.SaveTokens = false;
        options.GetClaimsFromUserInfoEndpoint = issuer.UseUserInfo;
        foreach (var claim in issuer.RoleClaims.Concat(issuer.NameClaims).Where(_ => issuer.UseUserInfo))
            options.ClaimActions.MapJsonKey(claim, claim);
        options.Scope.Clear();
        foreach (var scope in issuer.Scopes.Prepend("openid").Distinct(StringComparer.Ordinal)) options.Scope.Add(scope);
        options.TokenValidationParameters.ValidAlgorithms = Algorithms;
        options.TokenValidationParameters.LifetimeValidator = (from, until, _, _) =>
            time.GetUtcNow().UtcDateTime is var now && until is not null && now < until + ClockSkew && !(now < from - ClockSkew);

        // The issuer sends the browser back by a navigation from its own site, which strict cookies would not survive.
        foreach (var way in (CookieBuilder[])[options.CorrelationCookie, options.NonceCookie])
        {
            way.SameSite = SameSiteMode.Lax;
            way.SecurePolicy = portal.IsExposed ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
        }

        options.CorrelationCookie.Name = $"muster-directory-{portal.Port}.";
        options.NonceCookie.Name = $"muster-nonce-{portal.Port}.";
        options.Events.OnTokenValidated = RequireSignature;
        options.Events.OnTicketReceived = SignInAsync;
        options.Events.OnRemoteFailure = FailAsync;
    }

    private async Task StartAsync(HttpContext context)
    {
        try
        {
            await context.ChallengeAsync(Scheme, new AuthenticationProperties { RedirectUri = "/" });
        }
        catch (Exception problem) when (problem is InvalidOperationException or HttpRequestException or IOException)
        {
            // The handler tells an issuer that it cannot read by these.
            PortalLog.DirectoryUnreachable(logger, portal.OpenId!.Authority, problem);
            await SignInPages.WriteAsync(context, StatusCodes.Status502BadGateway, SignInPages.DirectoryProblem(
                $"The directory at {portal.OpenId.Authority.Host} cannot be reached, or does not answer as one. The log of the server has the cause."));
        }
    }

    private static async Task ReturnAsync(HttpContext context)
    {
        var handlers = context.RequestServices.GetRequiredService<IAuthenticationHandlerProvider>();
        if (await handlers.GetHandlerAsync(context, Scheme) is not IAuthenticationRequestHandler handler || !await handler.HandleRequestAsync())
            context.Response.StatusCode = StatusCodes.Status404NotFound;
    }

    /// <summary>
    /// The handler takes unsigned tokens from the token endpoint, as the protocol allows where TLS names the issuer. Here plain HTTP to
    /// a loopback issuer is allowed too, and a token that needs no key is worth nothing.
    /// </summary>
    private static Task RequireSignature(TokenValidatedContext context)
    {
        if (!Algorithms.Contains(context.SecurityToken.Header.Alg, StringComparer.Ordinal)) context.Fail("The ID token is not signed.");
        return Task.CompletedTask;
    }

    private Task SignInAsync(TicketReceivedContext ticket)
    {
        ticket.HandleResponse();
        var issuer = portal.OpenId!;
        var person = OpenIdPerson.From(ticket.Principal, issuer);
        if (person.Name.Length == 0)
        {
            return RefuseAsync(ticket.HttpContext, StatusCodes.Status403Forbidden,
                $"The directory does not say who you are: none of {string.Join(", ", issuer.NameClaims)} is in its answer.");
        }

        if (person.Role is not { } role)
        {
            return RefuseAsync(ticket.HttpContext, StatusCodes.Status403Forbidden,
                $"{person.Name} has no role in this portal. Ask its administrator for one: the directory must put it into "
                + $"{string.Join(", ", issuer.RoleClaims)}.");
        }

        if (person.Name.Equals(PortalSessions.FirstAdministrator, StringComparison.OrdinalIgnoreCase)
            || accounts.Users.Any(user => user.Name.Equals(person.Name, StringComparison.OrdinalIgnoreCase)))
        {
            return RefuseAsync(ticket.HttpContext, StatusCodes.Status403Forbidden,
                $"A local user is called {person.Name} as well, and the portal would take you for that person. Remove the local user first.");
        }

        cookie.Set(ticket.HttpContext, sessions.Open(person.Name, role));
        PortalLog.SignedIn(logger, person.Name, role.ToString());

        // A redirect would still count as coming from the issuer's site, and the browser would keep the session's cookie back.
        return SignInPages.WriteAsync(ticket.HttpContext, StatusCodes.Status200OK, SignInPages.GoOn(person.Name));
    }

    private Task FailAsync(RemoteFailureContext failure)
    {
        failure.HandleResponse();
        var (status, text) = failure.Failure?.Data["error"]?.ToString() == "access_denied"
            ? (StatusCodes.Status403Forbidden, "The directory did not let you in, or you ended the sign-in there.")
            : (StatusCodes.Status400BadRequest,
                "What came back from the directory does not belong to a sign-in that this browser began a short while ago, or it does not hold.");
        PortalLog.DirectoryRefused(logger, failure.Failure);
        return RefuseAsync(failure.HttpContext, status, text);
    }

    private Task RefuseAsync(HttpContext context, int status, string text)
    {
        PortalLog.SignInRefused(logger, IpFilterRule.Text(context.Connection.RemoteIpAddress));
        return SignInPages.WriteAsync(context, status, SignInPages.DirectoryProblem(text));
    }
}
