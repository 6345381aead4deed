using System.Net;
using Muster.Core.Attestation;
using Muster.TestKit;

namespace Muster.DeviceApi.Tests.Http;

/// <summary>Two groups that hold the same key verify the same token: which one admits (behaviour B-3.1, tie of row 12).</summary>
public sealed class SharedGroupKeyTests(DeviceApiFixture fixture) : IClassFixture<DeviceApiFixture>
{
    private readonly RunningServer _server = fixture.Server;

    [Fact]
    public async Task Oldest_group_admits_a_new_device()
    {
        var key = await TwoGroupsAsync("oldest", second: "");
        Assert.Equal("oldest-1", await RegisterAsync("oldest-device", key));
    }

    [Fact]
    public async Task Group_of_the_device_s_record_admits_it_again()
    {
        const string key = "BgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgY=";
        await _server.EnrollGroupAsync("record-2", key);
        Assert.Equal("record-2", await RegisterAsync("record-device", key));

        // Deleted and created anew, the first group is now the younger one; the record still names the other.
        await _server.EnrollGroupAsync("record-1", key);
        await _server.ServiceAsync(HttpMethod.Delete, "/enrollmentGroups/record-2");
        await _server.EnrollGroupAsync("record-2", key);
        Assert.Equal("record-2", await RegisterAsync("record-device", key));
        Assert.Equal("record-1", await RegisterAsync("record-other", key));
    }

    [Fact]
    public async Task Disabled_group_wins_over_an_enabled_one()
    {
        var key = await TwoGroupsAsync("disabled", second: ""","provisioningStatus":"disabled" """);
        var answer = await _server.RegisterAsync("disabled-device", Token("disabled-device", key));
        Assert.Equal("disabled", answer.Json.GetProperty("status").GetString());
    }

    private async Task<string> TwoGroupsAsync(string name, string second)
    {
        var key = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(name.PadRight(32, '.')));
        await _server.EnrollGroupAsync(name + "-1", key);
        await _server.EnrollGroupAsync(name + "-2", key, more: second);
        return key;
    }

    private async Task<string?> RegisterAsync(string id, string groupKey)
    {
        var answer = await _server.RegisterAsync(id, Token(id, groupKey));
        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        return answer.State.GetProperty("symmetricKey").GetProperty("enrollmentGroupId").GetString();
    }

    private string Token(string id, string groupKey) => _server.DeviceToken(id, SymmetricKeyDerivation.Derive(groupKey, id));
}
