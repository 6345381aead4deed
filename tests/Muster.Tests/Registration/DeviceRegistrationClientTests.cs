using Muster.CommandLine;
using Muster.Protocols.Sas;
using Muster.Registration;

namespace Muster.Tests.Registration;

public sealed class DeviceRegistrationClientTests
{
    private const string Assigning = """{"operationId":"5.316aac5bdc130deb.b1e02da8-c3a0-4ff2-a121-7ea7a6b7f550","status":"assigning"}""";

    private const string Assigned = """
        {"operationId":"5.x","status":"assigned","registrationState":{"registrationId":"dev-1","assignedHub":"hub1.example.org",
        "deviceId":"device-one","status":"assigned","substatus":"initialAssignment"}}
        """;

    private const string Failed = """
        {"operationId":"5.x","status":"failed","registrationState":{"errorCode":400207,
        "errorMessage":"Custom allocation failed with status code: 400"}}
        """;

    private readonly ManualTimeProvider _time = new(DateTimeOffset.UtcNow, skipsWaits: true);

    [Fact]
    public async Task A_final_first_answer_is_enough()
    {
        await using var service = await ScriptedService.StartAsync((202, "3", Assigned));

        var outcome = await RunAsync(service);

        Assert.Equal(ExitCode.Success, outcome.ExitCode);
        Assert.Equal(
            ["Assigned: dev-1 is provisioned.", "  Hub        hub1.example.org", "  Device ID  device-one",
                "  Substatus  initialAssignment (first assignment)"],
            outcome.Lines);
        Assert.Single(service.Requests);
    }

    [Fact]
    public async Task It_polls_the_operation_after_the_time_that_the_service_names()
    {
        await using var service = await ScriptedService.StartAsync(
            (202, "3", Assigning), (202, "7", Assigning), (429, "11", "{}"), (200, null, Assigned));

        var outcome = await RunAsync(service);

        Assert.Equal(ExitCode.Success, outcome.ExitCode);
        Assert.Equal([TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(11)], _time.Waits);
        Assert.Equal(
            [
                "PUT /0neTEST0001/registrations/dev-1/register?api-version=2021-10-01",
                "GET /0neTEST0001/registrations/dev-1/operations/5.316aac5bdc130deb.b1e02da8-c3a0-4ff2-a121-7ea7a6b7f550"
                + "?api-version=2021-10-01",
            ],
            service.Requests.Select(request => $"{request.Method} {request.Target}").Distinct());
    }

    [Fact]
    public async Task It_signs_with_the_key_and_sends_id_and_payload()
    {
        await using var service = await ScriptedService.StartAsync((202, null, Assigned));

        await RunAsync(service, request => request with { Payload = """{"model": [1, null]}""" });

        var (_, _, authorization, body) = Assert.Single(service.Requests);
        Assert.True(SasToken.TryParse(authorization, out var token, out _));
        Assert.Equal("0neTEST0001/registrations/dev-1", token!.Resource);
        Assert.Equal("registration", token.KeyName);
        Assert.True(token.IsSignedWith("device key"u8));
        Assert.Equal("""{"registrationId":"dev-1","payload":{"model": [1, null]}}""", body);
    }

    [Fact]
    public void A_group_key_gives_the_documented_device_key() =>
        Assert.Equal(
            "Jsm0lyGpjaVYVP2g3FnmnmG9dI/9qU24wNoykUmermc=", // behaviour B-6.3, checklist item 6
            Convert.ToBase64String(DeviceKey.Derive(
                Convert.FromBase64String("8isrFI1sGsIlvvFSSFRiMfCNzv21fjbE/+ah/lSh3lF8e2YG1Te7w1KpZhJFFXJrqYKi9yegxkqIChbqOS9Egw=="),
                "sn-007-888-abc-mac-a1-b2-c3-d4-e5-f6")));

