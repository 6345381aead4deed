namespace Muster.Core.Enrollments;

/// <summary>What became of a bulk call.</summary>
/// <param name="Errors">The items that were refused, in order; empty when every item succeeded.</param>
public sealed record BulkOutcome(IReadOnlyList<BulkItemError> Errors);
