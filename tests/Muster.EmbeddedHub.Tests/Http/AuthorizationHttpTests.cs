using System.Security.Cryptography;
using System.Text;
using Muster.EmbeddedHub.Hubs;
using Muster.Protocols.Sas;

namespace Muster.EmbeddedHub.Tests.Http;

/// <summary>iot-hub 12, items 20 to 24.</summary>
public sealed class AuthorizationHttpTests : IAsyncLifetime
{
    private static readonly string KnownKey = Convert.ToBase64String([.. Enumerable.Repeat((byte)1, 32)]);

    private HubServer _server = null!;

    public static TheoryData<string, string, string?, string, bool> Rights
    {
        get
        {
            var rows = new TheoryData<string, string, string?, string, bool>();
            (string Method, string Path, string? Body, string Policies)[] operations =
            [
                ("GET", "/devices", null, "iothubowner registryRead registryReadWrite"),
                ("GET", "/devices/d", null, "iothubowner registryRead registryReadWrite"),
                ("PUT", "/devices/new", "{}", "iothubowner registryReadWrite"),
                ("DELETE", "/devices/d", null, "iothubowner registryReadWrite"),
                ("GET", "/twins/d", null, "iothubowner service"),
                ("PATCH", "/twins/d", "{}", "iothubowner service"),
                ("PUT", "/twins/d", "{}", "iothubowner service"),
                ("GET", "/statistics/devices", null, "iothubowner registryRead registryReadWrite"),
                ("GET", "/statistics/service", null, "iothubowner registryRead registryReadWrite"),
            ];
            foreach (var (method, path, body, policies) in operations)
            {
                foreach (var policy in (string[])["iothubowner", "service", "device", "registryRead", "registryReadWrite"])
                    rows.Add(method, path, body, policy, policies.Split(' ').Contains(policy));
            }

            return rows;
        }
    }

