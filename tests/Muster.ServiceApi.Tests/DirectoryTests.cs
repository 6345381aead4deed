using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;
using Muster.Api.Directories;
using Muster.Core.Audit;
using Muster.Core.Enrollments;
using Muster.ServiceApi.Requests;
using Muster.TestKit;

namespace Muster.ServiceApi.Tests;

/// <summary>Directory tokens: checklist row 13 and service-api S-3.3.</summary>
public sealed class DirectoryTests : IAsyncLifetime
{
    private const string Contributor = "Device Provisioning Service Data Contributor";
    private const string Reader = "Device Provisioning Service Data Reader";

    private TestIssuer _issuer = null!;
    private ServiceApiHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _issuer = await TestIssuer.StartAsync();
        var options = new DirectoryOptions
        {
            Authority = new Uri(_issuer.Address),
            Roles = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal)
            {
                ["fleet-admins"] = DataActions.All,
                ["deleters"] = [DataActions.Delete(EnrollmentKind.Individual)],
            },
        };
        _host = new ServiceApiHost { Configure = services => services.AddSingleton(new DirectoryTokens(options, TimeProvider.System)) };
        await _host.InitializeAsync();
        foreach (var path in new[] { "/enrollments/dev", "/enrollmentGroups/dev" }) (await _host.PutAsync(path, Bodies.Symmetric)).ShouldBe(200);
        await _host.RegisterAsync(Bodies.Record(_host, "member", EnrollmentKind.Group, "dev"));
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _issuer.DisposeAsync();
    }

    // Which claim holds which value, and the answers to the operations in the order of service-api S-7.
    [Theory]
    [InlineData("roles", Contributor, "200 200 204 200 200 200 | 200 204 200")]
    [InlineData("roles", "DFCE44E4-17b7-4bd1-a6d1-04996ec95633", "200 200 204 200 200 200 | 200 204 200")]
    [InlineData("groups", "Fleet-Admins", "200 200 204 200 200 200 | 200 204 200")]
    [InlineData("roles", Reader, "200 403 403 403 200 403 | 200 403 200")]
    [InlineData("role", "10745317-c249-44a1-a5ce-3a4353c0bbd8", "200 403 403 403 200 403 | 200 403 200")]
    [InlineData("roles", "deleters", "403 403 204 403 403 403 | 403 403 403")]
    [InlineData("roles", "Microsoft.Devices/provisioningServices/enrollments/write", "403 200 403 200 403 403 | 403 403 403")]
    [InlineData("roles", "Microsoft.Devices/provisioningServices/attestationmechanism/details/action", "403 403 403 403 403 200 | 403 403 403")]
    [InlineData("roles", "Microsoft.Devices/provisioningServices/registrationStates/delete", "403 403 403 403 403 403 | 403 204 403")]
    [InlineData("roles", "Owner", "403 403 403 403 403 403 | 403 403 403")]
    [InlineData("scp", Contributor, "403 403 403 403 403 403 | 403 403 403")]
    public async Task Role_permits_data_actions(string claim, string value, string expected)
    {
        var header = Bearer(_issuer.Sign(Claims(claim, new[] { "other", value })));
        var bulk = """{"mode":"create","enrollments":[{"registrationId":"bulk","attestation":{"type":"symmetricKey"}}]}""";
        var replies = new List<Reply>
        {
            await _host.GetAsync("/enrollments/dev", header),
            await _host.PutAsync("/enrollments/dev", Bodies.Symmetric, header, ("If-Match", "*")),
            await _host.DeleteAsync("/enrollments/dev", header),
            await _host.PostAsync("/enrollments", bulk, header),
            await _host.PostAsync("/enrollments/query", "{\"query\":\"*\"}", header),
        };
        await _host.PutAsync("/enrollments/dev", Bodies.Symmetric);
        replies.Add(await _host.PostAsync("/enrollments/dev/attestationmechanism", null, header));
        replies.Add(await _host.GetAsync("/registrations/member", header));
        replies.Add(await _host.DeleteAsync("/registrations/member", header));
        replies.Add(await _host.PostAsync("/registrations/dev/query", null, header));

        var statuses = replies.Select(reply => $"{reply.Status}").ToList();
        Assert.Equal(expected, $"{string.Join(' ', statuses.Take(6))} | {string.Join(' ', statuses.Skip(6))}");
        Assert.All(replies.Where(reply => reply.Status == 403), reply => reply.ShouldBe(403000));
    }

    [Theory]
    [InlineData("Microsoft.Devices/provisioningServices/enrollments/write", 403)]
    [InlineData(Contributor, 200)]
    public async Task Deleting_in_bulk_needs_its_own_action(string role, int expected)
    {
        var header = Bearer(_issuer.Sign(Claims("roles", new[] { role })));
        var reply = await _host.PostAsync("/enrollments", """{"mode":"delete","enrollments":[{"registrationId":"dev"}]}""", header);
        Assert.Equal(expected, reply.Status);
    }

    [Theory]
    [InlineData("right", 200)]
    [InlineData("another audience", 401)]
    [InlineData("another issuer", 401)]
    [InlineData("expired", 401)]
    [InlineData("expired a minute ago", 200)]
    [InlineData("unsigned", 401)]
    [InlineData("another key", 401)]
    [InlineData("public key as a shared one", 401)]
    [InlineData("tampered", 401)]
    [InlineData("cut off", 401)]
    [InlineData("no token", 401)]
    [InlineData("empty", 401)]
    [InlineData("too long", 401)]
    public async Task Token_must_hold(string flaw, int expected)
    {
        var claims = Claims("roles", Contributor);
        var token = _issuer.Sign(claims);
        var presented = flaw switch
        {
            "another audience" => _issuer.Sign(claims, audience: "https://management.azure.com"),
            "another issuer" => _issuer.Sign(claims, issuer: "https://issuer.example.org"),
            "expired" => _issuer.Sign(claims, lifetime: TimeSpan.FromHours(-1)),
            "expired a minute ago" => _issuer.Sign(claims, lifetime: TimeSpan.FromMinutes(-1)),
            "unsigned" => _issuer.Sign(claims, algorithm: null),
            "another key" => _issuer.Sign(claims, key: TestIssuer.NewKey()),
            "public key as a shared one" => _issuer.Sign(
                claims, key: new SymmetricSecurityKey(_issuer.Key.Rsa.ExportSubjectPublicKeyInfo()), algorithm: SecurityAlgorithms.HmacSha256),
            "tampered" => Tamper(token),
            "cut off" => token[..^3],
            "no token" => "abc",
            "empty" => "",
            "too long" => new string('a', 20_000),
            _ => token,
        };
        var reply = await _host.GetAsync("/enrollments/dev", Bearer(presented));
        Assert.Equal(expected, reply.Status);
        if (expected == 200) return;
        reply.ShouldBe(401002);
        Assert.Equal($"SharedAccessSignature,Bearer authorization_uri=\"{_issuer.Address}\"", reply.Headers["WWW-Authenticate"].Replace(", ", ",", StringComparison.Ordinal));
        if (presented.Length > 10) Assert.DoesNotContain(presented, _host.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task New_key_of_the_issuer_is_found()
    {
        (await _host.GetAsync("/enrollments/dev", Bearer(_issuer.Sign(Claims("roles", Reader))))).ShouldBe(200);
        _issuer.Rotate();
        // The keys are read anew behind the first token that needs them.
        var header = Bearer(_issuer.Sign(Claims("roles", Reader)));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        while ((await _host.GetAsync("/enrollments/dev", header)).Status != 200)
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        Assert.Equal(2, _issuer.KeyReads);
    }

    [Fact]
    public async Task Audit_names_the_subject()
    {
        var token = _issuer.Sign(new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["roles"] = Contributor,
            ["preferred_username"] = "ops@example.org",
            ["sub"] = "1234",
        });
        (await _host.PutAsync("/enrollments/audited", Bodies.Symmetric, Bearer(token))).ShouldBe(200);
        var entry = Assert.Single(await _host.AuditAsync(new AuditFilter { EntityId = "audited" })).Entry;
        Assert.Equal((AuditCallerKind.DirectorySubject, "ops@example.org"), (entry.Caller.Kind, entry.Caller.Name));
    }

    [Fact]
    public async Task Issuer_that_does_not_answer_is_a_temporary_failure()
    {
        var token = _issuer.Sign(Claims("roles", Contributor));
        await _issuer.DisposeAsync();
        (await _host.GetAsync("/enrollments/dev", Bearer(token))).ShouldBe(503001);
    }

    [Fact]
    public async Task Without_a_directory_no_token_holds()
    {
        await using var host = new ServiceApiHost();
        await host.InitializeAsync();
        var reply = (await host.GetAsync("/enrollments/dev", Bearer(_issuer.Sign(Claims("roles", Contributor))))).ShouldBe(401002);
        Assert.Equal("SharedAccessSignature", reply.Headers["WWW-Authenticate"]);
    }

    [Fact]
    public async Task Directory_tokens_alone_hold_while_local_accounts_are_off()
    {
        await _host.ChangeAsync(instance => instance with { DisableLocalAuth = true });
        (await _host.GetAsync("/enrollments/dev", Bearer(_issuer.Sign(Claims("roles", Contributor))))).ShouldBe(200);
        var refused = (await _host.GetAsync("/enrollments/dev", ("Authorization", _host.Token()))).ShouldBe(401002);
        Assert.Equal($"Bearer authorization_uri=\"{_issuer.Address}\"", refused.Headers["WWW-Authenticate"]);
    }

    private static Dictionary<string, object> Claims(string claim, object value) => new(StringComparer.Ordinal) { [claim] = value, ["sub"] = "me" };

    private static (string Name, string Value) Bearer(string token) => ("Authorization", "Bearer " + token);

    private static string Tamper(string token)
    {
        var parts = token.Split('.');
        var claims = Encoding.UTF8.GetString(Base64UrlEncoder.DecodeBytes(parts[1]));
        parts[1] = Base64UrlEncoder.Encode(claims.Replace("\"me\"", "\"root\"", StringComparison.Ordinal));
        return string.Join('.', parts);
    }
}
