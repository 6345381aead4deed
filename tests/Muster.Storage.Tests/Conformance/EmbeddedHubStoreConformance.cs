using Muster.EmbeddedHub.Hubs;
using Muster.EmbeddedHub.Identities;
using Muster.EmbeddedHub.Storage;
using Muster.EmbeddedHub.Twins;

namespace Muster.Storage.Tests.Conformance;

/// <summary>What every engine of the embedded hubs' store does. A subclass per engine opens an empty store for each test.</summary>
public abstract class EmbeddedHubStoreConformance : IAsyncLifetime
{
    private const string Host = "hub-1.example";
    private const string Other = "hub-2.example";

    protected IEmbeddedHubStore Store { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Store = await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await CleanAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_hub_is_read_as_it_was_last_written()
    {
        var first = EmbeddedHubDescription.CreateNew(Host, TimeProvider.System);
        var more = HubAccessPolicy.CreateNew("more", HubRights.RegistryRead | HubRights.ServiceConnect);
        var second = first with { Policies = [.. first.Policies, more] };
        await Store.PutHubAsync(first, default);
        await Store.PutHubAsync(second, default);
        await ReopenAsync();

        Assert.Equal(Snapshot.Of(second), Snapshot.Of(await Store.FindHubAsync(Host, default)));
        Assert.Null(await Store.FindHubAsync(Other, default));
    }

    [Fact]
    public async Task Hubs_are_listed_by_host_name()
    {
        foreach (var host in (string[])["b.example", "a.example", "c.example"])
            await Store.PutHubAsync(EmbeddedHubDescription.CreateNew(host, TimeProvider.System), default);

        Assert.Equal(["a.example", "b.example", "c.example"], (await Store.ListHubsAsync(default)).Select(hub => hub.HostName));
    }

    [Fact]
    public async Task A_device_is_read_as_it_was_written()
    {
        var written = Device("Device-A", 638_000_000_000_000_000);
        Assert.True(await Store.TryInsertDeviceAsync(Host, written, default));
        await ReopenAsync();

        Assert.Equal(Snapshot.Of(written), Snapshot.Of(await Store.FindDeviceAsync(Host, "Device-A", default)));
    }

    [Fact]
    public async Task Device_IDs_differ_by_case_and_by_hub()
    {
        Assert.True(await Store.TryInsertDeviceAsync(Host, Device("Device-A", 1), default));
        Assert.True(await Store.TryInsertDeviceAsync(Host, Device("device-a", 2), default));
        Assert.True(await Store.TryInsertDeviceAsync(Other, Device("Device-A", 3), default));

        Assert.Equal(1, (await Store.FindDeviceAsync(Host, "Device-A", default))?.Revision);
        Assert.Equal(2, (await Store.FindDeviceAsync(Host, "device-a", default))?.Revision);
        Assert.Equal(3, (await Store.FindDeviceAsync(Other, "Device-A", default))?.Revision);
        Assert.Null(await Store.FindDeviceAsync(Other, "device-a", default));
    }

    [Fact]
    public async Task An_insert_of_a_device_that_exists_changes_nothing()
    {
        await Store.TryInsertDeviceAsync(Host, Device("a", 1), default);

        Assert.False(await Store.TryInsertDeviceAsync(Host, Device("a", 2), default));

        Assert.Equal(1, (await Store.FindDeviceAsync(Host, "a", default))?.Revision);
    }

    // The stored revision (null = no device), the expected one, whether the write happens.
    [Theory]
    [InlineData(5L, 5L, true)]
    [InlineData(5L, 4L, false)]
    [InlineData(5L, 6L, false)]
    [InlineData(null, 5L, false)]
    public async Task A_device_is_replaced_only_at_the_expected_revision(long? stored, long expected, bool happens)
    {
        if (stored is { } revision) await Store.TryInsertDeviceAsync(Host, Device("a", revision), default);

        Assert.Equal(happens, await Store.TryReplaceDeviceAsync(Host, Device("a", expected + 1), expected, default));
        Assert.Equal(happens ? expected + 1 : stored, (await Store.FindDeviceAsync(Host, "a", default))?.Revision);

    }

    [Theory]
    [InlineData(5L, 5L, true)]
    [InlineData(5L, 4L, false)]
    [InlineData(5L, 6L, false)]
    [InlineData(null, 5L, false)]
    public async Task A_device_is_deleted_only_at_the_expected_revision(long? stored, long expected, bool happens)
    {
        await Store.TryInsertDeviceAsync(Other, Device("a", expected), default);
        if (stored is { } revision) await Store.TryInsertDeviceAsync(Host, Device("a", revision), default);

        Assert.Equal(happens, await Store.TryDeleteDeviceAsync(Host, "a", expected, default));

        Assert.Equal(happens ? null : stored, (await Store.FindDeviceAsync(Host, "a", default))?.Revision);
        Assert.NotNull(await Store.FindDeviceAsync(Other, "a", default));
    }

    [Fact]
    public async Task Of_many_who_replace_the_same_revision_exactly_one_wins()
    {
        await Store.TryInsertDeviceAsync(Host, Device("a", 1), default);

        var won = await Task.WhenAll(
            Enumerable.Range(2, 50).Select(i => Task.Run(() => Store.TryReplaceDeviceAsync(Host, Device("a", i), 1, default))));

        var winner = Assert.Single(won.Index(), row => row.Item).Index;
        Assert.Equal(winner + 2, (await Store.FindDeviceAsync(Host, "a", default))?.Revision);
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(2, "A a")]
    [InlineData(100, "A a a-1 b")]
    public async Task Devices_are_listed_in_ordinal_order(int top, string expected)
    {
        foreach (var id in (string[])["b", "a-1", "a", "A"]) await Store.TryInsertDeviceAsync(Host, Device(id, 1), default);
        await Store.TryInsertDeviceAsync(Other, Device("0", 1), default);

        var devices = await Store.ListDevicesAsync(Host, top, default);

        Assert.Equal(expected, string.Join(' ', devices.Select(device => device.Identity.DeviceId)));
    }

    [Fact]
    public async Task Devices_are_counted_by_status()
    {
        Assert.Equal(new HubDeviceCounts(0, 0), await Store.CountDevicesAsync(Host, default));
        foreach (var id in (string[])["a", "b", "c"]) await Store.TryInsertDeviceAsync(Host, Device(id, 1), default);
        await Store.TryInsertDeviceAsync(Other, Device("d", 1), default);
        await Store.TryReplaceDeviceAsync(Host, Device("b", 2, DeviceStatus.Disabled), 1, default);

        Assert.Equal(new HubDeviceCounts(2, 1), await Store.CountDevicesAsync(Host, default));
    }

    /// <summary>Opens the test's store; after <see cref="CloseAsync"/> it holds what it held.</summary>
    protected abstract Task<IEmbeddedHubStore> OpenAsync();

    /// <summary>Closes the store.</summary>
    protected abstract ValueTask CloseAsync();

    /// <summary>Removes the test's data.</summary>
    protected abstract ValueTask CleanAsync();

    /// <summary>A device with a key that looks like one.</summary>
    protected static HubDevice Device(
        string id, long revision, DeviceStatus status = DeviceStatus.Enabled, string key = "cHJpbWFyeQ==") => new()
        {
            Identity = new DeviceIdentity
            {
                DeviceId = id,
                GenerationId = "638000000000000000",
                ETag = "MTIz",
                Status = status,
                StatusReason = "as \"wanted\"",
                StatusUpdatedAt = Samples.Time,
                IotEdge = true,
                DeviceScope = "scope",
                ParentScopes = ["parent"],
                Authentication = new DeviceAuthentication { Type = DeviceAuthenticationType.Sas, PrimaryKey = key, SecondaryKey = key },
            },
            Twin = new DeviceTwin
            {
                Tags = Samples.Json("""{"a":1.0}"""),
                Desired = Section(),
                Reported = Section(),
                ETagCounter = 7,
            },
            Revision = revision,
        };

    private static TwinSection Section() => new()
    {
        Values = Samples.Json("""{"n":{"m":[1,"ü"]}}"""),
        Metadata = Samples.Json("""{"$lastUpdated":"2026-03-01T12:30:15.1234567Z"}"""),
        Version = 3,
    };

    private async Task ReopenAsync()
    {
        await CloseAsync();
        Store = await OpenAsync();
    }
}
