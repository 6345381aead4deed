using Muster.EmbeddedHub.Errors;

namespace Muster.EmbeddedHub.Bulk;

/// <summary>What went wrong with one entry.</summary>
/// <param name="DeviceId">The entry's device.</param>
/// <param name="Mode">What the entry asked for.</param>
/// <param name="Error">The refusal.</param>
public sealed record BulkProblem(string DeviceId, BulkMode Mode, HubError Error);
