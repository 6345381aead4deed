using Muster.Core.Errors;

namespace Muster.Portal.Jobs;

/// <summary>An item that was refused.</summary>
/// <param name="Item">The item; it was left as it is.</param>
/// <param name="Refusal">Why.</param>
/// <param name="AtUtc">When.</param>
public sealed record JobFailure(JobItem Item, Refusal Refusal, DateTimeOffset AtUtc);
