using System.Security.Cryptography;
using System.Text;
using Muster.Api.Authentication;
using Muster.Core.Instances;
using Muster.Core.Secrets;
using Muster.ServiceApi.Requests;
using Xunit;

namespace Muster.ServiceApi.Tests;

/// <summary>service-api S-3 and the checklist rows 1 to 12.</summary>
public sealed class AuthenticationTests(ServiceApiHost host) : IClassFixture<ServiceApiHost>
{
    private static readonly long Future = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds();

    public static TheoryData<string> Orders()
    {
        var rows = new TheoryData<string>();
        string[] parts = ["sr", "sig", "se", "skn"];
        foreach (var a in parts)
            foreach (var b in parts.Except([a]))
                foreach (var c in parts.Except([a, b]))
                    rows.Add($"{a} {b} {c} {parts.Except([a, b, c]).Single()}");
        return rows;
    }

    [Fact]
    public async Task Keys_are_rotated_while_the_service_runs()
    {
        var old = await host.AddPolicyAsync("rotated-" + Bodies.Id(), AccessRights.EnrollmentRead);
        var bySecondary = old with { Keys = new SymmetricKeyPair(old.Keys.Secondary, old.Keys.Primary) };
        var fresh = old with { Keys = new SymmetricKeyPair(SymmetricKeyPair.Generate().Primary, old.Keys.Secondary) };
        await ShouldAnswerAsync((old, 404201), (bySecondary, 404201), (fresh, 401002));
        await host.ChangeAsync(instance => instance with
        {
            AccessPolicies = [.. instance.AccessPolicies.Select(policy => policy.Name == old.Name ? fresh : policy)],
        });
        await ShouldAnswerAsync((old, 401002), (bySecondary, 404201), (fresh, 404201));

        async Task ShouldAnswerAsync(params (AccessPolicy SignedBy, int Expected)[] rows)
        {
            foreach (var (policy, expected) in rows)
                (await host.GetAsync("/enrollments/missing", ("Authorization", host.Token(policy)))).ShouldBe(expected);
        }
    }

