using System.Collections.Frozen;
using System.Security.Claims;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Muster.Api.Directories;

/// <summary>
/// Checks the bearer tokens of an OpenID Connect issuer: signature by the issuer's published keys, issuer, audience, lifetime. New keys
/// of the issuer are found when a token is signed with one (service-api S-3.3).
/// </summary>
public sealed class DirectoryTokens : IDisposable
{
    private const string Scheme = "Bearer ";
    private const int MaxTokenLength = 16 * 1024;
    private const int MaxNameLength = 128;

    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    // The first that is there names the caller in audit entries.
    private static readonly string[] NameClaims = ["preferred_username", "upn", "unique_name", "appid", "azp", "sub"];

    // Only what needs the issuer's private key; a public key must never serve as a shared one.
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    private readonly DirectoryOptions _options;
    private readonly HttpClient _client;
    private readonly JsonWebTokenHandler _handler = new();
    private readonly ConfigurationManager<OpenIdConnectConfiguration> _issuer;
    private readonly TokenValidationParameters _parameters;
    private readonly TokenValidationParameters _managementParameters;
    private readonly FrozenDictionary<string, IReadOnlyList<string>> _roles;

    /// <summary>Takes the tokens that <paramref name="options"/> describe.</summary>
    /// <param name="options">Issuer, audiences, roles.</param>
    /// <param name="time">The clock.</param>
    /// <param name="handler">Reaches the issuer; null is the system's way. It is disposed with this object.</param>
    public DirectoryTokens(DirectoryOptions options, TimeProvider time, HttpMessageHandler? handler = null)
    {
        _options = options;
        _client = new HttpClient(handler ?? new SocketsHttpHandler()) { Timeout = TimeSpan.FromSeconds(10) };
        _roles = options.Roles.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        _issuer = new ConfigurationManager<OpenIdConnectConfiguration>(
            Authority + "/.well-known/openid-configuration",
            new OpenIdConnectConfigurationRetriever(),
            new HttpDocumentRetriever(_client) { RequireHttps = !options.Authority.IsLoopback })
        {
            // A token with an unknown key may ask the issuer again this soon.
            RefreshInterval = TimeSpan.FromSeconds(30),
        };
        _parameters = new TokenValidationParameters
        {
            ConfigurationManager = _issuer,
            ValidAudiences = options.Audiences,
            ValidAlgorithms = Algorithms,
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            LifetimeValidator = (from, until, _, _) =>
                time.GetUtcNow().UtcDateTime is var now && until is not null && now < until + ClockSkew && !(now < from - ClockSkew),
        };
        _managementParameters = _parameters.Clone();
        _managementParameters.ValidAudiences = options.ManagementAudiences;
    }

    /// <summary>The issuer's address without a trailing slash.</summary>
    public string Authority => _options.Authority.AbsoluteUri.TrimEnd('/');

    /// <summary>What a token is worth where no directory is configured.</summary>
    public static DirectoryIdentity Unavailable { get; } = Refused("no directory sign-in is configured.");

    /// <summary>Whether an <c>Authorization</c> header brings a directory token.</summary>
    public static bool IsBearer(string authorization) => authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>Checks the token that an <c>Authorization</c> header brings to the service API.</summary>
    public Task<DirectoryIdentity> ValidateAsync(string authorization, CancellationToken cancellationToken) =>
        ValidateAsync(authorization, _parameters, cancellationToken);

    /// <summary>Checks the token that an <c>Authorization</c> header brings to the management API: another audience, the same rules.</summary>
    public Task<DirectoryIdentity> ValidateForManagementAsync(string authorization, CancellationToken cancellationToken) =>
        ValidateAsync(authorization, _managementParameters, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private async Task<DirectoryIdentity> ValidateAsync(
        string authorization, TokenValidationParameters parameters, CancellationToken cancellationToken)
    {
        var token = authorization[Scheme.Length..].Trim();
        if (token.Length > MaxTokenLength) return Refused("the token is too long.");
        if (!_handler.CanReadToken(token)) return Refused("it is no JSON web token.");

        try
        {
            await _issuer.GetConfigurationAsync(cancellationToken);
        }
        catch (Exception problem) when (problem is InvalidOperationException or HttpRequestException or IOException or ArgumentException
            && !cancellationToken.IsCancellationRequested)
        {
            return Refused("") with { IssuerProblem = problem.Message };
        }

        var result = await _handler.ValidateTokenAsync(token, parameters);
        if (!result.IsValid) return Refused(ReasonOf(result.Exception));

        var values = result.ClaimsIdentity.Claims.Where(claim => _options.RoleClaims.Contains(claim.Type, StringComparer.Ordinal))
            .Select(claim => claim.Value);
        return new DirectoryIdentity(NameOf(result.ClaimsIdentity), DirectoryRoles.ActionsOf(values, _roles), null);
    }

    private static DirectoryIdentity Refused(string reason) => new("", FrozenSet<string>.Empty, reason);

    // The library's messages quote the token's parts; its type of exception says enough.
    private static string ReasonOf(Exception? exception) => exception switch
    {
        SecurityTokenInvalidAudienceException => "the token is for another audience.",
        SecurityTokenInvalidIssuerException => "the token is of another issuer.",
        SecurityTokenInvalidLifetimeException or SecurityTokenExpiredException or SecurityTokenNotYetValidException =>
            "the token has expired, or is not valid yet.",
        SecurityTokenSignatureKeyNotFoundException => "the token is signed with none of the issuer's keys.",
        SecurityTokenInvalidSignatureException or SecurityTokenInvalidAlgorithmException =>
            "the token is not signed, or its signature does not hold.",
        _ => "the token cannot be read.",
    };

    private static string NameOf(ClaimsIdentity identity)
    {
        var name = NameClaims.Select(type => identity.FindFirst(type)?.Value).FirstOrDefault(value => !string.IsNullOrEmpty(value))
            ?? "unnamed";
        return new([.. name.Take(MaxNameLength).Select(character => IsPlain(character) ? character : '?')]);

        static bool IsPlain(char character) => !char.IsControl(character) && !char.IsSurrogate(character);
    }
}
