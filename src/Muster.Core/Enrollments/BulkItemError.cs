using Muster.Core.Errors;

namespace Muster.Core.Enrollments;

/// <summary>An item of a bulk call that was refused.</summary>
/// <param name="Id">The item's ID as given; empty when it names none.</param>
/// <param name="Refusal">Why.</param>
public sealed record BulkItemError(string Id, Refusal Refusal);
