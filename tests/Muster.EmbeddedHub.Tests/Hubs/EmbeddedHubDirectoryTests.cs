using Microsoft.Extensions.Logging.Abstractions;
using Muster.EmbeddedHub.Hubs;

namespace Muster.EmbeddedHub.Tests.Hubs;

public sealed class EmbeddedHubDirectoryTests
{
    private readonly InMemoryHubStore _store = new();

    [Fact]
    public async Task A_missing_hub_is_created_and_an_existing_one_keeps_its_keys()
    {
        var first = (await Open().EnsureCreatedAsync(["a.test"], CancellationToken.None)).Single();
        var again = await Open().EnsureCreatedAsync(["A.test", "b.test"], CancellationToken.None);

        Assert.Equal(["a.test", "b.test"], again.Select(hub => hub.HostName));
        Assert.Equal(first.ConnectionString("iothubowner"), again[0].ConnectionString("iothubowner"));
        Assert.NotEqual(first.FindPolicy("service")!.PrimaryKey, again[1].FindPolicy("service")!.PrimaryKey);
    }

    [Theory]
    [InlineData("b.test", "b.test")]
    [InlineData("B.Test", "b.test")]
    [InlineData("b.test:8443", "b.test")]
    [InlineData("127.0.0.1:5000", "z.test")]
    [InlineData("", "z.test")]
    [InlineData("xb.test", "z.test")]
    public async Task A_host_finds_its_hub_or_the_default_one(string host, string expected)
    {
        var directory = Open();
        await directory.EnsureCreatedAsync(["z.test", "b.test"], CancellationToken.None);

        Assert.Equal(expected, directory.Resolve(host)!.HostName);
    }

    [Fact]
    public async Task A_stored_hub_that_is_not_named_is_still_served()
    {
        await Open().EnsureCreatedAsync(["old.test"], CancellationToken.None);
        var directory = Open();
        var named = await directory.EnsureCreatedAsync(["new.test"], CancellationToken.None);

        Assert.Equal("new.test", Assert.Single(named).HostName);
        Assert.Equal("new.test", directory.Default!.HostName);
        Assert.NotNull(directory.Find("old.test"));
    }

    [Fact]
    public void An_empty_directory_resolves_nothing() => Assert.Null(Open().Resolve("a.test"));

    [Theory]
    [InlineData("")]
    [InlineData("a.test:443")]
    [InlineData("https://a.test")]
    [InlineData("a b")]
    public async Task What_is_no_host_name_is_refused(string hostName) =>
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Open().EnsureCreatedAsync([hostName], CancellationToken.None));

    [Fact]
    public void The_default_policies_have_the_rights_of_the_table()
    {
        var hub = EmbeddedHubDescription.CreateNew("Hub.Test", TimeProvider.System);

        Assert.Equal(
            ["iothubowner RegistryWrite, ServiceConnect, DeviceConnect", "service ServiceConnect", "device DeviceConnect",
                "registryRead RegistryRead", "registryReadWrite RegistryWrite"],
            hub.Policies.Select(policy => $"{policy.Name} {policy.Rights}"));
        Assert.All(hub.Policies, policy => Assert.Equal(32, Convert.FromBase64String(policy.PrimaryKey).Length));
        Assert.Equal(10, hub.Policies.SelectMany(policy => new[] { policy.PrimaryKey, policy.SecondaryKey }).Distinct().Count());
        Assert.True(hub.FindPolicy("registryReadWrite")!.Allows(HubRights.RegistryRead));
        Assert.False(hub.FindPolicy("registryRead")!.Allows(HubRights.RegistryWrite));
    }

    [Fact]
    public void A_connection_string_names_host_policy_and_key()
    {
        var hub = EmbeddedHubDescription.CreateNew("Hub.Test", TimeProvider.System);

        Assert.Equal(
            $"HostName=hub.test;SharedAccessKeyName=service;SharedAccessKey={hub.FindPolicy("service")!.PrimaryKey}",
            hub.ConnectionString("service"));
        Assert.Throws<ArgumentException>(() => hub.ConnectionString("nobody"));
    }

    [Fact]
    public void Keys_never_print()
    {
        var hub = EmbeddedHubDescription.CreateNew("hub.test", TimeProvider.System);

        Assert.All(hub.Policies, policy =>
        {
            Assert.DoesNotContain(policy.PrimaryKey, policy.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain(policy.SecondaryKey, $"{policy} {hub}", StringComparison.Ordinal);
        });
    }

    private EmbeddedHubDirectory Open() => new(_store, new ManualClock(), NullLogger<EmbeddedHubDirectory>.Instance);
}
