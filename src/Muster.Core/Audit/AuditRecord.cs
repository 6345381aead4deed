namespace Muster.Core.Audit;

/// <summary>A stored audit entry.</summary>
/// <param name="Number">Its place in the log: later entries have higher numbers.</param>
/// <param name="Entry">The entry.</param>
public sealed record AuditRecord(long Number, AuditEntry Entry);
