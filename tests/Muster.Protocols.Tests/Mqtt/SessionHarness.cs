using System.Buffers;
using System.IO.Pipelines;
using Muster.Protocols.Mqtt;
using Muster.Tests;

namespace Muster.Protocols.Tests.Mqtt;

/// <summary>
/// A session between two pipes that run everything at once: when <see cref="SendAsync"/> returns, the session has dealt with the bytes.
/// </summary>
internal sealed class SessionHarness : IDuplexPipe, IDisposable
{
    private static readonly PipeOptions Inline = new(
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, pauseWriterThreshold: 0, useSynchronizationContext: false);

    private readonly Pipe _toServer = new(Inline);
    private readonly Pipe _toClient = new(Inline);
    private readonly CancellationTokenSource _stopping = new();

    public SessionHarness(RecordingHandler? handler = null, MqttLimits? limits = null)
    {
        Handler = handler ?? new RecordingHandler();
        Session = new MqttSession(this, Handler, limits ?? new MqttLimits(), Clock);
        Run = Session.RunAsync(_stopping.Token);
    }

    public RecordingHandler Handler { get; }

    public ManualTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));

    public MqttSession Session { get; }

    public Task<MqttEnd> Run { get; }

    PipeReader IDuplexPipe.Input => _toServer.Reader;

    PipeWriter IDuplexPipe.Output => _toClient.Writer;

    /// <summary>A session that has accepted a CONNECT.</summary>
    public static async Task<SessionHarness> ConnectedAsync(RecordingHandler? handler = null, MqttLimits? limits = null, int keepAlive = 0)
    {
        var harness = new SessionHarness(handler, limits);
        await harness.SendAsync(ClientPackets.Connect("c", keepAlive: keepAlive));
        Assert.Equal("20020000", harness.Received());
        return harness;
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes) => await _toServer.Writer.WriteAsync(bytes);

    /// <summary>The client closes its side.</summary>
    public Task<MqttEnd> CloseAsync()
    {
        _toServer.Writer.Complete();
        return Run;
    }

    public void Stop() => _stopping.Cancel();

    /// <summary>What the session has sent since the last call, in hexadecimal.</summary>
    public string Received()
    {
        if (!_toClient.Reader.TryRead(out var result)) return "";
        var bytes = result.Buffer.ToArray();
        _toClient.Reader.AdvanceTo(result.Buffer.End);
        return Convert.ToHexStringLower(bytes);
    }

    public void Dispose()
    {
        Session.Dispose();
        _stopping.Dispose();
    }
}
