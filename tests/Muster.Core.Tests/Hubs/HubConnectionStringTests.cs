using Muster.Core.Hubs;

namespace Muster.Core.Tests.Hubs;

public sealed class HubConnectionStringTests
{
    [Theory]
    [InlineData("HostName=Hub.Example.net;SharedAccessKeyName=dps;SharedAccessKey=AQID", "hub.example.net")]
    [InlineData("SharedAccessKey=AQID;sharedaccesskeyname=dps; HOSTNAME=hub ;", "hub")]
    [InlineData("HostName=10.0.0.7;SharedAccessKeyName=dps;SharedAccessKey=AQID", "10.0.0.7")]
    public void Parts_are_read_in_any_order_and_case(string text, string host)
    {
        var parsed = HubConnectionString.Parse(text).Value!;
        Assert.Equal((host, "dps", "AQID"), (parsed.HostName, parsed.KeyName, parsed.Key.Reveal()));
        Assert.Equal($"HostName={host};SharedAccessKeyName=dps;SharedAccessKey=****", parsed.Masked);
    }

    [Theory]
    [InlineData("", "HostName is missing")]
    [InlineData("nonsense", "it must be of the form")]
    [InlineData("HostName=hub;SharedAccessKey=AQID", "SharedAccessKeyName is missing")]
    [InlineData("HostName=hub;SharedAccessKeyName=dps", "SharedAccessKey is missing")]
    [InlineData("HostName=hub;SharedAccessKeyName=dps;SharedAccessKey=c2VjcmV0!", "must be Base64")]
    [InlineData("HostName=hub:8443;SharedAccessKeyName=dps;SharedAccessKey=AQID", "the port is a setting of its own")]
    [InlineData("HostName=https://hub;SharedAccessKeyName=dps;SharedAccessKey=AQID", "without scheme")]
    [InlineData("HostName=hub;HostName=hub2;SharedAccessKeyName=dps;SharedAccessKey=AQID", "given twice")]
    public void Mistakes_are_named_without_repeating_the_key(string text, string problem)
    {
        var refusal = HubConnectionString.Parse(text).Refusal!;
        Assert.Equal(400004, refusal.Code);
        Assert.Contains(problem, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("AQID", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("c2VjcmV0", refusal.Message, StringComparison.Ordinal);
    }
}
