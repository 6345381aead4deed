using Muster.Composition;
using Muster.Conformance.Calls;
using Muster.Conformance.Sandbox;

[assembly: AssemblyFixture(typeof(Muster.Conformance.Server.TwoHubServer))]

namespace Muster.Conformance.Server;

/// <summary>
/// The server that most tests share: two embedded hubs, real ports, official clients. Tests use their own enrollments and so do not
/// meet.
/// </summary>
public sealed class TwoHubServer : IAsyncLifetime
{
    /// <summary>Host name of the service.</summary>
    public const string Host = "dps.test";

    /// <summary>The first hub.</summary>
    public const string HubA = "hub-a.test";

    /// <summary>The second hub.</summary>
    public const string HubB = "hub-b.test";

    private readonly TemporaryFolder _folder = new();
    private NetworkSandbox? _sandbox;
    private MusterProcess? _server;
    private OfficialClients? _clients;

    /// <summary>The server.</summary>
    public MusterProcess Server => _server!;

    /// <summary>The official clients.</summary>
    public OfficialClients Clients => _clients!;

    /// <summary>Starts other clients, which believe other endpoints.</summary>
    public Task<OfficialClients> StartClientsAsync(EndpointsDocument endpoints) => OfficialClients.StartAsync(_sandbox!, endpoints);

    /// <summary>Starts a device with a software TPM of its own.</summary>
    public Task<TpmDevice> StartTpmAsync(string registrationId) =>
        TpmDevice.StartAsync(_sandbox!, OfficialClients.Trust(Server.Endpoints), registrationId);

    /// <summary>Runs a shell script beside the server, with the variables that its endpoints are.</summary>
    /// <returns>Its exit code and all it printed.</returns>
    public async Task<(int ExitCode, string Output)> ShellAsync(string script)
    {
        var variables = new Dictionary<string, string>
        {
            ["HOST"] = Server.Endpoints.DeviceEndpoint,
            ["SCOPE"] = Server.Endpoints.IdScope!,
            ["ROOT"] = Server.Endpoints.RootCertificate!,
        };
        await using var process = await _sandbox!.StartAsync(variables, "sh", "-c", script);
        process.CloseInput();
        var code = await process.WaitForExitAsync();
        return (code, $"{process.Output}\n{process.Errors}");
    }

    /// <summary>Runs a command inside the sandbox.</summary>
    /// <returns>Its exit code and all it printed.</returns>
    public async Task<(int ExitCode, string Output)> RunAsync(params string[] command)
    {
        await using var process = await _sandbox!.StartAsync(new Dictionary<string, string>(), command);
        process.CloseInput();
        var code = await process.WaitForExitAsync();
        return (code, $"{process.Output}\n{process.Errors}");
    }

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        _sandbox = await NetworkSandbox.CreateAsync(Host, HubA, HubB);
        _server = await MusterProcess.StartAsync(_sandbox, _folder.Path, "--host", Host, "--hub", HubA, "--hub", HubB);
        _clients = await OfficialClients.StartAsync(_sandbox, _server.Endpoints);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_clients is not null) await _clients.DisposeAsync();
        if (_server is not null) await _server.DisposeAsync();
        if (_sandbox is not null) await _sandbox.DisposeAsync();
        _folder.Dispose();
    }
}
