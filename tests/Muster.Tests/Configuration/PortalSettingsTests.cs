using Muster.Configuration;
using Muster.Portal.SignIn;

namespace Muster.Tests.Configuration;

public sealed class PortalSettingsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<OptionMistake> _mistakes = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_directory_is_read_with_its_roles_and_the_secret_from_a_file()
    {
        _folder.Write("secret.txt", "s3cret\n");

        var signIn = Read("""
            "Authority": "https://login.example.org/realms/works", "ClientId": "muster", "ClientSecretFile": "secret.txt", "Title": "Example Works",
            "Scopes": ["profile", "email"], "NameClaims": ["email"], "RoleClaims": ["groups"], "UseUserInfo": "true",
            "Roles": { "ops": "administrator", "field": "Contributor", "all": "reader" }
            """)!.PortalSignIn!;

        Assert.Empty(_mistakes);
        Assert.Equal(("https://login.example.org/realms/works", "muster", "s3cret", "Example Works", true),
            (signIn.Authority.AbsoluteUri, signIn.ClientId, signIn.ClientSecret!.Reveal(), signIn.Title, signIn.UseUserInfo));
        Assert.Equal(["profile", "email"], signIn.Scopes);
        Assert.Equal(["email"], signIn.NameClaims);
        Assert.Equal(["groups"], signIn.RoleClaims);
        Assert.Equal(PortalRole.Administrator, signIn.Roles["OPS"]);
        Assert.Equal(PortalRole.Contributor, signIn.Roles["field"]);
        Assert.Equal(PortalRole.Reader, signIn.Roles["all"]);
    }

    [Theory]
    [InlineData("""{ "ClientId": "m", "Roles": { "a": "reader" } }""", "Authority", "It is not the address of an issuer.")]
    [InlineData("""{ "Authority": "http://login.example.org", "ClientId": "m", "Roles": { "a": "reader" } }""", "Authority", "It is not the address of an issuer.")]
    [InlineData("""{ "Authority": "https://a.example", "Roles": { "a": "reader" } }""", "ClientId", "It is missing.")]
    [InlineData("""{ "Authority": "https://a.example", "ClientId": "m" }""", "Roles", "Nobody could sign in.")]
    [InlineData("""{ "Authority": "https://a.example", "ClientId": "m", "Roles": { "a": "owner" } }""", "Roles:a", "It is no role of the portal.")]
    [InlineData("""{ "Authority": "https://a.example", "ClientId": "m", "Roles": { "a": "2" } }""", "Roles:a", "It is no role of the portal.")]
    [InlineData("""{ "Authority": "https://a.example", "ClientId": "m", "Secret": "x", "Roles": { "a": "reader" } }""", "Secret", "There is no such setting.")]
    [InlineData("""{ "Authority": "https://a.example", "ClientId": "m", "ClientSecretFile": "gone", "Roles": { "a": "reader" } }""", "ClientSecretFile", "The file cannot be read")]
    public void A_mistake_names_its_key(string section, string key, string problem)
    {
        Assert.Null(Read(section.Trim()[1..^1]));
        Assert.Contains(_mistakes, mistake => mistake.ToString() is var text
            && text.Contains("PortalSignIn in ", StringComparison.Ordinal)
            && text.Contains($".json:{key}", StringComparison.Ordinal)
            && text.Contains(problem, StringComparison.Ordinal));
    }

    private MusterOptions? Read(string members)
    {
        _folder.Write("appsettings.json", $$"""{ "Muster": { "PortalSignIn": { {{members}} } } }""");
        return MusterOptionsReader.Read(new Dictionary<string, IReadOnlyList<string>>(), new Dictionary<string, string>(), _folder.Path, _mistakes);
    }
}
