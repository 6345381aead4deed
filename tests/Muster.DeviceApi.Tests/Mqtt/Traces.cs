using Muster.Core.Registration;
using Muster.Core.Store;
using Muster.TestKit;

namespace Muster.DeviceApi.Tests.Mqtt;

/// <summary>Traces that are written when a connection has ended, which its device does not wait for.</summary>
internal static class Traces
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The newest trace of a device, once there is one.</summary>
    public static async Task<AttemptTrace> EventuallyTracedAsync(this RunningServer server, string registrationId)
    {
        var filter = new AttemptTraceFilter { RegistrationId = registrationId, Limit = 1 };
        IReadOnlyList<AttemptTrace> traces = [];
        await server.EventuallyAsync(async () =>
        {
            traces = await server.Store.ListAttemptTracesAsync(server.Instance.Name, filter, CancellationToken.None);
            return traces.Count > 0;
        }, "a trace of " + registrationId);
        return traces[0];
    }

    /// <summary>Traces of attempts that named no known scope.</summary>
    public static Task<IReadOnlyList<AttemptTrace>> TracesWithoutInstanceAsync(this RunningServer server) =>
        server.Store.ListAttemptTracesAsync("", new AttemptTraceFilter { Limit = 1000 }, CancellationToken.None);

    /// <summary>Waits for a condition.</summary>
    public static async Task EventuallyAsync(this RunningServer server, Func<Task<bool>> condition, string what)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await condition())
        {
            Assert.False(patience.IsCancellationRequested, $"Waited in vain for {what} at {server.Host}.");
            await Task.Yield();
        }
    }
}
