namespace Muster.Core.Allocation;

/// <summary>Posts to allocation webhooks: bounded in size, without redirects, never to an address that is off limits (iot-hub 5.5).</summary>
public interface IAllocationWebhook
{
    /// <summary>Posts once. Failures are part of the answer; only giving up is an exception.</summary>
    /// <param name="url">The webhook; its query may hold a key.</param>
    /// <param name="body">JSON in UTF-8.</param>
    /// <param name="cancellationToken">Ends the call; also its time limit.</param>
    Task<WebhookAnswer> PostAsync(string url, ReadOnlyMemory<byte> body, CancellationToken cancellationToken);
}
