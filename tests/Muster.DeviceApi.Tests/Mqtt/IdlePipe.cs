using System.Buffers;
using System.IO.Pipelines;

namespace Muster.DeviceApi.Tests.Mqtt;

/// <summary>A connection without a network.</summary>
internal sealed class IdlePipe : IDuplexPipe
{
    private readonly Pipe _toServer = new(new PipeOptions(useSynchronizationContext: false));
    private readonly Pipe _toClient = new(new PipeOptions(useSynchronizationContext: false));

    public PipeReader Input => _toServer.Reader;

    public PipeWriter Output => _toClient.Writer;

    public async Task SendAsync(byte[] bytes) => await _toServer.Writer.WriteAsync(bytes);

    /// <summary>The next bytes from the server, in hexadecimal.</summary>
    public async Task<string> ReceiveAsync(int count)
    {
        var read = await _toClient.Reader.ReadAtLeastAsync(count);
        var bytes = read.Buffer.Slice(0, count).ToArray();
        _toClient.Reader.AdvanceTo(read.Buffer.GetPosition(count));
        return Convert.ToHexStringLower(bytes);
    }
}
