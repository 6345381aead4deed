using System.Net;
using Muster.Core.Networking;
using Xunit;

namespace Muster.Core.Tests.Networking;

public sealed class NetworkRulesTests
{
    private const IpFilterAction Accept = IpFilterAction.Accept;
    private const IpFilterAction Reject = IpFilterAction.Reject;

    // Rules as "name action mask target", in order.
    [Theory]
    [InlineData("192.168.101.7", IpFilterTarget.ServiceApi, true, "office", "office accept 192.168.100.0/22 all|rest reject 0.0.0.0/0 all")]
    [InlineData("192.168.104.1", IpFilterTarget.ServiceApi, false, "rest", "office accept 192.168.100.0/22 all|rest reject 0.0.0.0/0 all")]
    [InlineData("10.0.0.1", IpFilterTarget.DeviceApi, true, null, "one reject 10.0.0.2 all")]
    [InlineData("10.0.0.2", IpFilterTarget.DeviceApi, false, "one", "one reject 10.0.0.2 all")]
    [InlineData("10.0.0.2", IpFilterTarget.DeviceApi, false, "first", "first reject 10.0.0.0/8 all|second accept 10.0.0.2 all")]
    [InlineData("10.0.0.2", IpFilterTarget.DeviceApi, true, "second", "first reject 10.0.0.0/8 serviceApi|second accept 10.0.0.2 all")]
    [InlineData("10.0.0.2", IpFilterTarget.ServiceApi, false, "first", "first reject 10.0.0.0/8 serviceApi|second accept 10.0.0.2 all")]
    [InlineData("10.0.0.2", IpFilterTarget.ServiceApi, true, null, "first reject 10.0.0.0/8 deviceApi")]
    [InlineData("::ffff:10.0.0.2", IpFilterTarget.ServiceApi, false, "v4", "v4 reject 10.0.0.0/8 all")]
    [InlineData("10.0.0.2", IpFilterTarget.ServiceApi, false, "mapped", "mapped reject ::ffff:10.0.0.0/104 all")]
    [InlineData("2001:db8::1", IpFilterTarget.ServiceApi, false, "v6", "v6 reject 2001:db8::/32 all")]
    [InlineData("2001:db9::1", IpFilterTarget.ServiceApi, true, null, "v6 reject 2001:db8::/32 all")]
    [InlineData("2001:db8::1", IpFilterTarget.ServiceApi, true, null, "rest reject 0.0.0.0/0 all")]
    [InlineData("10.0.0.2", IpFilterTarget.ServiceApi, true, null, "rest reject ::/0 all")]
    [InlineData("192.168.101.7", IpFilterTarget.ServiceApi, false, "loose", "loose reject 192.168.100.9/22 all")]
    [InlineData("", IpFilterTarget.ServiceApi, false, null, "one reject 10.0.0.2 all")]
    [InlineData("unix", IpFilterTarget.ServiceApi, false, null, "one accept 10.0.0.2 all")]
    [InlineData("10.0.0.2", IpFilterTarget.ServiceApi, true, null, "")]
    public void First_matching_rule_decides_and_no_match_accepts(string address, IpFilterTarget door, bool accepted, string? rule, string rules)
    {
        var verdict = Selected(Rules(rules)).Judge(IPAddress.TryParse(address, out var parsed) ? parsed : null, door);
        Assert.Equal((accepted, rule), (verdict.IsAllowed, verdict.Rule?.FilterName));
        if (rule is not null) Assert.Contains($"'{rule}'", verdict.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PublicNetworkAccess.AllNetworks, "10.0.0.2", true)]
    [InlineData(PublicNetworkAccess.AllNetworks, "", true)]
    [InlineData(PublicNetworkAccess.Disabled, "10.0.0.3", false)]
    [InlineData(PublicNetworkAccess.Disabled, "127.0.0.1", false)]
    public void Rules_are_ignored_in_the_other_modes(PublicNetworkAccess access, string address, bool accepted)
    {
        var rules = new NetworkRules { Access = access, Rules = [new IpFilterRule("one", "10.0.0.2", Reject), new IpFilterRule("all", "0.0.0.0/0", Accept)] };
        Assert.Equal(accepted, rules.Judge(IPAddress.TryParse(address, out var parsed) ? parsed : null, IpFilterTarget.DeviceApi).IsAllowed);
    }

