using Muster.CommandLine;
using Muster.Composition;
using Muster.Tests.Registration;

namespace Muster.Tests.CommandLine;

public sealed class CommandLineTests : IDisposable
{
    private const string Assigned = """
        {"operationId":"5.x","status":"assigned","registrationState":{"assignedHub":"hub1.example.org","deviceId":"dev-1"}}
        """;

    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
    }

    [Fact]
    public async Task The_version_is_printed()
    {
        Assert.Equal(ExitCode.Success, await RunAsync("--version"));
        Assert.Matches(@"^muster \d+\.\d+\.\d+\n$", _output.ToString());
    }

    [Theory]
    [InlineData("--help", "serve")]
    [InlineData("serve --help", "--https-port <PORT>")]
    [InlineData("serve --help", "MUSTER__HttpsPort=8443")]
    [InlineData("device register --help", "--group-key <KEY>")]
    public async Task The_help_explains(string arguments, string expected)
    {
        Assert.Equal(ExitCode.Success, await RunAsync(arguments.Split(' ')));
        Assert.Contains(expected, _output.ToString());
    }

    [Fact]
    public async Task Serve_reports_every_mistake_at_once()
    {
        var exit = await RunAsync(
            "serve", "--https-port", "70000", "--mqtt-port", "x", "--portal-port", "1", "--portal-port", "2",
            "--colour", "red", "stray", "--host");

        Assert.Equal(ExitCode.WrongOptions, exit);
        var text = _error.ToString();
        Assert.StartsWith("6 options are wrong:", text);
        foreach (var expected in (string[])
        [
            "--https-port is '70000': It is not a port.", "--mqtt-port is 'x': It is not a port.",
            "--portal-port is '1', '2': It is given more than once.", "--colour: There is no such option. Allowed are --data,",
            "'stray': It belongs to no option.", "--host: Its value is missing. Allowed is --host NAME.",
        ])
        {
            Assert.Contains(expected, text);
        }
    }

    [Fact]
    public async Task Serve_reports_a_bad_certificate_and_a_taken_folder_with_different_exit_codes()
    {
        await using var running = await RunningServer.StartAsync();

        Assert.Equal(ExitCode.WrongOptions, await RunAsync(
            "serve", "--data", running.Folder.Path, "--certificate", "/nowhere/a.pem", "--certificate-key", "/nowhere/b.pem"));
        Assert.Equal(ExitCode.CannotStart, await RunAsync("serve", "--data", running.Folder.Path, "--https-port", "0"));
        Assert.Contains("Muster cannot start. The data folder", _error.ToString());
    }

    [Fact]
    public async Task Serve_reports_every_taken_port_and_ends_with_exit_code_3()
    {
        await using var running = await RunningServer.StartAsync();
        using var folder = new TemporaryFolder();
        var https = $"{running.Server.HttpsPort}";
        var crl = $"{running.Server.CrlPort}";

        Assert.Equal(ExitCode.CannotStart, await RunAsync(
            "serve", "--data", folder.Path, "--https-port", https, "--crl-port", crl, "--portal-port", "0"));
        Assert.Contains($"Port {https} for HTTPS is taken by another program.", _error.ToString());
        Assert.Contains($"Port {crl} for the revocation list is taken by another program.", _error.ToString());
    }

    [Fact]
    public async Task Register_reports_every_mistake_at_once_and_no_key()
    {
        var exit = await RunAsync(
            "device", "register", "--id", "a b", "--key", "s3cret!", "--group-key", "YQ==", "--endpoint", "http://x", "--payload", "{",
            "--root-cert", "/nowhere/root.pem", "--data", "/nowhere", "--speed", "9");

        Assert.Equal(ExitCode.WrongOptions, exit);
        var text = _error.ToString();
        foreach (var expected in (string[])
        [
            "--id is 'a b': It is not a registration ID.", "--key: The value is not a key.", "--key, --group-key, --certificate: More than one is given.",
            "--endpoint is 'http://x': It is not the address of a service.", "--payload is '{': It is not JSON",
            "--root-cert is '/nowhere/root.pem': It cannot be read", "--data is '/nowhere': There is no readable /nowhere/endpoints.json.",
            "--id-scope: It is missing.", "--speed: There is no such option.",
        ])
        {
            Assert.Contains(expected, text);
        }

        Assert.DoesNotContain("s3cret", text);
        Assert.DoesNotContain("YQ==", text);
    }

    [Theory]
    [InlineData("--id", "-", ExitCode.Success)]
    [InlineData("--id", "ends.with.", ExitCode.WrongOptions)]
    [InlineData("--id", "Sensor:7-", ExitCode.Success)]
    public async Task Register_takes_registration_ids_by_their_rule(string option, string id, int expected)
    {
        await using var service = await ScriptedService.StartAsync((202, null, Assigned));

        Assert.Equal(expected, await RunAsync(
            "device", "register", option, id, "--key", "a2V5", "--endpoint", service.Endpoint, "--id-scope", "0neX",
            "--root-cert", service.RootFile));
    }

    [Fact]
    public async Task Register_takes_scope_endpoint_and_root_from_the_data_folder()
    {
        await using var service = await ScriptedService.StartAsync((202, null, Assigned));
        using var folder = new TemporaryFolder();
        var endpoint = new Uri(service.Endpoint).Authority;
        new EndpointsDocument
        {
            IdScope = "0neTEST0002",
            ServiceEndpoint = endpoint,
            DeviceEndpoint = endpoint,
            HttpsPort = new Uri(service.Endpoint).Port,
            MqttPort = 8883,
            AmqpPort = 5671,
            Portal = "http://localhost:8080/",
            RootCertificate = service.RootFile,
        }.Save(folder.Combine("endpoints.json"));

        var exit = await RunAsync("device", "register", "--data", folder.Path, "--id", "dev-1", "--group-key", "a2V5");

        Assert.Equal(ExitCode.Success, exit);
        Assert.StartsWith("Assigned: dev-1 is provisioned.", _output.ToString());
        Assert.StartsWith("/0neTEST0002/registrations/dev-1/register", service.Requests[0].Target);
    }

    [Fact]
    public async Task Register_ends_with_exit_code_1_when_refused()
    {
        await using var service = await ScriptedService.StartAsync((401, null, """{"errorCode":401002,"message":"Unauthorized"}"""));

        Assert.Equal(ExitCode.Refused, await RunAsync(
            "device", "register", "--id", "dev-1", "--key", "a2V5", "--endpoint", service.Endpoint, "--id-scope", "0neX", "--root-cert",
            service.RootFile));
        Assert.StartsWith("Refused:", _error.ToString());
        Assert.Empty(_output.ToString());
    }

    private Task<int> RunAsync(params string[] arguments) => MusterCommand.RunAsync(arguments, _output, _error);
}
