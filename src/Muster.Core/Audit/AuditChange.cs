namespace Muster.Core.Audit;

/// <summary>One member that a write changed.</summary>
/// <param name="Path">The member's path as callers name it, for example <c>initialTwin.tags.site</c>.</param>
/// <param name="Old">Its value before, as text; null when it was absent.</param>
/// <param name="New">Its value after, as text; null when it is absent now.</param>
public sealed record AuditChange(string Path, string? Old, string? New)
{
    /// <summary>Stands for a value that is secret.</summary>
    public const string Secret = "(secret)";

    /// <summary>The longest value that is kept, in characters; longer ones are cut.</summary>
    public const int MaxValueLength = 256;
}
