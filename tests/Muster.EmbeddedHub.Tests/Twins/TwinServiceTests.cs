using Microsoft.Extensions.Logging.Abstractions;
using Muster.EmbeddedHub.Hubs;
using Muster.EmbeddedHub.Identities;
using Muster.EmbeddedHub.Storage;
using Muster.EmbeddedHub.Twins;

namespace Muster.EmbeddedHub.Tests.Twins;

public sealed class TwinServiceTests
{
    private const string First = "2026-11-22T01:00:00.0000000Z";
    private const string Second = "2026-11-22T02:00:00.0000000Z";

    private static readonly CancellationToken None = CancellationToken.None;

    private readonly InMemoryHubStore _store = new();
    private readonly ManualClock _clock = new();
    private readonly EmbeddedHubDescription _hub;
    private readonly DeviceRegistry _registry;
    private readonly TwinService _twins;

    public TwinServiceTests()
    {
        _hub = EmbeddedHubDescription.CreateNew("hub.test", _clock);
        _registry = new DeviceRegistry(_store, _clock, NullLogger<DeviceRegistry>.Instance);
        _twins = new TwinService(_store, _clock);
    }

    [Fact]
    public async Task A_fresh_twin_starts_at_version_one()
    {
        var twin = (await CreateAsync()).Twin;

        Assert.Equal("AAAAAAAAAAE=", twin.ETag);
        Assert.Equal((2, 1, 1), (twin.Version, twin.Desired.Version, twin.Reported.Version));
        Assert.Equal("{}", twin.Tags.GetRawText());
        Assert.Equal($$"""{"$lastUpdated":"{{First}}","$lastUpdatedVersion":1}""", twin.Desired.Metadata.GetRawText());
        Assert.Equal($$"""{"$lastUpdated":"{{First}}"}""", twin.Reported.Metadata.GetRawText());
    }

    [Fact]
    public async Task Metadata_is_stamped_where_a_patch_touches()
    {
        await CreateAsync();
        await PatchAsync("""{"a":{"x":1,"y":2},"b":1}""");
        _clock.Now += TimeSpan.FromHours(1);
        var twin = await PatchAsync("""{"a":{"x":1}}""");

        Assert.Equal(3, twin.Desired.Version);
        Assert.Equal(
            $$$"""
            {"$lastUpdated":"{{{Second}}}","$lastUpdatedVersion":3,
            "a":{"$lastUpdated":"{{{Second}}}","$lastUpdatedVersion":3,
            "x":{"$lastUpdated":"{{{Second}}}","$lastUpdatedVersion":3},
            "y":{"$lastUpdated":"{{{First}}}","$lastUpdatedVersion":2}},
            "b":{"$lastUpdated":"{{{First}}}","$lastUpdatedVersion":2}}
            """.ReplaceLineEndings(""),
            twin.Desired.Metadata.GetRawText());
    }

    [Fact]
    public async Task A_deletion_shows_in_the_time_of_the_level_above()
    {
        await CreateAsync();
        await PatchAsync("""{"a":{"x":1},"b":1}""");
        _clock.Now += TimeSpan.FromHours(1);
        var twin = await PatchAsync("""{"a":{"x":null}}""");

        Assert.Equal("""{"a":{},"b":1}""", twin.Desired.Values.GetRawText());
        Assert.Equal(
            $$"""{"$lastUpdated":"{{Second}}","$lastUpdatedVersion":3}""",
            twin.Desired.Metadata.GetProperty("a").GetRawText());
    }

    [Fact]
    public async Task An_equal_value_still_counts_as_a_write()
    {
        await CreateAsync();
        var first = await PatchAsync("""{"a":1}""");
        var second = await PatchAsync("""{"a":1}""");

        Assert.Equal(first.Desired.Version + 1, second.Desired.Version);
        Assert.NotEqual(first.ETag, second.ETag);
    }

    [Fact]
    public async Task A_write_without_a_section_changes_nothing()
    {
        var created = (await CreateAsync()).Twin;
        var result = await _twins.PatchAsync(_hub, "d", new(), ETagCondition.Any, None);

        Assert.Equal((created.ETag, created.Desired.Version), (result.Value!.Twin.ETag, result.Value.Twin.Desired.Version));
    }

    [Fact]
    public async Task A_replacement_leaves_an_absent_section_alone()
    {
        await CreateAsync();
        await PatchAsync("""{"a":1}""");
        var write = new TwinWrite { Tags = Json.Parse("""{"t":1}""") };
        var twin = (await _twins.ReplaceAsync(_hub, "d", write, ETagCondition.Any, None)).Value!.Twin;

        Assert.Equal("""{"a":1}""", twin.Desired.Values.GetRawText());
        Assert.Equal("""{"t":1}""", twin.Tags.GetRawText());
        Assert.Equal(2, twin.Desired.Version);
    }

