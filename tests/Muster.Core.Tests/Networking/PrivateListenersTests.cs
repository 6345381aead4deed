using System.Net;
using Muster.Core.Instances;
using Muster.Core.Networking;
using Xunit;

namespace Muster.Core.Tests.Networking;

/// <summary>Private endpoints: which connections arrive over one, and what becomes of decisions when the configuration changes (behaviour B-14.7).</summary>
public sealed class PrivateListenersTests
{
    private static readonly PrivateListeners Two = new(
        [new PrivateListener("a", IPAddress.Parse("10.1.0.5")), new PrivateListener("b", IPAddress.Parse("fd00::5"))]);

    // Who arrives where, and what the rules say, at an instance that approved "a" and rejected "b".
    [Theory]
    [InlineData("10.1.0.5", PublicNetworkAccess.Disabled, true)]
    [InlineData("::ffff:10.1.0.5", PublicNetworkAccess.Disabled, true)]
    [InlineData("10.1.0.5", PublicNetworkAccess.SelectedRanges, true)]
    [InlineData("fd00::5", PublicNetworkAccess.AllNetworks, false)]
    [InlineData("fd00::5", PublicNetworkAccess.Disabled, false)]
    [InlineData("10.1.0.6", PublicNetworkAccess.AllNetworks, true)]
    [InlineData("10.1.0.6", PublicNetworkAccess.SelectedRanges, false)]
    [InlineData("10.1.0.6", PublicNetworkAccess.Disabled, false)]
    [InlineData(null, PublicNetworkAccess.AllNetworks, true)]
    [InlineData(null, PublicNetworkAccess.Disabled, false)]
    public void Who_arrives_at_a_private_address_is_judged_by_its_approval_alone(string? local, PublicNetworkAccess access, bool isAllowed)
    {
        var instance = Instance(
            new PrivateEndpointConnection("A", "10.1.0.5", PrivateEndpointStatus.Approved, ""),
            new PrivateEndpointConnection("b", "fd00::5", PrivateEndpointStatus.Rejected, "")) with
        {
            Network = new NetworkRules { Access = access, Rules = [new IpFilterRule("none", "0.0.0.0/0", IpFilterAction.Reject)] },
        };
        Assert.Equal(isAllowed, new NetworkGate(Two).Judge(instance, NetworkSource.Parse("192.0.2.1", local), IpFilterTarget.DeviceApi)!.IsAllowed);
    }

    [Theory]
    [InlineData(PrivateEndpointStatus.Pending, "10.1.0.5", "is not approved yet")]
    [InlineData(PrivateEndpointStatus.Rejected, "10.1.0.5", "is rejected")]
    [InlineData(PrivateEndpointStatus.Disconnected, "10.1.0.5", "is disconnected")]
    [InlineData(PrivateEndpointStatus.Approved, "10.1.0.9", "is not approved yet")]
    [InlineData(null, "", "was removed")]
    public void Only_an_approval_of_this_very_address_counts(PrivateEndpointStatus? status, string address, string reason)
    {
        var instance = status is { } known ? Instance(new PrivateEndpointConnection("a", address, known, "")) : Instance();
        var verdict = new NetworkGate(Two).Judge(instance, NetworkSource.Parse("192.0.2.1", "10.1.0.5"), IpFilterTarget.ServiceApi)!;
        Assert.False(verdict.IsAllowed);
        Assert.Contains(reason, verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_judged_where_nothing_restricts() =>
        Assert.Null(new NetworkGate(PrivateListeners.None).Judge(Instance(), NetworkSource.Parse("192.0.2.1", "10.1.0.5"), IpFilterTarget.ServiceApi));

    [Theory]
    [InlineData("", "a 10.1.0.5 Pending, b fd00::5 Pending")]
    [InlineData("A 10.1.0.5 Approved", "A 10.1.0.5 Approved, b fd00::5 Pending")]
    [InlineData("a 10.1.0.9 Approved", "a 10.1.0.5 Pending, b fd00::5 Pending")]
    [InlineData("b fd00::5 Rejected, c 10.1.0.7 Approved", "b fd00::5 Rejected, c 10.1.0.7 Disconnected, a 10.1.0.5 Pending")]
    [InlineData("a 10.1.0.5 Disconnected, b fd00::5 Approved", "a 10.1.0.5 Pending, b fd00::5 Approved")]
    public void Decisions_follow_the_configuration(string known, string expected) =>
        Assert.Equal(expected, string.Join(", ", Two.Reconcile(Read(known))!.Select(one => $"{one.Name} {one.Address} {one.Status}")));

    [Fact]
    public void Without_private_listeners_nothing_is_kept() => Assert.Null(PrivateListeners.None.Reconcile(null));

    private static PrivateEndpointConnection[] Read(string text) =>
    [
        .. text.Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(one => one.Split(' '))
            .Select(parts => new PrivateEndpointConnection(parts[0], parts[1], Enum.Parse<PrivateEndpointStatus>(parts[2]), "kept")),
    ];

    private static ProvisioningInstance Instance(params PrivateEndpointConnection[] connections) => new()
    {
        Name = "default",
        IdScope = "0ne00000001",
        ServiceHostNames = [],
        AccessPolicies = [],
        PrivateEndpointConnections = connections.Length == 0 ? null : connections,
        CreatedUtc = DateTimeOffset.UnixEpoch,
        ETag = "\"1\"",
    };
}
