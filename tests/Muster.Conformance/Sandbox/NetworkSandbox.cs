using System.Diagnostics;

namespace Muster.Conformance.Sandbox;

/// <summary>
/// A private network with its own loopback and its own host names, so that a server can take the real ports and several tests run
/// side by side. Root is not needed where user namespaces are allowed (iot-hub 11.2).
/// </summary>
/// <remarks>
/// Its first process only waits for the end of its standard input. When that ends, even because the test run was aborted, the
/// kernel ends everything inside.
/// </remarks>
public sealed class NetworkSandbox : IAsyncDisposable
{
    private static readonly bool IsRoot = Environment.IsPrivilegedProcess;

    private readonly Process _keeper;
    private readonly string _hostsFile;
    private readonly string _target;

    private NetworkSandbox(Process keeper, string hostsFile, string target)
    {
        _keeper = keeper;
        _hostsFile = hostsFile;
        _target = target;
    }

    /// <summary>Makes a sandbox in which each name stands for a loopback address of its own.</summary>
    public static async Task<NetworkSandbox> CreateAsync(params string[] names)
    {
        var hostsFile = Path.Combine(Path.GetTempPath(), "muster-hosts-" + Guid.NewGuid().ToString("N"));
        var lines = names.Select((name, index) => $"127.0.0.{index + 2} {name}");
        await File.WriteAllLinesAsync(hostsFile, ["127.0.0.1 localhost", .. lines]);

        // The process reads its own line in /proc, because inside it only knows itself as process 1.
        const string Script = """
            ip link set lo up && mount --bind "$0" /etc/hosts && read -r pid rest </proc/self/stat && echo "$pid" && exec cat >/dev/null
            """;
        string[] asUser = IsRoot ? [] : ["--map-root-user"];
        var start = Redirected(
            "unshare", [.. asUser, "--net", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", Script, hostsFile]);
        var keeper = Process.Start(start) ?? throw new InvalidOperationException("unshare did not start.");
        var errors = keeper.StandardError.ReadToEndAsync();
        if (await keeper.StandardOutput.ReadLineAsync() is { } target) return new NetworkSandbox(keeper, hostsFile, target);

        await keeper.WaitForExitAsync();
        File.Delete(hostsFile);
        throw new InvalidOperationException($"The private network cannot be made with unshare: {await errors}");
    }

    /// <summary>Starts a process inside.</summary>
    /// <param name="environment">Variables beyond those every process gets.</param>
    /// <param name="command">File and arguments.</param>
    public Task<SandboxedProcess> StartAsync(IReadOnlyDictionary<string, string> environment, params IEnumerable<string> command)
    {
        var start = Enter("""echo "$$" && exec "$@" """, command);
        start.Environment.Clear();
        foreach (var name in (string[])["PATH", "HOME", "DOTNET_ROOT", "TMPDIR", "LANG"])
        {
            if (Environment.GetEnvironmentVariable(name) is { } value) start.Environment[name] = value;
        }

        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return SandboxedProcess.StartAsync(this, start);
    }

    /// <summary>Sends a signal to a process inside.</summary>
    public async Task SignalAsync(int processId, string signal)
    {
        using var kill = Process.Start(Enter("""kill -s "$1" "$2" """, [signal, processId.ToString()]))!;
        await kill.WaitForExitAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _keeper.StandardInput.Close();
        await _keeper.WaitForExitAsync();
        _keeper.Dispose();
        File.Delete(_hostsFile);
    }

    private ProcessStartInfo Enter(string script, IEnumerable<string> arguments)
    {
        string[] asUser = IsRoot ? [] : ["--user", "--preserve-credentials"];
        return Redirected("nsenter", ["--target", _target, .. asUser, "--net", "--mount", "--pid", "sh", "-c", script, "sh", .. arguments]);
    }

    private static ProcessStartInfo Redirected(string file, IEnumerable<string> arguments) => new(file, arguments)
    {
        UseShellExecute = false,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };
}