    [Theory]
    [InlineData("10.0.0.1", true)]
    [InlineData("0.0.0.0/0", true)]
    [InlineData("255.255.255.255/32", true)]
    [InlineData("2001:db8::/32", true)]
    [InlineData("::1", true)]
    [InlineData("::/128", true)]
    [InlineData("", false)]
    [InlineData(" 10.0.0.1", false)]
    [InlineData("10.0.0.1 ", false)]
    [InlineData("10.0.0", false)]
    [InlineData("10", false)]
    [InlineData("010.0.0.1", false)]
    [InlineData("0x0a.0.0.1", false)]
    [InlineData("10.0.0.256", false)]
    [InlineData("10.0.0.1/33", false)]
    [InlineData("10.0.0.1/-1", false)]
    [InlineData("10.0.0.1/ 8", false)]
    [InlineData("10.0.0.1/", false)]
    [InlineData("10.0.0.1/8/8", false)]
    [InlineData("10.0.0.1-10.0.0.9", false)]
    [InlineData("2001:db8::/129", false)]
    [InlineData("[::1]", false)]
    [InlineData("fe80::1%eth0", false)]
    [InlineData("example.net", false)]
    public void Masks_are_one_address_or_a_block(string mask, bool valid) => Assert.Equal(valid, IpFilterRule.TryParseMask(mask, out _));

    [Theory]
    [InlineData("a", "10.0.0.1", null)]
    [InlineData("az-09:/\\.+%_#*?!(),=@;'", "10.0.0.1", null)]
    [InlineData("", "10.0.0.1", "ipFilterRules[0].filterName")]
    [InlineData("a b", "10.0.0.1", "ipFilterRules[0].filterName")]
    [InlineData("ä", "10.0.0.1", "ipFilterRules[0].filterName")]
    [InlineData("a\"", "10.0.0.1", "ipFilterRules[0].filterName")]
    [InlineData("a", "10.0.0.1/40", "ipFilterRules[0].ipMask")]
    public void Rules_are_checked_by_name_and_mask(string name, string mask, string? member)
    {
        var found = Selected(new IpFilterRule(name, mask, Accept)).CheckAll();
        Assert.Equal(member, found.Count == 0 ? null : found[0].Message[..found[0].Message.IndexOf(": ", StringComparison.Ordinal)]);
    }

    [Fact]
    public void Names_are_unique_without_case_and_every_mistake_is_told()
    {
        var found = Selected(
            new IpFilterRule("Office", "10.0.0.1", Accept), new IpFilterRule("office", "x", Reject), new IpFilterRule(new string('a', 129), "10.0.0.1", Accept)).CheckAll();
        Assert.Equal(
            ["ipFilterRules[1].filterName", "ipFilterRules[1].ipMask", "ipFilterRules[2].filterName"],
            found.Select(refusal => refusal.Message[..refusal.Message.IndexOf(": ", StringComparison.Ordinal)]));
        Assert.All(found, refusal => Assert.Equal(400004, refusal.Code));
    }

    [Theory]
    [InlineData(100, 0)]
    [InlineData(101, 1)]
    public void At_most_a_hundred_rules_are_allowed(int count, int mistakes)
    {
        var rules = Enumerable.Range(0, count).Select(i => new IpFilterRule($"rule-{i}", "10.0.0.1", Accept)).ToArray();
        Assert.Equal(mistakes, Selected(rules).CheckAll().Count);
    }

    [Fact]
    public void Prefixes_compare_every_bit()
    {
        var address = IPAddress.Parse("170.85.204.51");
        for (var prefix = 0; prefix <= 32; prefix++)
        {
            Assert.True(IpFilterRule.TryParseMask($"170.85.204.51/{prefix}", out var same));
            Assert.True(same.Contains(address), $"/{prefix}");
            if (prefix == 0) continue;

            // The last bit that the prefix covers is turned around.
            var bytes = address.GetAddressBytes();
            bytes[(prefix - 1) / 8] ^= (byte)(0x80 >> ((prefix - 1) % 8));
            Assert.True(IpFilterRule.TryParseMask($"{new IPAddress(bytes)}/{prefix}", out var other));
            Assert.False(other.Contains(address), $"/{prefix}");
        }
    }

    private static NetworkRules Selected(params IpFilterRule[] rules) => new() { Access = PublicNetworkAccess.SelectedRanges, Rules = rules };

    private static IpFilterRule[] Rules(string text) =>
    [
        .. text.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).Select(parts => new IpFilterRule(
            parts[0], parts[2], Enum.Parse<IpFilterAction>(parts[1], ignoreCase: true), Enum.Parse<IpFilterTarget>(parts[3], ignoreCase: true))),
    ];
}
