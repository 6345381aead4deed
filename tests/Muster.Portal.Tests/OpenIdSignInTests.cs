using System.Net;
using System.Security.Cryptography;
using System.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;
using Microsoft.Playwright;
using Muster.Composition;
using Muster.Configuration;
using Muster.Core.Secrets;
using Muster.Portal.SignIn;
using static Microsoft.Playwright.Assertions;

namespace Muster.Portal.Tests;

/// <summary>Sign-in at a directory by authorization code with PKCE, against a real issuer over HTTP (portal 11).</summary>
[Collection(PortalCollection.Name)]
public sealed class OpenIdSignInTests(PortalFixture portal) : IDisposable
{
    private readonly List<string> _folders = [];

    public static TheoryData<string, Action<SecurityTokenDescriptor>> BadTokens => new()
    {
        { "another nonce", token => token.Claims["nonce"] = "638000000000000000.c29tZXRoaW5nIGVsc2U" },
        { "no nonce", token => token.Claims.Remove("nonce") },
        { "another audience", token => token.Audience = "another-portal" },
        { "another issuer", token => token.Issuer = "https://issuer.example.org" },
        { "a signature by another key", token => token.SigningCredentials = Other(SecurityAlgorithms.EcdsaSha256) },
        { "a signature with the client's secret", token => token.SigningCredentials = Shared() },
        { "no signature", token => token.SigningCredentials = null },
        { "an end long ago", token => (token.NotBefore, token.Expires) = (DateTime.UtcNow.AddHours(-2), DateTime.UtcNow.AddHours(-1)) },
        { "a start far ahead", token => (token.NotBefore, token.Expires) = (DateTime.UtcNow.AddHours(1), DateTime.UtcNow.AddHours(2)) },
        { "no end", token => token.Expires = null },
    };

    public void Dispose() => _folders.ForEach(folder => Directory.Delete(folder, recursive: true));

    [Theory]
    [InlineData("portal-admins", PortalRole.Administrator)]
    [InlineData("PORTAL-WRITERS", PortalRole.Contributor)]
    [InlineData("portal-readers", PortalRole.Reader)]
    public async Task A_value_of_the_role_claim_becomes_a_role_of_the_portal(string group, PortalRole expected)
    {
        await using var issuer = await OpenIdIssuer.StartAsync();
        issuer.Claims["groups"] = new[] { "everybody", group, "portal-readers" };
        await using var server = await StartAsync(issuer);
        using var browser = Browser(server, out var cookies);

        var answer = await WalkAsync(browser);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("You are olga@example.org", await answer.Content.ReadAsStringAsync());
        var cookie = cookies.GetAllCookies().Single(one => one.Name.StartsWith("muster-session", StringComparison.Ordinal));
        var session = server.Services.GetRequiredService<PortalSessions>().Find(cookie.Value)!;
        Assert.Equal(("olga@example.org", expected), (session.UserName, session.Role));

        // The way itself: a code, a challenge, a state and a nonce, and nothing secret in the address.
        var asked = Assert.Single(issuer.Requests);
        Assert.Equal(("code", "S256", OpenIdIssuer.ClientId), (asked["response_type"], asked["code_challenge_method"], asked["client_id"]));
        Assert.Equal(43, asked["code_challenge"]!.Length);
        Assert.All((string[])["state", "nonce"], name => Assert.True(asked[name]!.Length > 40));
        Assert.Equal("openid profile", asked["scope"]);
        Assert.Null(asked["client_secret"]);
    }

    [Theory]
    [MemberData(nameof(BadTokens))]
    public async Task An_ID_token_that_does_not_hold_signs_nobody_in(string what, Action<SecurityTokenDescriptor> change)
    {
        await using var issuer = await OpenIdIssuer.StartAsync();
        issuer.Claims["groups"] = "portal-admins";
        issuer.Change = change;
        await using var server = await StartAsync(issuer);
        using var browser = Browser(server, out var cookies);

        var answer = await WalkAsync(browser);

        Assert.True(answer.StatusCode == HttpStatusCode.BadRequest, what);
        Assert.Contains("does not hold", await answer.Content.ReadAsStringAsync());
        AssertNoSession(cookies);
        Assert.Empty(issuer.TokenErrors);
    }

