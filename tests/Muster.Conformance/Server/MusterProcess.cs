using Muster.Composition;
using Muster.Conformance.Sandbox;

namespace Muster.Conformance.Server;

/// <summary>A real <c>muster serve</c> on the real ports of a sandbox.</summary>
public sealed class MusterProcess : IAsyncDisposable
{
    private readonly NetworkSandbox _sandbox;
    private readonly SandboxedProcess _process;

    private MusterProcess(NetworkSandbox sandbox, SandboxedProcess process, string dataFolder, EndpointsDocument endpoints)
    {
        _sandbox = sandbox;
        _process = process;
        DataFolder = dataFolder;
        Endpoints = endpoints;
    }

    /// <summary>The folder of its state.</summary>
    public string DataFolder { get; }

    /// <summary>What it announces in <c>endpoints.json</c>.</summary>
    public EndpointsDocument Endpoints { get; }

    /// <summary>What it printed so far.</summary>
    public string Output => $"{_process.Output}\n{_process.Errors}";

    /// <summary>Starts the server and waits until it says that it is ready.</summary>
    public static async Task<MusterProcess> StartAsync(NetworkSandbox sandbox, string dataFolder, params string[] options)
    {
        var process = await sandbox.StartAsync(
            new Dictionary<string, string>(), ["dotnet", RepositoryFiles.ServerAssembly, "serve", "--data", dataFolder, .. options]);
        try
        {
            await process.ReadUntilAsync("Ctrl-C stops it.");
            var endpoints = EndpointsDocument.TryLoad(Path.Combine(dataFolder, "endpoints.json"))
                ?? throw new InvalidOperationException($"The server serves, but there is no endpoints.json.\n{process.Output}");
            var server = new MusterProcess(sandbox, process, dataFolder, endpoints);
            await server.WaitUntilReadyAsync();
            return server;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs another command of the program beside the server.</summary>
    /// <returns>Its exit code and all it printed.</returns>
    public async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        await using var process = await _sandbox.StartAsync(
            new Dictionary<string, string>(), ["dotnet", RepositoryFiles.ServerAssembly, .. arguments]);
        process.CloseInput();
        var code = await process.WaitForExitAsync();
        return (code, $"{process.Output}\n{process.Errors}");
    }

    /// <summary>Asks it to stop, as a service manager does.</summary>
    /// <param name="limit">The longest it may take.</param>
    /// <returns>Its exit code.</returns>
    public async Task<int> TerminateAsync(TimeSpan limit)
    {
        await _process.SignalAsync("TERM");
        return await _process.WaitForExitAsync(limit);
    }

    /// <summary>Ends it at once, without any chance to write something.</summary>
    public async Task KillAsync()
    {
        await _process.SignalAsync("KILL");
        await _process.WaitForExitAsync();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private async Task WaitUntilReadyAsync()
    {
        await using var curl = await _sandbox.StartAsync(
            new Dictionary<string, string>(),
            ["curl", "--silent", "--show-error", "--fail", "--retry", "20", "--retry-delay", "1", "--retry-all-errors",
                "--cacert", Endpoints.RootCertificate!, $"https://{Endpoints.ServiceEndpoint}/readyz"]);
        if (await curl.WaitForExitAsync() != 0) throw new InvalidOperationException($"The server is not ready: {curl.Errors}\n{Output}");
    }
}
