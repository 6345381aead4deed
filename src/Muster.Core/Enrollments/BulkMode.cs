namespace Muster.Core.Enrollments;

/// <summary>What a bulk call does with each of its items (service-api S-8.4).</summary>
public enum BulkMode
{
    /// <summary>Creates; an item that exists is refused, whatever its etag.</summary>
    Create,

    /// <summary>With an etag replaces, without one creates only, as a PUT does.</summary>
    Update,

    /// <summary>Replaces; an item without an etag is refused.</summary>
    UpdateIfMatchETag,

    /// <summary>Deletes; an etag is a condition.</summary>
    Delete,
}
