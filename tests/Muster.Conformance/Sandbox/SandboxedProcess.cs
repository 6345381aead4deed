using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Muster.Conformance.Sandbox;

/// <summary>A process inside a <see cref="NetworkSandbox"/>, with what it printed.</summary>
public sealed class SandboxedProcess : IAsyncDisposable
{
    /// <summary>After this long something hangs. It only turns a hang into a failure; nothing is measured by it.</summary>
    public static readonly TimeSpan HangLimit = TimeSpan.FromMinutes(2);

    private readonly NetworkSandbox _sandbox;
    private readonly Process _process;
    private readonly int _processId;
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly Task _errorReader;

    private SandboxedProcess(NetworkSandbox sandbox, Process process, int processId)
    {
        _sandbox = sandbox;
        _process = process;
        _processId = processId;
        _errorReader = ReadErrorsAsync();
    }

    /// <summary>What it printed to standard error so far.</summary>
    public string Errors => string.Join('\n', _errors);

    /// <summary>What was read of its standard output so far.</summary>
    public string Output => string.Join('\n', _lines);

    /// <summary>Its exit code; it has ended.</summary>
    public int ExitCode => _process.ExitCode;

    internal static async Task<SandboxedProcess> StartAsync(NetworkSandbox sandbox, ProcessStartInfo start)
    {
        start.StandardOutputEncoding = Encoding.UTF8;
        var process = Process.Start(start)!;
        var first = await process.StandardOutput.ReadLineAsync();
        if (int.TryParse(first, CultureInfo.InvariantCulture, out var id)) return new SandboxedProcess(sandbox, process, id);
        throw new InvalidOperationException($"The process did not start: {first} {await process.StandardError.ReadToEndAsync()}");
    }

    /// <summary>Reads the next line of standard output; null at its end.</summary>
    public async Task<string?> ReadLineAsync(CancellationToken cancellationToken = default)
    {
        var line = await _process.StandardOutput.ReadLineAsync(cancellationToken);
        if (line is not null) _lines.Enqueue(line);
        return line;
    }

    /// <summary>Reads until a line contains a text.</summary>
    public async Task<string> ReadUntilAsync(string text)
    {
        using var hang = new CancellationTokenSource(HangLimit);
        while (await ReadLineAsync(hang.Token) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal)) return line;
        }

        await _errorReader;
        throw new InvalidOperationException($"The process ended without printing '{text}'.\n{Output}\n{Errors}");
    }

    /// <summary>Writes a line to its standard input.</summary>
    public Task WriteLineAsync(string line) => _process.StandardInput.WriteLineAsync(line);

    /// <summary>Ends its standard input.</summary>
    public void CloseInput() => _process.StandardInput.Close();

    /// <summary>Sends a signal, for example TERM or KILL.</summary>
    public Task SignalAsync(string signal) => _sandbox.SignalAsync(_processId, signal);

    /// <summary>Reads the rest of its output and waits until it has ended.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> WaitForExitAsync(TimeSpan? limit = null)
    {
        using var hang = new CancellationTokenSource(limit ?? HangLimit);
        while (await ReadLineAsync(hang.Token) is not null)
        {
            // The lines are kept as they are read.
        }

        await _errorReader.WaitAsync(hang.Token);
        await _process.WaitForExitAsync(hang.Token);
        return _process.ExitCode;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await SignalAsync("KILL");
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private async Task ReadErrorsAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line) _errors.Enqueue(line);
    }
}
