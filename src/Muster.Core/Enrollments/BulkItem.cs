using Muster.Core.Errors;

namespace Muster.Core.Enrollments;

/// <summary>One item of a bulk call (service-api S-8.4).</summary>
public sealed record BulkItem
{
    /// <summary>The enrollment's ID as given; empty when the item names none.</summary>
    public required string Id { get; init; }

    /// <summary>The condition that the item brings; null or blank is none.</summary>
    public string? ETag { get; init; }

    /// <summary>What the enrollment shall be; not looked at when deleting.</summary>
    public EnrollmentDefinition? Definition { get; init; }

    /// <summary>Why the item could not be read; such an item is answered with it and changes nothing.</summary>
    public Refusal? Unreadable { get; init; }
}
