using System.Collections.Immutable;

namespace Muster.EmbeddedHub.Bulk;

/// <summary>What became of a bulk request (iot-hub 3.3).</summary>
/// <param name="Errors">Entries that were not done.</param>
/// <param name="Warnings">Devices that were created, but without the twin the entry gave.</param>
public sealed record BulkResult(ImmutableArray<BulkProblem> Errors, ImmutableArray<BulkProblem> Warnings)
{
    /// <summary>Whether every entry was done.</summary>
    public bool IsSuccessful => Errors.IsEmpty;
}
