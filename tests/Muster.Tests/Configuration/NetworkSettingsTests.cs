using System.Net;
using Muster.Configuration;

namespace Muster.Tests.Configuration;

public sealed class NetworkSettingsTests
{
    [Fact]
    public void Private_endpoints_are_read_and_their_addresses_are_listened_on()
    {
        var mistakes = new List<OptionMistake>();
        var options = Read(mistakes, ("0__Name", "plant-a"), ("0__Address", "10.1.0.5"), ("1__Name", "plant.b"), ("1__Address", "::ffff:10.1.0.6"));
        Assert.Empty(mistakes);
        Assert.Equal([("plant-a", "10.1.0.5"), ("plant.b", "10.1.0.6")], options!.PrivateEndpoints.Select(one => (one.Name, one.Address.ToString())));
        Assert.Empty(options.ListenAddresses);
        Assert.Equal(["10.0.0.1", "10.1.0.5", "10.1.0.6"], (options with { Listen = [IPAddress.Parse("10.0.0.1")] }).ListenAddresses.Select(one => one.ToString()));
    }

    [Theory]
    [InlineData("Name", "a b", "0:Name")]
    [InlineData("Name", "", "0:Name")]
    [InlineData("Address", "0.0.0.0", "0:Address")]
    [InlineData("Address", "::", "0:Address")]
    [InlineData("Address", "10.1.0.0/24", "0:Address")]
    [InlineData("Address", "host.example", "0:Address")]
    [InlineData("Approved", "true", "0:Approved")]
    public void Mistakes_name_their_key(string key, string value, string expected)
    {
        var mistakes = new List<OptionMistake>();
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["Name"] = "a", ["Address"] = "10.1.0.5", [key] = value };
        Read(mistakes, [.. settings.Select(setting => ("0__" + setting.Key, setting.Value))]);
        Assert.EndsWith(expected, Assert.Single(mistakes).Key, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("A", "10.1.0.6", "1:Name")]
    [InlineData("b", "10.1.0.5", "1:Address")]
    public void Names_and_addresses_stand_once(string name, string address, string expected)
    {
        var mistakes = new List<OptionMistake>();
        Read(mistakes, ("0__Name", "a"), ("0__Address", "10.1.0.5"), ("1__Name", name), ("1__Address", address));
        Assert.EndsWith(expected, Assert.Single(mistakes).Key, StringComparison.Ordinal);
    }

    [Fact]
    public void The_portal_s_address_and_the_proxies_are_read()
    {
        var mistakes = new List<OptionMistake>();
        var options = ReadAll(mistakes, ("PortalUrl", "https://ops.example.org/muster/"), ("TrustedProxies__0", "10.0.0.7/8"), ("TrustedProxies__1", "fd00::1"));
        Assert.Empty(mistakes);
        Assert.Equal("https://ops.example.org/muster/", options!.PortalUrl!.AbsoluteUri);
        Assert.Equal(["10.0.0.0/8", "fd00::1/128"], options.TrustedProxies.Select(network => network.ToString()));
    }

    [Theory]
    [InlineData("PortalUrl", "ops.example.org/muster")]
    [InlineData("PortalUrl", "ftp://ops.example.org/")]
    [InlineData("PortalUrl", "https://ops.example.org/?a=b")]
    [InlineData("PortalUrl", "https://ops.example.org/#a")]
    [InlineData("PortalUrl", "https://me:secret@ops.example.org/")]
    [InlineData("TrustedProxies__0", "proxy.example.org")]
    [InlineData("TrustedProxies__0", "10.0.0.0/33")]
    public void A_wrong_address_of_portal_or_proxy_is_told(string key, string value)
    {
        var mistakes = new List<OptionMistake>();
        Assert.Null(ReadAll(mistakes, (key, value)));
        Assert.StartsWith("MUSTER__" + key.Split("__")[0], Assert.Single(mistakes).Key, StringComparison.Ordinal);
    }

    private static MusterOptions? Read(List<OptionMistake> mistakes, params (string Key, string Value)[] settings) =>
        ReadAll(mistakes, [.. settings.Select(setting => ("PrivateEndpoints__" + setting.Key, setting.Value))]);

    private static MusterOptions? ReadAll(List<OptionMistake> mistakes, params (string Key, string Value)[] settings) => MusterOptionsReader.Read(
        new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal),
        settings.ToDictionary(setting => "MUSTER__" + setting.Key, setting => setting.Value, StringComparer.Ordinal),
        Path.GetTempPath(), mistakes);
}
