using Microsoft.Extensions.Logging.Abstractions;
using Muster.EmbeddedHub.Hubs;
using Muster.EmbeddedHub.Identities;
using Muster.EmbeddedHub.Storage;

namespace Muster.EmbeddedHub.Tests.Identities;

public sealed class DeviceRegistryTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly string Key = Convert.ToBase64String(Enumerable.Repeat((byte)7, 32).ToArray());

    private readonly InMemoryHubStore _store = new();
    private readonly ManualClock _clock = new();
    private readonly EmbeddedHubDescription _hub;
    private readonly DeviceRegistry _registry;

    public DeviceRegistryTests()
    {
        _hub = EmbeddedHubDescription.CreateNew("hub.test", _clock);
        _registry = new DeviceRegistry(_store, _clock, NullLogger<DeviceRegistry>.Instance);
    }

    public static TheoryData<string, DeviceAuthentication, bool> Credentials => new()
    {
        { "sas, no keys", new() { Type = DeviceAuthenticationType.Sas }, true },
        { "sas, empty keys", Sas("", ""), true },
        { "sas, 16 bytes", Sas(Bytes(16), Bytes(16)), true },
        { "sas, 64 bytes", Sas(Bytes(64), Bytes(64)), true },
        { "sas, 15 bytes", Sas(Bytes(15), Bytes(32)), false },
        { "sas, 65 bytes", Sas(Bytes(32), Bytes(65)), false },
        { "sas, no Base64", Sas("not base 64!", Bytes(32)), false },
        { "selfSigned, SHA-256", Thumbprints(new string('A', 64), new string('b', 64)), true },
        { "selfSigned, SHA-1", Thumbprints(new string('0', 40), null), true },
        { "selfSigned, only the secondary", Thumbprints("", new string('0', 40)), true },
        { "selfSigned, none", Thumbprints(null, ""), false },
        { "selfSigned, 63 digits", Thumbprints(new string('0', 63), null), false },
        { "selfSigned, no hex", Thumbprints(new string('g', 64), null), false },
        { "certificateAuthority", new() { Type = DeviceAuthenticationType.CertificateAuthority }, true },
        { "none", new() { Type = DeviceAuthenticationType.None }, true },
    };

    [Theory]
    [MemberData(nameof(Credentials))]
    public async Task Credentials_are_checked(string name, DeviceAuthentication authentication, bool accepted)
    {
        var result = await _registry.CreateAsync(_hub, new() { DeviceId = "d", Authentication = authentication }, None);

        Assert.True(accepted == result.IsSuccess, name);
        Assert.Equal(accepted ? null : "ArgumentInvalid", result.Error?.Kind.Name);
    }

    [Fact]
    public async Task Only_the_members_of_the_type_are_stored()
    {
        var mixed = new DeviceAuthentication
        {
            Type = DeviceAuthenticationType.SelfSigned,
            PrimaryKey = Key,
            PrimaryThumbprint = new string('a', 40),
        };
        var device = (await _registry.CreateAsync(_hub, new() { DeviceId = "d", Authentication = mixed }, None)).Value!;

        Assert.Null(device.Identity.Authentication.PrimaryKey);
        Assert.Equal(new string('a', 40), device.Identity.Authentication.PrimaryThumbprint);
    }

    [Fact]
    public async Task A_missing_key_is_made_beside_a_given_one()
    {
        var authentication = (await _registry.CreateAsync(_hub, new() { DeviceId = "d", Authentication = Sas(Key, "") }, None))
            .Value!.Identity.Authentication;

        Assert.Equal(Key, authentication.PrimaryKey);
        Assert.Equal(32, Convert.FromBase64String(authentication.SecondaryKey!).Length);
    }

    [Fact]
    public async Task An_update_keeps_what_it_does_not_name()
    {
        var write = new DeviceWrite
        {
            DeviceId = "d",
            Status = DeviceStatus.Disabled,
            StatusReason = "stolen",
            Authentication = Sas(Key, Key),
            IotEdge = true,
        };
        var created = (await _registry.CreateAsync(_hub, write, None)).Value!;
        var updated = (await _registry.UpdateAsync(_hub, new() { DeviceId = "d" }, ETagCondition.Any, None)).Value!;

        Assert.NotEqual(created.Identity.ETag, updated.Identity.ETag);
        Assert.Equal(created.Identity with { ETag = "" }, updated.Identity with { ETag = "" });
        Assert.Equal(created.Twin.ETag, updated.Twin.ETag);
    }

    [Fact]
    public async Task A_status_change_is_timed_and_its_reason_can_be_cleared()
    {
        await _registry.CreateAsync(_hub, new() { DeviceId = "d", StatusReason = "new" }, None);
        var kept = await _registry.UpdateAsync(_hub, new() { DeviceId = "d", Status = DeviceStatus.Enabled }, ETagCondition.Any, None);
        var disabled = await _registry.UpdateAsync(
            _hub, new() { DeviceId = "d", Status = DeviceStatus.Disabled, ClearsStatusReason = true }, ETagCondition.Any, None);

        Assert.Null(kept.Value!.Identity.StatusUpdatedAt);
        Assert.Equal("new", kept.Value.Identity.StatusReason);
        Assert.Equal(_clock.Now, disabled.Value!.Identity.StatusUpdatedAt);
        Assert.Null(disabled.Value.Identity.StatusReason);
    }

    [Fact]
    public async Task An_edge_device_gets_a_scope_that_updates_do_not_change()
    {
        var created = (await _registry.CreateAsync(_hub, new() { DeviceId = "e", IotEdge = true, DeviceScope = "mine" }, None)).Value!;
        var updated = (await _registry.UpdateAsync(_hub, new() { DeviceId = "e", DeviceScope = "mine" }, ETagCondition.Any, None)).Value!;

        Assert.Equal($"ms-azure-iot-edge://e-{created.Identity.GenerationId}", created.Identity.DeviceScope);
        Assert.Equal(created.Identity.DeviceScope, updated.Identity.DeviceScope);
    }

    [Fact]
    public async Task A_leaf_device_names_its_parent()
    {
        var leaf = (await _registry.CreateAsync(_hub, new() { DeviceId = "l", DeviceScope = "ms-azure-iot-edge://e-1" }, None)).Value!;

        Assert.Equal("ms-azure-iot-edge://e-1", leaf.Identity.DeviceScope);
    }

    [Fact]
    public async Task A_recreated_device_is_another_generation_even_when_the_clock_stands()
    {
        var first = (await _registry.CreateAsync(_hub, new() { DeviceId = "d" }, None)).Value!;
        await _registry.DeleteAsync(_hub, "d", ETagCondition.Any, None);
        var second = (await _registry.CreateAsync(_hub, new() { DeviceId = "d" }, None)).Value!;

        Assert.NotEqual(first.Identity.GenerationId, second.Identity.GenerationId);
        Assert.NotEqual(first.Revision, second.Revision);
    }

    [Fact]
    public async Task An_update_that_loses_a_race_is_done_again_on_the_winner()
    {
        await _registry.CreateAsync(_hub, new() { DeviceId = "d" }, None);
        Interfere(new() { DeviceId = "d", StatusReason = "the other" });

        var result = await _registry.UpdateAsync(_hub, new() { DeviceId = "d", Status = DeviceStatus.Disabled }, ETagCondition.Any, None);

        Assert.Equal("the other", result.Value!.Identity.StatusReason);
        Assert.Equal(DeviceStatus.Disabled, result.Value.Identity.Status);
    }

    [Fact]
    public async Task An_update_with_an_etag_fails_when_it_loses_a_race()
    {
        var created = (await _registry.CreateAsync(_hub, new() { DeviceId = "d" }, None)).Value!;
        Interfere(new() { DeviceId = "d" });

        var result = await _registry.UpdateAsync(_hub, new() { DeviceId = "d" }, ETagCondition.For(created.Identity.ETag), None);

        Assert.Equal("PreconditionFailed", result.Error!.Kind.Name);
    }

    [Fact]
    public async Task Endless_contention_ends_in_a_refusal()
    {
        await _registry.CreateAsync(_hub, new() { DeviceId = "d" }, None);
        var other = new DeviceRegistry(_store, _clock, NullLogger<DeviceRegistry>.Instance);
        var inside = false;
        _store.BeforeWrite = () =>
        {
            if (inside) return;
            inside = true;
            other.UpdateAsync(_hub, new() { DeviceId = "d" }, ETagCondition.Any, None).GetAwaiter().GetResult();
            inside = false;
        };

        var result = await _registry.UpdateAsync(_hub, new() { DeviceId = "d" }, ETagCondition.Any, None);

        Assert.Equal((503, "ServerBusy"), (result.Error!.Kind.HttpStatus, result.Error.Kind.Name));
    }

    [Theory]
    [InlineData(128, true)]
    [InlineData(129, false)]
    public async Task A_status_reason_has_at_most_128_characters(int length, bool accepted)
    {
        var result = await _registry.CreateAsync(_hub, new() { DeviceId = "d", StatusReason = new string('r', length) }, None);

        Assert.Equal(accepted, result.IsSuccess);
    }

    [Fact]
    public async Task A_stored_device_comes_back_whole_and_prints_no_key()
    {
        var created = (await _registry.CreateAsync(_hub, new() { DeviceId = "d", Authentication = Sas(Key, Key) }, None)).Value!;
        var bytes = EmbeddedHubJson.Serialize(created);

        Assert.Equal(bytes, EmbeddedHubJson.Serialize(EmbeddedHubJson.DeserializeDevice(bytes)));
        Assert.DoesNotContain(Key, created.ToString(), StringComparison.Ordinal);
    }

    private void Interfere(DeviceWrite write) => _store.BeforeWrite = () =>
    {
        _store.BeforeWrite = null;
        _registry.UpdateAsync(_hub, write, ETagCondition.Any, None).GetAwaiter().GetResult();
    };

    private static string Bytes(int count) => Convert.ToBase64String(new byte[count]);

    private static DeviceAuthentication Sas(string primary, string secondary) =>
        new() { Type = DeviceAuthenticationType.Sas, PrimaryKey = primary, SecondaryKey = secondary };

    private static DeviceAuthentication Thumbprints(string? primary, string? secondary) =>
        new() { Type = DeviceAuthenticationType.SelfSigned, PrimaryThumbprint = primary, SecondaryThumbprint = secondary };
}