    [Theory]
    [InlineData(401, """{"errorCode":401002,"trackingId":"8ad0463c","message":"Unauthorized"}""", "401002", "8ad0463c", "check --key")]
    [InlineData(404, """{"errorCode":404201,"trackingId":"t-1","message":"Not found"}""", "404201", "t-1", "check --id-scope and --id")]
    [InlineData(400, """{"errorCode":400000,"trackingId":"t-2","message":"Bad request"}""", "400000", "t-2", "check --id and --payload")]
    [InlineData(500, """{"errorCode":500000,"trackingId":"t-3","message":"Oops"}""", "500000", "t-3", "look at its log")]
    [InlineData(200, "<html>hello</html>", "200", "HTTP", "is not a provisioning service")]
    [InlineData(202, """{"status":"disabled","registrationState":{"status":"disabled"}}""", "disabled", "dev-1", "enable the enrollment")]
    [InlineData(200, Failed, "400207", "Custom allocation failed", "allocation policy")]
    public async Task A_refusal_is_told_with_code_message_and_what_to_do(
        int status, string body, string first, string second, string advice)
    {
        await using var service = await ScriptedService.StartAsync((status, null, body));

        var outcome = await RunAsync(service);

        Assert.Equal(ExitCode.Refused, outcome.ExitCode);
        var text = string.Join('\n', outcome.Lines);
        Assert.Contains(first, text);
        Assert.Contains(second, text);
        Assert.StartsWith("What to do: ", outcome.Lines[^1]);
        Assert.Contains(advice, text);
    }

    [Fact]
    public async Task A_service_that_stays_busy_is_given_up()
    {
        var busy = Enumerable.Repeat((202, (string?)"30", Assigning), 10).ToArray();
        await using var service = await ScriptedService.StartAsync(busy);

        var outcome = await RunAsync(service);

        Assert.Equal(ExitCode.CannotReach, outcome.ExitCode);
        Assert.Contains("still being assigned after 2 minutes", outcome.Lines[0]);
    }

    [Fact]
    public async Task Control_characters_of_a_message_do_not_reach_the_terminal()
    {
        await using var service = await ScriptedService.StartAsync((401, null, """{"errorCode":401002,"message":"a\u001b[31m\nb"}"""));

        Assert.Contains("  Message      a [31m b", (await RunAsync(service)).Lines);
    }

    [Fact]
    public async Task An_untrusted_certificate_is_told_with_the_option_that_helps()
    {
        await using var service = await ScriptedService.StartAsync();
        await using var other = await ScriptedService.StartAsync();

        var outcome = await RunAsync(service, request => request with { RootCertificateFile = other.RootFile });

        Assert.Equal(ExitCode.CannotReach, outcome.ExitCode);
        Assert.Contains("--root-cert FILE", outcome.Lines[^1]);
        Assert.Empty(service.Requests);
    }

    [Fact]
    public async Task Nobody_listening_is_told_with_what_to_check()
    {
        var service = await ScriptedService.StartAsync();
        var endpoint = new Uri(service.Endpoint);
        await service.DisposeAsync();

        var outcome = await new DeviceRegistrationClient(Request(endpoint), _time).RunAsync(default);

        Assert.Equal(ExitCode.CannotReach, outcome.ExitCode);
        Assert.Contains("check that the service runs", outcome.Lines[^1]);
    }

    private Task<RegistrationOutcome> RunAsync(
        ScriptedService service, Func<DeviceRegistrationRequest, DeviceRegistrationRequest>? change = null)
    {
        var request = Request(new Uri(service.Endpoint)) with { RootCertificateFile = service.RootFile };
        return new DeviceRegistrationClient(change?.Invoke(request) ?? request, _time).RunAsync(default);
    }

    private static DeviceRegistrationRequest Request(Uri endpoint) => new()
    {
        Endpoint = endpoint,
        IdScope = "0neTEST0001",
        RegistrationId = "dev-1",
        Key = "device key"u8.ToArray(),
    };
}
