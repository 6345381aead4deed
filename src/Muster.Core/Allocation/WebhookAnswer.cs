namespace Muster.Core.Allocation;

/// <summary>What came back from a webhook.</summary>
/// <param name="Status">HTTP status; null when there was no answer.</param>
/// <param name="Body">The body; empty unless the status is 200.</param>
/// <param name="Problem">Why there is no usable answer, in words without secrets; null when there is one.</param>
/// <param name="MayRetry">Whether asking again may help; speaks of <paramref name="Problem"/>.</param>
public sealed record WebhookAnswer(int? Status, ReadOnlyMemory<byte> Body, string? Problem = null, bool MayRetry = false);
