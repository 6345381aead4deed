using Muster.Core.Registration;

namespace Muster.Core.Tests.Registration;

public sealed class ConnectionEndsTests
{
    private readonly ConnectionEnds _ends = new();

    [Theory]
    [InlineData("0ne1", null, 10, "a3 b2 a1")]
    [InlineData("0NE1", "A", 10, "a3 a1")]
    [InlineData("0ne1", null, 1, "a3")]
    [InlineData("0ne2", null, 10, "a4")]
    [InlineData("0ne3", null, 10, "")]
    public void The_latest_ends_of_a_scope_or_of_a_device_come_newest_first(string scope, string? device, int limit, string expected)
    {
        foreach (var (end, of) in new[] { ("a1", "0ne1"), ("b2", "0ne1"), ("a3", "0ne1"), ("a4", "0ne2") }) _ends.Add(End(of, end[..1], end));

        Assert.Equal(expected, string.Join(' ', _ends.Latest(scope, device, limit).Select(end => end.Detail)));
    }

    [Fact]
    public void The_oldest_end_is_forgotten_first()
    {
        for (var number = 0; number < ConnectionEnds.Capacity + 2; number++) _ends.Add(End("0ne1", "a", $"{number}"));

        var latest = _ends.Latest("0ne1", "a", int.MaxValue);

        Assert.Equal(ConnectionEnds.Capacity, latest.Count);
        Assert.Equal(($"{ConnectionEnds.Capacity + 1}", "2"), (latest[0].Detail, latest[^1].Detail));
    }

    [Fact]
    public void A_name_of_any_length_costs_no_more_than_256_characters()
    {
        _ends.Add(End("0ne1", new string('x', 100_000), "long"));

        Assert.Equal(256, Assert.Single(_ends.Latest("0ne1", null, 1)).RegistrationId.Length);
    }

    private static ConnectionEnd End(string scope, string device, string detail) => new()
    {
        AtUtc = DateTimeOffset.UnixEpoch,
        Duration = TimeSpan.Zero,
        Protocol = "Mqtt",
        IdScope = scope,
        RegistrationId = device,
        RemoteAddress = "",
        Reason = "ClientDisconnected",
        Detail = detail,
    };
}
