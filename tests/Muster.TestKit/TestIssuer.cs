using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Muster.TestKit;

/// <summary>An OpenID Connect issuer on a loopback port that signs whatever a test asks for.</summary>
public sealed class TestIssuer : IAsyncDisposable
{
    private readonly List<RsaSecurityKey> _published = [];
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };
    private readonly WebApplication _app;

    private TestIssuer(WebApplication app) => _app = app;

    public string Address { get; private set; } = "";

    /// <summary>The key that signs unless another is given.</summary>
    public RsaSecurityKey Key { get; private set; } = NewKey();

    /// <summary>How often the keys were asked for.</summary>
    public int KeyReads { get; private set; }

    public static RsaSecurityKey NewKey() => new(RSA.Create(2048)) { KeyId = Guid.NewGuid().ToString("N") };

    public static async Task<TestIssuer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var issuer = new TestIssuer(builder.Build());
        issuer.Publish(issuer.Key);
        issuer._app.MapGet("/.well-known/openid-configuration", (HttpContext context) => Json(
            context, $$"""{"issuer":"{{issuer.Address}}","jwks_uri":"{{issuer.Address}}/keys","authorization_endpoint":"{{issuer.Address}}/authorize"}"""));
        issuer._app.MapGet("/keys", (HttpContext context) => Json(context, issuer.Keys()));
        await issuer._app.StartAsync();
        issuer.Address = issuer._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return issuer;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    /// <summary>Replaces the signing key and publishes the new one.</summary>
    public void Rotate()
    {
        Key = NewKey();
        _published.Clear();
        Publish(Key);
    }

    /// <summary>A signed token.</summary>
    public string Sign(
        IReadOnlyDictionary<string, object> claims,
        string audience = "https://azure-devices-provisioning.net",
        string? issuer = null,
        TimeSpan? lifetime = null,
        SecurityKey? key = null,
        string? algorithm = SecurityAlgorithms.RsaSha256)
    {
        var expires = DateTime.UtcNow + (lifetime ?? TimeSpan.FromHours(1));
        return _handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer ?? Address,
            Audience = audience,
            NotBefore = expires.AddDays(-1),
            Expires = expires,
            Claims = claims.ToDictionary(),
            SigningCredentials = algorithm is null ? null : new SigningCredentials(key ?? Key, algorithm),
        });
    }

    private static Task Json(HttpContext context, string text)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(text);
    }

    private void Publish(RsaSecurityKey key) => _published.Add(key);

    private string Keys()
    {
        KeyReads++;
        var keys = _published.Select(key =>
        {
            var parameters = key.Rsa.ExportParameters(includePrivateParameters: false);
            return $$"""{"kty":"RSA","use":"sig","kid":"{{key.KeyId}}","n":"{{Base64UrlEncoder.Encode(parameters.Modulus)}}","e":"{{Base64UrlEncoder.Encode(parameters.Exponent)}}"}""";
        });
        return "{\"keys\":[" + string.Join(',', keys) + "]}";
    }
}