    [Fact]
    public async Task A_replacement_drops_what_it_does_not_hold_from_values_and_metadata()
    {
        await CreateAsync();
        await PatchAsync("""{"a":1,"b":2}""");
        var write = new TwinWrite { Desired = Json.Parse("""{"a":1,"c":100}""") };
        var twin = (await _twins.ReplaceAsync(_hub, "d", write, ETagCondition.Any, None)).Value!.Twin;

        Assert.Equal("""{"a":1,"c":100}""", twin.Desired.Values.GetRawText());
        Assert.False(twin.Desired.Metadata.TryGetProperty("b", out _));
    }

    [Fact]
    public async Task Imported_reported_properties_start_their_own_metadata()
    {
        var created = (await CreateAsync()).Twin;
        var exported = Json.Parse("""{"f":"1.2","$metadata":{"$lastUpdated":"2001-01-01T00:00:00Z"},"$version":77}""");
        var twin = (await _twins.ImportReportedAsync(_hub, "d", exported, None)).Value!.Twin;

        Assert.Equal("""{"f":"1.2"}""", twin.Reported.Values.GetRawText());
        Assert.Equal($$$"""{"$lastUpdated":"{{{First}}}","f":{"$lastUpdated":"{{{First}}}"}}""", twin.Reported.Metadata.GetRawText());
        Assert.Equal((2, created.ETag), (twin.Reported.Version, twin.ETag));
    }

    [Theory]
    [InlineData(8 * 1024, 32 * 1024, true)]
    [InlineData((8 * 1024) + 1, 1, false)]
    [InlineData(1, (32 * 1024) + 1, false)]
    public async Task Sections_have_a_size(int tags, int desired, bool accepted)
    {
        await CreateAsync();
        var write = new TwinWrite { Tags = OfSize(tags), Desired = OfSize(desired) };
        var patched = await _twins.PatchAsync(_hub, "d", write, ETagCondition.Any, None);
        var replaced = await _twins.ReplaceAsync(_hub, "d", write, ETagCondition.Any, None);

        Assert.Equal((accepted, accepted), (patched.IsSuccess, replaced.IsSuccess));
        if (!accepted) Assert.Equal("ArgumentInvalid", patched.Error!.Kind.Name);
    }

    [Fact]
    public async Task The_size_counts_after_the_merge()
    {
        await CreateAsync();
        await PatchAsync(OfSize(20_000).GetRawText());
        var other = new TwinWrite { Desired = Json.Parse(OfSize(20_000).GetRawText().Replace("\"k", "\"l", StringComparison.Ordinal)) };

        Assert.False((await _twins.PatchAsync(_hub, "d", other, ETagCondition.Any, None)).IsSuccess);
        Assert.False((await _twins.ImportReportedAsync(_hub, "d", OfSize(40_000), None)).IsSuccess);
    }

    [Fact]
    public async Task A_patch_that_loses_a_race_is_merged_into_the_winner()
    {
        await CreateAsync();
        _store.BeforeWrite = () =>
        {
            _store.BeforeWrite = null;
            PatchAsync("""{"other":1}""").GetAwaiter().GetResult();
        };
        var twin = await PatchAsync("""{"mine":1}""");

        Assert.Equal("""{"other":1,"mine":1}""", twin.Desired.Values.GetRawText());
        Assert.Equal(3, twin.Desired.Version);
    }

    [Fact]
    public async Task A_twin_survives_storage_and_never_prints_its_contents()
    {
        await CreateAsync();
        await PatchAsync("""{"password":"s3cret","list":[1,{"a":null}],"text":"ü\u0001"}""");
        var device = (await _twins.GetAsync(_hub, "d", None)).Value!;
        var bytes = EmbeddedHubJson.Serialize(device);

        Assert.Equal(bytes, EmbeddedHubJson.Serialize(EmbeddedHubJson.DeserializeDevice(bytes)));
        Assert.DoesNotContain("s3cret", $"{device} {device.Twin}", StringComparison.Ordinal);
    }

    /// <summary>An object of exactly this size: names of three characters, strings of up to 1000.</summary>
    private static System.Text.Json.JsonElement OfSize(int size)
    {
        var members = new List<string>();
        for (var i = 0; size > 0; i++)
        {
            var name = size < 3 ? new string('k', size) : $"k{i:D2}";
            var value = new string('v', Math.Min(1000, size - name.Length));
            members.Add($"\"{name}\":\"{value}\"");
            size -= name.Length + value.Length;
        }

        return Json.Parse("{" + string.Join(',', members) + "}");
    }

    private async Task<HubDevice> CreateAsync() => (await _registry.CreateAsync(_hub, new() { DeviceId = "d" }, None)).Value!;

    private async Task<DeviceTwin> PatchAsync(string desired)
    {
        var result = await _twins.PatchAsync(_hub, "d", new() { Desired = Json.Parse(desired) }, ETagCondition.Any, None);
        Assert.Null(result.Error);
        return result.Value!.Twin;
    }
}