    [Theory]
    [InlineData("another state")]
    [InlineData("no state")]
    [InlineData("another browser")]
    [InlineData("a code used before")]
    [InlineData("no code")]
    public async Task A_return_that_does_not_belong_to_a_sign_in_of_this_browser_signs_nobody_in(string what)
    {
        await using var issuer = await OpenIdIssuer.StartAsync();
        issuer.Claims["groups"] = "portal-admins";
        await using var server = await StartAsync(issuer);
        using var browser = Browser(server, out var cookies);
        using var other = Browser(server, out var otherCookies);

        var back = await WalkToReturnAsync(browser);
        var query = HttpUtility.ParseQueryString(back.Query);
        var wrong = what switch
        {
            "another state" => HttpUtility.ParseQueryString((await WalkToReturnAsync(other)).Query)["state"],
            "no state" => null,
            _ => query["state"],
        };
        if (wrong is null) query.Remove("state");
        else query["state"] = wrong;
        if (what == "no code") query.Remove("code");
        var client = what == "another browser" ? other : browser;
        if (what == "a code used before")
        {
            // The issuer gives a code out once; a stolen one comes too late.
            using var thief = new HttpClient();
            using var taken = await thief.PostAsync(new Uri(issuer.Address, "token"), new FormUrlEncodedContent([new("code", query["code"]!)]));
            Assert.Equal(HttpStatusCode.BadRequest, taken.StatusCode);
        }

        var answer = await client.GetAsync($"{OpenIdSignIn.ReturnPath}?{query}");

        Assert.True(answer.StatusCode == HttpStatusCode.BadRequest, what);
        AssertNoSession(cookies);
        AssertNoSession(otherCookies);
    }

