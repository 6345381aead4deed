using System.Collections.Concurrent;
using System.Collections.Specialized;
using System.Security.Cryptography;
using System.Text;
using System.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Muster.Portal.Tests;

/// <summary>
/// A small real OpenID Connect issuer on loopback: discovery, keys, authorization endpoint, token endpoint with PKCE and client secret.
/// Whoever comes is signed in as <see cref="Claims"/> say. <see cref="Change"/> makes its ID tokens wrong.
/// </summary>
internal sealed class OpenIdIssuer : IAsyncDisposable
{
    public const string ClientId = "muster-portal";
    public const string ClientSecret = "the portal's own secret";

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ConcurrentDictionary<string, NameValueCollection> _codes = new(StringComparer.Ordinal);
    private WebApplication? _app;

    private OpenIdIssuer()
    {
    }

    public Uri Address { get; private set; } = null!;

    public Dictionary<string, object> Claims { get; } = new() { ["sub"] = "4711", ["preferred_username"] = "olga@example.org" };

    /// <summary>Changes the ID token before it is signed.</summary>
    public Action<SecurityTokenDescriptor>? Change { get; set; }

    /// <summary>What the browser was sent to the authorization endpoint with, newest last.</summary>
    public ConcurrentQueue<NameValueCollection> Requests { get; } = [];

    /// <summary>Why the token endpoint gave nothing, newest last.</summary>
    public ConcurrentQueue<string> TokenErrors { get; } = [];

    public static async Task<OpenIdIssuer> StartAsync()
    {
        var issuer = new OpenIdIssuer();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        issuer._app = app;
        app.MapGet("/.well-known/openid-configuration", issuer.Discover);
        app.MapGet("/keys", issuer.Keys);
        app.MapGet("/authorize", issuer.Authorize);
        app.MapPost("/token", issuer.TokenAsync);
        await app.StartAsync();
        issuer.Address = new Uri(app.Urls.Single());
        return issuer;
    }

    public async ValueTask DisposeAsync()
    {
        await _app!.DisposeAsync();
        _key.Dispose();
    }

    private IResult Discover() => Results.Json(new Dictionary<string, object>
    {
        ["issuer"] = Address.AbsoluteUri.TrimEnd('/'),
        ["authorization_endpoint"] = new Uri(Address, "authorize").AbsoluteUri,
        ["token_endpoint"] = new Uri(Address, "token").AbsoluteUri,
        ["jwks_uri"] = new Uri(Address, "keys").AbsoluteUri,
        ["response_types_supported"] = new[] { "code" },
        ["subject_types_supported"] = new[] { "public" },
        ["id_token_signing_alg_values_supported"] = new[] { "ES256" },
        ["code_challenge_methods_supported"] = new[] { "S256" },
    });

    private IResult Keys()
    {
        var point = _key.ExportParameters(false).Q;
        return Results.Json(new Dictionary<string, object>
        {
            ["keys"] = new[]
            {
                new Dictionary<string, string>
                {
                    ["kty"] = "EC", ["use"] = "sig", ["crv"] = "P-256", ["kid"] = "k1", ["alg"] = "ES256",
                    ["x"] = Base64UrlEncoder.Encode(point.X), ["y"] = Base64UrlEncoder.Encode(point.Y),
                },
            },
        });
    }

    private IResult Authorize(HttpRequest request)
    {
        var query = HttpUtility.ParseQueryString(request.QueryString.Value ?? "");
        Requests.Enqueue(query);
        var code = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        _codes[code] = query;
        return Results.Redirect(QueryHelpers.AddQueryString(query["redirect_uri"]!, new Dictionary<string, string?>
        {
            ["code"] = code,
            ["state"] = query["state"],
        }));
    }

    private async Task<IResult> TokenAsync(HttpRequest request)
    {
        var form = await request.ReadFormAsync();
        if (!_codes.TryRemove(form["code"].ToString(), out var asked)) return Refuse("invalid_grant", "the code is not known, or was used before");
        var challenge = Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString())));
        if (challenge != asked["code_challenge"] || asked["code_challenge_method"] != "S256") return Refuse("invalid_grant", "the verifier does not fit");
        if (form["redirect_uri"] != asked["redirect_uri"]) return Refuse("invalid_grant", "the redirect URI is another");
        if (form["client_id"] != ClientId || form["client_secret"] != ClientSecret) return Refuse("invalid_client", "the client's secret is wrong");

        var token = new SecurityTokenDescriptor
        {
            Issuer = Address.AbsoluteUri.TrimEnd('/'),
            Audience = ClientId,
            IssuedAt = DateTime.UtcNow,
            NotBefore = DateTime.UtcNow.AddMinutes(-1),
            Expires = DateTime.UtcNow.AddMinutes(5),
            Claims = new Dictionary<string, object>(Claims) { ["nonce"] = asked["nonce"]! },
            SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(_key) { KeyId = "k1" }, SecurityAlgorithms.EcdsaSha256),
        };
        Change?.Invoke(token);
        return Results.Json(new Dictionary<string, object>
        {
            ["access_token"] = "not used",
            ["token_type"] = "Bearer",
            ["expires_in"] = 300,
            ["id_token"] = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(token),
        });
    }

    private IResult Refuse(string error, string description)
    {
        TokenErrors.Enqueue(description);
        return Results.Json(new Dictionary<string, string> { ["error"] = error, ["error_description"] = description }, statusCode: 400);
    }
}
