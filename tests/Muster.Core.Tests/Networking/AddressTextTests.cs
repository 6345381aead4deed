using System.Net;
using Muster.Core.Networking;

namespace Muster.Core.Tests.Networking;

/// <summary>How the address of the other side is written wherever people read it.</summary>
public sealed class AddressTextTests
{
    [Theory]
    [InlineData("10.1.2.3", "10.1.2.3")]
    [InlineData("::ffff:10.1.2.3", "10.1.2.3")]
    [InlineData("2001:db8::1", "2001:db8::1")]
    [InlineData("::1", "::1")]
    [InlineData(null, "")]
    public void An_address_is_written_as_people_do(string? address, string text) =>
        Assert.Equal(text, IpFilterRule.Text(address is null ? null : IPAddress.Parse(address)));
}
