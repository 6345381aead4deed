using Muster.Core.Hubs;
using Muster.TestKit;

namespace Muster.Hubs.Tests.AzureIotHub;

/// <summary>What fails, by the table of iot-hub 2.6.</summary>
public sealed class ConnectorFailureTests
{
    public static TheoryData<int, string?, string, int, bool> Answers => new()
    {
        { 400, "ArgumentInvalid", RestHub.ErrorBody("ArgumentInvalid", "no"), 400004, false },
        { 401, "IotHubUnauthorizedAccess", RestHub.ErrorBody("IotHubUnauthorizedAccess", "Unauthorized"), 401002, false },
        { 403, "IotHubQuotaExceeded", RestHub.ErrorBody("IotHubQuotaExceeded", "full"), 403002, false },
        { 403, null, "", 403002, false },
        { 413, null, """{"Message":"ErrorCode:TooManyDevices;full"}""", 413002, false },
        { 429, null, RestHub.ErrorBody("ThrottlingBacklogTimeout", "slow"), 429003, true },
        { 429, null, "", 429001, true },
        { 500, "ServerError", RestHub.ErrorBody("ServerError", "oops"), 500001, true },
        { 503, null, """{"Message":"{\"errorCode\":503005,\"message\":\"busy\"}","ExceptionMessage":""}""", 503005, true },
        { 504, null, "<html>gateway</html>", 504000, true },
        { 502, null, "", 502000, true },
        { 302, null, "", 302000, false },
        { 404, "DeviceNotFound", "[]", 404001, false },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task A_refusal_keeps_its_code_and_the_hub_s_own_words(int status, string? header, string body, int code, bool isTransient)
    {
        await using var harness = await ConnectorHarness.StartAsync();
        (string, string)[] headers = header is null ? [] : [("iothub-errorcode", header)];
        harness.Hub.Next("PUT", RestHub.Answer(status, body, headers));

        var problem = await Assert.ThrowsAsync<HubCallException>(() => harness.EnsureAsync("dev"));

        Assert.Equal((code, isTransient), (problem.Code, problem.IsTransient));
        if (body.Length > 0) Assert.Equal(body, problem.Message);
        else Assert.Contains($"{status}", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("7", 7)]
    [InlineData("Thu, 01 Jan 1970 00:00:00 GMT", null)]
    [InlineData("soon", null)]
    public async Task The_hub_s_wish_to_wait_is_read(string header, int? seconds)
    {
        await using var harness = await ConnectorHarness.StartAsync();
        harness.Hub.Next("PUT", RestHub.Refuse(429, "ThrottlingException", "slow", ("Retry-After", header)));
        var problem = await Assert.ThrowsAsync<HubCallException>(() => harness.EnsureAsync("dev"));
        Assert.Equal(seconds, problem.RetryAfter?.TotalSeconds);
    }

    [Fact]
    public async Task A_connection_that_breaks_off_may_be_tried_again()
    {
        await using var harness = await ConnectorHarness.StartAsync();
        harness.Hub.Next("PUT", RestHub.BreakOff);
        var problem = await Assert.ThrowsAsync<HubCallException>(() => harness.EnsureAsync("dev"));
        Assert.Equal((503001, true), (problem.Code, problem.IsTransient));
        Assert.Equal(HubEnsureOutcome.Created, await harness.EnsureAsync("dev"));
    }

    [Fact]
    public async Task A_hub_that_does_not_answer_in_time_is_given_up()
    {
        await using var harness = await ConnectorHarness.StartAsync();
        var connector = harness.Connect(link => link with { Settings = link.Settings! with { TimeoutSeconds = 1 } });
        harness.Hub.Next("GET", RestHub.Hang);
        var problem = await Assert.ThrowsAsync<HubCallException>(() => connector.ReadDeviceAsync("dev", default));
        Assert.Equal((503001, true), (problem.Code, problem.IsTransient));
        Assert.Contains("did not answer within 1 seconds", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_is_no_JSON_is_a_failure_of_the_hub()
    {
        await using var harness = await ConnectorHarness.StartAsync();
        harness.Hub.Next("GET", RestHub.Answer(200, "<html>welcome to the hotel's network</html>"));
        var problem = await Assert.ThrowsAsync<HubCallException>(() => harness.Connector.ReadDeviceAsync("dev", default));
        Assert.Equal(500001, problem.Code);
    }

    // iot-hub checklist 94.
    [Fact]
    public async Task Each_kind_of_trouble_has_its_own_verdict()
    {
        await using var harness = await ConnectorHarness.StartAsync();
        Assert.Equal(HubProbeOutcome.Ready, (await harness.Connector.ProbeAsync(default)).Outcome);
        Assert.Empty(harness.Hub.Devices);

        var wrongKey = harness.Connect(link => link with { ConnectionString = ConnectorTests.WrongKey(harness) });
        Assert.Equal(HubProbeOutcome.Unauthorized, (await wrongKey.ProbeAsync(default)).Outcome);

        var untrusted = harness.Connect(link => link with { Settings = link.Settings! with { RootCertificates = null } });
        var certificate = await untrusted.ProbeAsync(default);
        Assert.Equal(HubProbeOutcome.Unreachable, certificate.Outcome);
        Assert.Contains("certificate", certificate.Detail, StringComparison.Ordinal);

        var closed = harness.Connect(link => link with { Settings = link.Settings! with { Port = 1 } });
        Assert.Equal(HubProbeOutcome.Unreachable, (await closed.ProbeAsync(default)).Outcome);

        var nowhere = harness.Connect(link => link with { Settings = link.Settings! with { Address = "no-such-host.invalid" } });
        Assert.Equal(HubProbeOutcome.Unreachable, (await nowhere.ProbeAsync(default)).Outcome);

        harness.Hub.Next("GET", RestHub.Refuse(503, "ServiceUnavailable", "x"));
        Assert.Equal(HubProbeOutcome.Failing, (await harness.Connector.ProbeAsync(default)).Outcome);

        harness.Hub.Next("GET", RestHub.Refuse(404, "DeviceNotFound", "x"));
        harness.Hub.Next("DELETE", RestHub.Refuse(401, "IotHubUnauthorized", "x"));
        var missing = await harness.Connector.ProbeAsync(default);
        Assert.Equal(HubProbeOutcome.MissingPermission, missing.Outcome);
        Assert.Contains("RegistryWrite", missing.Detail, StringComparison.Ordinal);
    }

    // iot-hub checklist 95.
    [Fact]
    public async Task The_key_is_in_no_message()
    {
        await using var harness = await ConnectorHarness.StartAsync();
        var connector = harness.Connect(link => link with { Settings = link.Settings! with { Port = 1 } });
        var problem = await Assert.ThrowsAsync<HubCallException>(() => connector.ReadDeviceAsync("dev", default));
        var key = harness.Hub.ConnectionString.Split("SharedAccessKey=")[1];
        Assert.DoesNotContain(key, problem.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("sig=", problem.ToString(), StringComparison.Ordinal);
    }
}