    [Fact]
    public async Task A_return_cannot_be_played_again()
    {
        await using var issuer = await OpenIdIssuer.StartAsync();
        issuer.Claims["groups"] = "portal-readers";
        await using var server = await StartAsync(issuer);
        using var browser = Browser(server, out _);
        var back = await WalkToReturnAsync(browser);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(back.PathAndQuery)).StatusCode);

        // A browser that has its session is simply there; one without gets nothing by the same address.
        using var again = Browser(server, out var cookies);
        Assert.Equal(HttpStatusCode.BadRequest, (await again.GetAsync(back.PathAndQuery)).StatusCode);
        AssertNoSession(cookies);
    }

    [Theory]
    [InlineData("groups", "nobody-knows")]
    [InlineData("department", "portal-admins")]
    public async Task Without_a_role_nobody_is_signed_in_and_the_person_is_told_whom_to_ask(string claim, string value)
    {
        await using var issuer = await OpenIdIssuer.StartAsync();
        issuer.Claims[claim] = value;
        await using var server = await StartAsync(issuer);
        using var browser = Browser(server, out var cookies);

        var answer = await WalkAsync(browser);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.Contains("olga@example.org has no role in this portal", text);
        Assert.Contains("groups", text);
        AssertNoSession(cookies);
    }

    [Theory]
    [InlineData("first administrator")]
    [InlineData("Local Lisa")]
    public async Task Nobody_of_the_directory_takes_a_local_name(string name)
    {
        await using var issuer = await OpenIdIssuer.StartAsync();
        issuer.Claims["groups"] = "portal-readers";
        issuer.Claims["preferred_username"] = name;
        await using var server = await StartAsync(issuer);
        Assert.Null(server.Services.GetRequiredService<PortalAccounts>().Add("local lisa", "correct horse battery", PortalRole.Reader));
        using var browser = Browser(server, out var cookies);

        Assert.Equal(HttpStatusCode.Forbidden, (await WalkAsync(browser)).StatusCode);
        AssertNoSession(cookies);
    }

    [Fact]
    public async Task A_person_without_a_name_is_not_signed_in()
    {
        await using var issuer = await OpenIdIssuer.StartAsync();
        issuer.Claims["groups"] = "portal-admins";
        await using var server = await StartAsync(issuer.Address, options => options with { NameClaims = ["email"] });
        using var browser = Browser(server, out var cookies);

        Assert.Equal(HttpStatusCode.Forbidden, (await WalkAsync(browser)).StatusCode);
        AssertNoSession(cookies);
    }

    [Fact]
    public async Task A_person_who_gives_up_at_the_issuer_is_told_so()
    {
        await using var issuer = await OpenIdIssuer.StartAsync();
        await using var server = await StartAsync(issuer);
        using var browser = Browser(server, out var cookies);
        var state = HttpUtility.ParseQueryString((await WalkToReturnAsync(browser)).Query)["state"]!;

        var answer = await browser.GetAsync($"{OpenIdSignIn.ReturnPath}?error=access_denied&state={Uri.EscapeDataString(state)}");

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("did not let you in", await answer.Content.ReadAsStringAsync());
        AssertNoSession(cookies);
    }

    [Fact]
    public async Task An_issuer_that_is_down_is_told_and_local_users_still_sign_in()
    {
        Uri gone;
        await using (var issuer = await OpenIdIssuer.StartAsync()) gone = issuer.Address;
        await using var server = await StartAsync(gone);
        using var browser = Browser(server, out _);

        var answer = await browser.GetAsync(OpenIdSignIn.StartPath);

        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Contains("cannot be reached", await answer.Content.ReadAsStringAsync());
        Assert.Contains("User name", await browser.GetStringAsync("/signin"));
    }

    [Fact]
    public async Task Without_a_directory_and_at_other_doors_there_is_no_way_through_it()
    {
        using var browser = Browser(portal.Server, out _);
        Assert.Equal("/signin", (await browser.GetAsync(OpenIdSignIn.StartPath)).Headers.Location!.ToString());
        Assert.DoesNotContain("Sign in with", await browser.GetStringAsync("/signin"));

        await using var issuer = await OpenIdIssuer.StartAsync();
        await using var server = await StartAsync(issuer);
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null;
        using var device = new HttpClient(handler);
        using var answer = await device.GetAsync($"https://localhost:{server.HttpsPort}{OpenIdSignIn.ReturnPath}?code=x&state=y");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task In_a_browser_the_button_leads_through_the_directory_into_the_portal()
    {
        await using var issuer = await OpenIdIssuer.StartAsync();
        issuer.Claims["groups"] = new[] { "portal-readers" };
        await using var server = await StartAsync(issuer);
        var page = await portal.OpenAsync("/", signedIn: false);
        await page.GotoAsync(new Uri(server.Endpoints.Portal).GetLeftPart(UriPartial.Authority));
        await page.Link("Sign in with Example Works").ClickAsync();

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "All resources" })).ToBeVisibleAsync();
        await Expect(page.GetByText("olga@example.org").First).ToBeVisibleAsync();
    }

    private Task<MusterServer> StartAsync(OpenIdIssuer issuer) => StartAsync(issuer.Address);

    private Task<MusterServer> StartAsync(Uri authority, Func<OpenIdOptions, OpenIdOptions>? change = null)
    {
        var folder = Directory.CreateTempSubdirectory("muster-directory-").FullName;
        _folders.Add(folder);
        var signIn = new OpenIdOptions
        {
            Authority = authority,
            ClientId = OpenIdIssuer.ClientId,
            ClientSecret = new Secret(OpenIdIssuer.ClientSecret),
            Title = "Example Works",
            Roles = new Dictionary<string, PortalRole>
            {
                ["portal-admins"] = PortalRole.Administrator,
                ["portal-writers"] = PortalRole.Contributor,
                ["portal-readers"] = PortalRole.Reader,
            },
        };
        var options = new MusterOptions
        {
            DataFolder = folder,
            HttpsPort = 0,
            MqttPort = 0,
            AmqpPort = 0,
            PortalPort = 0,
            CrlPort = 0,
            PortalSignIn = change?.Invoke(signIn) ?? signIn,
        };
        return MusterServer.StartAsync(options, new ProvisioningParts(), TimeProvider.System, TextWriter.Null, CancellationToken.None);
    }

    private static HttpClient Browser(MusterServer server, out CookieContainer cookies)
    {
        cookies = new CookieContainer();
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = cookies };
        return new HttpClient(handler) { BaseAddress = new Uri($"http://localhost:{server.PortalPort}/") };
    }

    /// <summary>Goes to the issuer and back, up to the portal's answer.</summary>
    private static async Task<HttpResponseMessage> WalkAsync(HttpClient browser) =>
        await browser.GetAsync((await WalkToReturnAsync(browser)).PathAndQuery);

    /// <summary>Goes to the issuer, and tells where that sends the browser.</summary>
    private static async Task<Uri> WalkToReturnAsync(HttpClient browser)
    {
        using var start = await browser.GetAsync(OpenIdSignIn.StartPath);
        Assert.Equal(HttpStatusCode.Redirect, start.StatusCode);
        using var issuer = await browser.GetAsync(start.Headers.Location);
        Assert.Equal(HttpStatusCode.Redirect, issuer.StatusCode);
        return issuer.Headers.Location!;
    }

    private static void AssertNoSession(CookieContainer cookies) =>
        Assert.DoesNotContain(cookies.GetAllCookies(), cookie => cookie.Name.StartsWith("muster-session", StringComparison.Ordinal));

    private static SigningCredentials Other(string algorithm) =>
        new(new ECDsaSecurityKey(ECDsa.Create(ECCurve.NamedCurves.nistP256)) { KeyId = "k1" }, algorithm);

    private static SigningCredentials Shared() => new(
        new SymmetricSecurityKey(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(OpenIdIssuer.ClientSecret))) { KeyId = "k1" },
        SecurityAlgorithms.HmacSha256);
}