    [Theory]
    [InlineData("GET", "/enrollments/x")]
    [InlineData("PUT", "/enrollments/x")]
    [InlineData("DELETE", "/enrollments/x")]
    [InlineData("POST", "/enrollments")]
    [InlineData("POST", "/enrollments/query")]
    [InlineData("POST", "/enrollments/x/attestationmechanism")]
    [InlineData("GET", "/enrollmentGroups/x")]
    [InlineData("PUT", "/enrollmentGroups/x")]
    [InlineData("DELETE", "/enrollmentGroups/x")]
    [InlineData("POST", "/enrollmentGroups")]
    [InlineData("POST", "/enrollmentGroups/query")]
    [InlineData("POST", "/enrollmentGroups/x/attestationmechanism")]
    [InlineData("GET", "/registrations/x")]
    [InlineData("DELETE", "/registrations/x")]
    [InlineData("POST", "/registrations/x/query")]
    public async Task Operation_without_token_is_unauthorized_before_anything_else_is_looked_at(string method, string path)
    {
        var reply = await host.SendAsync(method, path + "?api-version=bogus", null, ("Authorization", ""));

        reply.ShouldBe(401002);
        Assert.Equal("errorCode trackingId message timestampUtc", reply.Members);
        Assert.Equal("Unauthorized", reply.Message);
        Assert.Equal(reply["trackingId"].GetString(), reply.Headers["x-ms-request-id"]);
        Assert.True(Guid.TryParse(reply["trackingId"].GetString(), out _));
        Assert.Equal("401002", reply.Headers["x-ms-error-code"]);
        Assert.Equal("SharedAccessSignature", reply.Headers["WWW-Authenticate"]);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$", reply["timestampUtc"].GetString());
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task Token_parts_may_stand_in_any_order(string order)
    {
        var parts = Parts(Uri.EscapeDataString(host.Host), Future.ToString());
        (await Query("SharedAccessSignature " + string.Join('&', order.Split(' ').Select(name => $"{name}={parts[name]}")))).ShouldBe(200);
    }

    public static TheoryData<string, int> Tokens() => new()
    {
        { "resource not encoded", 200 },
        { "resource encoded", 200 },
        { "resource with scheme, encoded", 200 },
        { "resource in upper case", 200 },
        { "resource with trailing slash", 200 },
        { "resource without port", 200 },
        { "resource of this path", 200 },
        { "signature with lower-case escapes", 200 },
        { "signature not escaped", 200 },
        { "scheme word in lower case", 200 },
        { "unknown part added", 200 },
        { "policy name in upper case", 200 },
        { "secondary key", 200 },
        { "expired four minutes ago", 200 },
        { "expires in 2099", 200 },
        { "expired an hour ago", 401 },
        { "expiry is no number", 401 },
        { "key of another policy", 401 },
        { "unknown policy", 401 },
        { "no policy", 401 },
        { "no resource", 401 },
        { "no signature", 401 },
        { "no expiry", 401 },
        { "repeated part", 401 },
        { "signature is not Base64", 401 },
        { "signature changed", 401 },
        { "expiry changed", 401 },
        { "resource of another host", 401 },
        { "resource of another path", 401 },
        { "resource of half a segment", 401 },
        { "bearer token", 401 },
        { "basic", 401 },
        { "nonsense", 401 },
        { "very long", 401 },
    };

    [Theory]
    [MemberData(nameof(Tokens))]
    public async Task Token(string what, int expected)
    {
        var reply = (await Query(Make(what))).ShouldBe(expected);
        if (expected == 401) Assert.Equal(401002, reply.ErrorCode);
    }

    [Fact]
    public async Task Token_signed_over_an_encoded_port_is_accepted_by_a_request_to_that_host()
    {
        var parts = Parts("localhost%3A8443", Future.ToString());
        var token = $"SharedAccessSignature sr={parts["sr"]}&sig={parts["sig"]}&se={parts["se"]}&skn={parts["skn"]}";
        (await host.GetAsync("/enrollments/missing", ("Authorization", token), ("Host", "localhost:8443"))).ShouldBe(404201);
    }

    [Theory]
    [InlineData("example.azure-devices-provisioning.net", "FAFBA9KiXgUpXshJKAqDdux4ptqCcDNum92o9U8Mh0c=")]
    [InlineData("localhost%3A8443", "bxVwOXezPQNo4n++CcZ+csPZZyRhlTAe0NomqEGnWa4=")]
    public void Published_vector_is_accepted(string sr, string signature)
    {
        var key = new Secret(Bodies.PrimaryKey);
        var vectorPolicy = new AccessPolicy("p", new SymmetricKeyPair(new Secret(""), key), AccessRights.EnrollmentRead);
        var instance = host.Instance with { AccessPolicies = [vectorPolicy] };
        var authorization = $"SharedAccessSignature sr={sr}&sig={Uri.EscapeDataString(signature)}&se=1893456000&skn=p";
        var policy = SasAuthentication.Authenticate(
            authorization, Uri.UnescapeDataString(sr), "/enrollments/x", instance, AccessRights.EnrollmentRead, DateTimeOffset.UnixEpoch,
                out var reason);
        Assert.True(policy is not null, reason);
    }

    [Fact]
    public async Task The_last_use_of_each_key_is_noted_and_a_refused_token_is_none()
    {
        var policy = await host.AddPolicyAsync("noted-" + Bodies.Id(), AccessRights.EnrollmentRead);
        var refused = host.Token(policy with { Keys = SymmetricKeyPair.Generate() });
        (await host.GetAsync("/enrollments/missing", ("Authorization", refused))).ShouldBe(401002);
        (await host.DeleteAsync("/enrollments/missing", ("Authorization", host.Token(policy)))).ShouldBe(401002);
        Assert.Null(host.KeyUses.Find(host.Instance.Name, policy, isPrimary: true));

        var before = DateTimeOffset.UtcNow;
        var bySecondary = policy with { Keys = new SymmetricKeyPair(policy.Keys.Secondary, policy.Keys.Primary) };
        (await host.GetAsync("/enrollments/missing", ("Authorization", host.Token(bySecondary)))).ShouldBe(404201);
        var use = host.KeyUses.Find(host.Instance.Name, policy, isPrimary: false)!;
        Assert.Equal("127.0.0.1", use.Address);
        Assert.InRange(use.AtUtc, before, DateTimeOffset.UtcNow);
        Assert.Null(host.KeyUses.Find(host.Instance.Name, policy, isPrimary: true));
    }

    [Fact]
    public async Task No_signature_holds_while_local_accounts_are_off_and_the_operator_reads_why()
    {
        var token = ("Authorization", host.Token());
        await host.ChangeAsync(instance => instance with { DisableLocalAuth = true });
        try
        {
            var refused = (await host.GetAsync("/enrollments/missing", token)).ShouldBe(401002);
            Assert.DoesNotContain("disableLocalAuth", refused.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("WWW-Authenticate", refused.Headers.Keys);
            Assert.Contains("switched off for this service (disableLocalAuth", host.Log, StringComparison.Ordinal);
        }
        finally
        {
            await host.ChangeAsync(instance => instance with { DisableLocalAuth = false });
        }

        (await host.GetAsync("/enrollments/missing", token)).ShouldBe(404201);
    }

    [Theory]
    [InlineData("/enrollments", "GET", "/enrollments/missing", 404)]
    [InlineData("/enrollments/missing", "GET", "/enrollments/missing", 404)]
    [InlineData("/ENROLLMENTS", "GET", "/enrollments/missing", 404)]
    [InlineData("/enrollments", "GET", "/enrollmentGroups/missing", 401)]
    [InlineData("/enrollments/other", "GET", "/enrollments/missing", 401)]
    [InlineData("/enroll", "GET", "/enrollments/missing", 401)]
    public async Task Scope_is_matched_by_whole_segments(string scope, string method, string path, int expected) =>
        (await host.SendAsync(method, path, null, ("Authorization", host.Token(resource: host.Host + scope)))).ShouldBe(expected);

    [Theory]
    [InlineData(AccessRights.EnrollmentRead, "GET E, QUERY E, GET G, QUERY G, GET R, QUERY R")]
    [InlineData(AccessRights.EnrollmentWrite,
        "GET E, QUERY E, GET G, QUERY G, GET R, QUERY R, PUT E, DELETE E, KEYS E, BULK E, PUT G, DELETE G, KEYS G, BULK G, DELETE R")]
    [InlineData(AccessRights.RegistrationStatusRead, "GET R, QUERY R")]
    [InlineData(AccessRights.RegistrationStatusWrite, "GET R, QUERY R, DELETE R")]
    [InlineData(AccessRights.ServiceConfig, "")]
    [InlineData(AccessRights.DeviceConnect, "")]
    public async Task Policy_may_do_what_its_rights_and_their_implications_grant(AccessRights rights, string allowed)
    {
        var policy = await host.AddPolicyAsync("only-" + rights + Guid.NewGuid().ToString("N"), rights);
        var token = ("Authorization", host.Token(policy));
        var operations = new Dictionary<string, Task<Reply>>(StringComparer.Ordinal);
        foreach (var (letter, path) in new[] { ("E", "/enrollments"), ("G", "/enrollmentGroups") })
        {
            operations[$"GET {letter}"] = host.GetAsync(path + "/missing", token);
            operations[$"PUT {letter}"] = host.PutAsync(path + "/missing", Bodies.Symmetric, token, ("If-Match", "*"));
            operations[$"DELETE {letter}"] = host.DeleteAsync(path + "/missing", token);
            operations[$"KEYS {letter}"] = host.PostAsync(path + "/missing/attestationmechanism", null, token);
            operations[$"BULK {letter}"] = host.PostAsync(path, "{}", token);
            operations[$"QUERY {letter}"] = host.PostAsync(path + "/query", "{\"query\":\"*\"}", token);
        }

        operations["GET R"] = host.GetAsync("/registrations/missing", token);
        operations["DELETE R"] = host.DeleteAsync("/registrations/missing", token);
        operations["QUERY R"] = host.PostAsync("/registrations/missing/query", null, token);

        var expected = allowed.Split(", ", StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
        foreach (var (operation, reply) in operations)
            Assert.True(expected.Contains(operation) == ((await reply).Status != 401),
                $"{rights}: {operation} gave {(await reply).Status}");
    }

    [Fact]
    public async Task Refusal_is_logged_with_its_reason_and_without_the_signature()
    {
        var token = host.Token(lifetime: TimeSpan.FromHours(-2));
        var reply = (await host.GetAsync("/enrollments/x", ("Authorization", token))).ShouldBe(401);
        var line = host.Log.Split('\n').Single(line => line.Contains(reply["trackingId"].GetString()!, StringComparison.Ordinal));
        Assert.Contains("expired", line, StringComparison.Ordinal);
        Assert.DoesNotContain("sig", line, StringComparison.Ordinal);
    }

    private Task<Reply> Query(string token) => host.PostAsync("/enrollments/query", "{\"query\":\"*\"}", ("Authorization", token));

    private Dictionary<string, string> Parts(string sr, string se, Secret? key = null)
    {
        var owner = host.Instance.AccessPolicies[0];
        var signature = HMACSHA256.HashData(
            Convert.FromBase64String((key ?? owner.Keys.Primary).Reveal()), Encoding.UTF8.GetBytes(sr + "\n" + se));
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["sr"] = sr,
            ["sig"] = Uri.EscapeDataString(Convert.ToBase64String(signature)),
            ["se"] = se,
            ["skn"] = owner.Name,
        };
    }

    private static string LowerEscapes(string text) => text.Replace("%3D", "%3d").Replace("%2B", "%2b").Replace("%2F", "%2f");

    private string Make(string what)
    {
        var owner = host.Instance.AccessPolicies[0];
        var resource = what switch
        {
            "resource not encoded" => host.Host,
            "resource with scheme, encoded" => Uri.EscapeDataString("https://" + host.Host),
            "resource in upper case" => host.Host.ToUpperInvariant(),
            "resource with trailing slash" => Uri.EscapeDataString(host.Host + "/"),
            "resource without port" => host.Host[..host.Host.LastIndexOf(':')],
            "resource of this path" => Uri.EscapeDataString(host.Host + "/enrollments/query"),
            "resource of another host" => "other.example.net",
            "resource of another path" => Uri.EscapeDataString(host.Host + "/enrollmentGroups"),
            "resource of half a segment" => Uri.EscapeDataString(host.Host + "/enrollments/que"),
            _ => Uri.EscapeDataString(host.Host),
        };
        var expiry = what switch
        {
            "expired four minutes ago" => DateTimeOffset.UtcNow.AddMinutes(-4).ToUnixTimeSeconds().ToString(),
            "expires in 2099" => "4086374400",
            "expired an hour ago" => DateTimeOffset.UtcNow.AddHours(-1).ToUnixTimeSeconds().ToString(),
            "expiry is no number" => "soon",
            _ => Future.ToString(),
        };
        var key = what switch
        {
            "secondary key" => owner.Keys.Secondary,
            "key of another policy" => new Secret(Bodies.PrimaryKey),
            _ => null,
        };
        var parts = Parts(resource, expiry, key);
        switch (what)
        {
            case "signature with lower-case escapes": parts["sig"] = LowerEscapes(parts["sig"]); break;
            case "signature not escaped": parts["sig"] = Uri.UnescapeDataString(parts["sig"]); break;
            case "policy name in upper case": parts["skn"] = owner.Name.ToUpperInvariant(); break;
            case "unknown policy": parts["skn"] = "nobody"; break;
            case "no policy": parts.Remove("skn"); break;
            case "no resource": parts.Remove("sr"); break;
            case "no signature": parts.Remove("sig"); break;
            case "no expiry": parts.Remove("se"); break;
            case "signature is not Base64": parts["sig"] = "!!!"; break;
            case "signature changed": parts["sig"] = Uri.EscapeDataString(Convert.ToBase64String(new byte[32])); break;
            case "expiry changed": parts["se"] = (Future + 1).ToString(); break;
            case "unknown part added": parts["x"] = "1"; break;
        }

        var text = string.Join('&', parts.Select(part => $"{part.Key}={part.Value}"));
        return what switch
        {
            "scheme word in lower case" => "sharedaccesssignature " + text,
            "repeated part" => $"SharedAccessSignature {text}&se={Future}",
            "bearer token" => "Bearer eyJhbGciOiJub25lIn0.e30.",
            "basic" => "Basic dXNlcjpwYXNz",
            "nonsense" => "SharedAccessSignature",
            "very long" => $"SharedAccessSignature {text}&x={new string('a', 5000)}",
            _ => "SharedAccessSignature " + text,
        };
    }
}