    public async ValueTask InitializeAsync()
    {
        var hub = EmbeddedHubDescription.CreateNew(HubServer.HostName, TimeProvider.System);
        hub = hub with { Policies = hub.Policies.SetItem(0, hub.Policies[0] with { PrimaryKey = KnownKey }) };
        _server = await HubServer.StartAsync(hub);
        await _server.CreateAsync("d");
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [MemberData(nameof(Rights))]
    public async Task Every_operation_needs_its_right(string method, string path, string? body, string policy, bool allowed)
    {
        var answer = await _server.SendAsync(method, path, body, token: _server.Token(policy));

        if (allowed) Assert.InRange(answer.Status, 200, 204);
        else answer.ShouldBe(401, "IotHubUnauthorized");
    }

    [Fact]
    public async Task The_published_vector_verifies()
    {
        _server.Clock.Now = DateTimeOffset.FromUnixTimeSeconds(1795314697 - 60);
        const string Token = "SharedAccessSignature sr=hub1.muster.test"
            + "&sig=MGdNM7v1cpsXUeAaU%2FPXmmLXqa7YRRugUgAbSoHTx8o%3D&se=1795314697&skn=iothubowner";

        Assert.Equal(200, (await _server.SendAsync("GET", "/devices/d", token: Token)).Status);
    }

    [Fact]
    public void The_published_device_vector_verifies()
    {
        const string Token = "SharedAccessSignature sr=hub1.muster.test%2Fdevices%2Fdev1"
            + "&sig=AF08GbnxmOzxcnsbVNP6fkOd5OgPtZRKCKz541ZR%2BD8%3D&se=1795314739";

        Assert.True(SasToken.TryParse(Token, out var token, out _));
        Assert.True(token!.IsSignedWith([.. Enumerable.Repeat((byte)2, 32)]));
    }

    [Theory]
    [InlineData("hub1.muster.test", 200)]
    [InlineData("HUB1.Muster.Test", 200)]
    [InlineData("hub1.muster.test/", 200)]
    [InlineData("hub1.muster.test/devices", 200)]
    [InlineData("hub1.muster.test%2fdevices%2fdev1", 200)]
    [InlineData("hub1.muster.test%2Fdevices%2Fdev1", 200)]
    [InlineData("hub1.muster.test/devices/dev1/", 200)]
    [InlineData("hub1.muster.test:8443", 200)]
    [InlineData("hub1.muster.test/devices/dev10", 401)]
    [InlineData("hub1.muster.test/devices/dev", 401)]
    [InlineData("hub1.muster.test/twins", 401)]
    [InlineData("hub2.muster.test", 401)]
    [InlineData("muster.test", 401)]
    [InlineData("hub1", 401)]
    [InlineData("%2F", 401)]
    public async Task The_resource_is_verified_as_sent_and_covers_by_segments(string sr, int status)
    {
        await _server.CreateAsync("dev1");
        var answer = await _server.SendAsync("GET", "/devices/dev1", token: Sign(sr));

        Assert.Equal(status, answer.Status);
        if (status == 401) answer.ShouldBe(401, "IotHubUnauthorizedAccess");
    }

    [Fact]
    public async Task A_token_for_one_device_does_not_reach_another_or_the_list()
    {
        await _server.CreateAsync("dev1");
        await _server.CreateAsync("dev10");
        var token = Sign("hub1.muster.test/devices/dev1");

        Assert.Equal(200, (await _server.SendAsync("GET", "/devices/dev1", token: token)).Status);
        foreach (var path in (string[])["/devices/dev10", "/devices", "/devices/", "/devices/d", "/twins/dev1", "/devices/%64ev10"])
            (await _server.SendAsync("GET", path, token: token)).ShouldBe(401, "IotHubUnauthorizedAccess");
    }

    [Fact]
    public async Task The_secondary_key_signs_too() =>
        Assert.Equal(200, (await _server.SendAsync("GET", "/devices/d", token: _server.Token(secondary: true))).Status);

    [Theory]
    [InlineData(-299, 200)]
    [InlineData(-301, 401)]
    public async Task An_expired_token_passes_for_five_minutes(int seconds, int status) =>
        Assert.Equal(
            status,
            (await _server.SendAsync("GET", "/devices/d", token: _server.Token(lifetime: TimeSpan.FromSeconds(seconds)))).Status);

    [Theory]
    [InlineData("")]
    [InlineData("Bearer abc")]
    [InlineData("SharedAccessSignature")]
    [InlineData("SharedAccessSignature sr=hub1.muster.test")]
    [InlineData("SharedAccessSignature sr=hub1.muster.test&sig=@@&se=1&skn=iothubowner")]
    [InlineData("SharedAccessSignature sr=hub1.muster.test&sig=AAAA&se=99999999999&skn=iothubowner")]
    [InlineData("SharedAccessSignature sr=hub1.muster.test&sig=AAAA&se=99999999999&skn=nobody")]
    [InlineData("SharedAccessSignature sr=hub1.muster.test&sig=AAAA&se=99999999999&skn=IOTHUBOWNER")]
    [InlineData("SharedAccessSignature sr=hub1.muster.test&sig=AAAA&se=99999999999&skn=")]
    [InlineData("SharedAccessSignature sr=hub1.muster.test&sig=AAAA&se=99999999999")]
    public async Task A_bad_token_is_refused(string token) =>
        (await _server.SendAsync("GET", "/devices/d", token: token)).ShouldBe(401, "IotHubUnauthorizedAccess");

    [Fact]
    public async Task Keys_of_another_policy_another_hub_or_a_device_are_refused()
    {
        var other = Convert.FromBase64String(_server.Directory.Find(HubServer.SecondHostName)!.FindPolicy("iothubowner")!.PrimaryKey);
        var device = await _server.SendAsync("GET", "/devices/d");
        var deviceKey = Convert.FromBase64String(device.Text("authentication", "symmetricKey", "primaryKey")!);
        var expires = _server.Clock.Now.AddHours(1);
        string[] tokens =
        [
            SasTokenBuilder.Create(HubServer.HostName, other, expires, "iothubowner"),
            SasTokenBuilder.Create(HubServer.HostName, Convert.FromBase64String(KnownKey), expires, "service"),
            SasTokenBuilder.Create("hub1.muster.test/devices/d", deviceKey, expires),
            SasTokenBuilder.Create("hub1.muster.test/devices/d", deviceKey, expires, "iothubowner"),
        ];

        foreach (var token in tokens)
            (await _server.SendAsync("GET", "/devices/d", token: token)).ShouldBe(401, "IotHubUnauthorizedAccess");
    }

    [Theory]
    [InlineData("alias.test", "alias.test", 200)]
    [InlineData("alias.test", "hub1.muster.test", 200)]
    [InlineData("127.0.0.1", "127.0.0.1", 200)]
    [InlineData("alias.test", "other.test", 401)]
    [InlineData("hub2.muster.test", "hub1.muster.test", 401)]
    public async Task An_unknown_host_means_the_default_hub(string host, string resource, int status) =>
        Assert.Equal(status, (await _server.SendAsync("GET", "/devices/d", token: Sign(resource), host: host)).Status);

    [Fact]
    public async Task A_token_for_an_id_with_escapes_covers_it_encoded_once_or_twice()
    {
        await _server.CreateAsync("a%b");

        Assert.Equal(200, (await _server.SendAsync("GET", "/devices/a%25b", token: Sign("hub1.muster.test%2Fdevices%2Fa%25b"))).Status);
        Assert.Equal(200, (await _server.SendAsync("GET", "/devices/a%25b", token: Sign("hub1.muster.test%2Fdevices%2Fa%2525b"))).Status);
    }

    /// <summary>A token over <paramref name="sr"/> exactly as written.</summary>
    private string Sign(string sr)
    {
        var se = _server.Clock.Now.AddHours(1).ToUnixTimeSeconds().ToString();
        var signed = Encoding.UTF8.GetBytes(sr + "\n" + se);
        var signature = Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(KnownKey), signed));
        return $"SharedAccessSignature skn=iothubowner&se={se}&sig={Uri.EscapeDataString(signature)}&sr={sr}";
    }
}
