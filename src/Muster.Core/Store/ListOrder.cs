namespace Muster.Core.Store;

/// <summary>The order of a list of enrollments or registration records.</summary>
public enum ListOrder
{
    /// <summary>By ID without case.</summary>
    Id,

    /// <summary>By ID without case, backwards.</summary>
    IdDescending,

    /// <summary>The one written last first.</summary>
    LastUpdatedDescending,

    /// <summary>The one written longest ago first.</summary>
    LastUpdated,
}
