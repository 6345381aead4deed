namespace Muster.EmbeddedHub.Bulk;

/// <summary>What a bulk entry asks for; on the wire in camel case, compared without case (iot-hub 3.3).</summary>
public enum BulkMode
{
    /// <summary>Create, or update whatever is there.</summary>
    CreateOrUpdate,

    /// <summary>Create; an existing device is an error.</summary>
    Create,

    /// <summary>Update whatever is there.</summary>
    Update,

    /// <summary>Update if the identity's etag is the entry's.</summary>
    UpdateIfMatchETag,

    /// <summary>Create, or update if the identity's etag is the entry's.</summary>
    CreateOrUpdateIfMatchETag,

    /// <summary>Delete whatever is there.</summary>
    Delete,

    /// <summary>Delete if the identity's etag is the entry's.</summary>
    DeleteIfMatchETag,

    /// <summary>Replace the twin's sections that the entry holds; the identity stays.</summary>
    UpdateTwin,

    /// <summary>The same if the twin's etag is the entry's.</summary>
    UpdateTwinIfMatchETag,
}
