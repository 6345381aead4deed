namespace Muster.Core.Hubs;

/// <summary>How twin content is written.</summary>
public enum HubTwinMode
{
    /// <summary>Merged into what is there.</summary>
    Merge,

    /// <summary>In place of tags and desired properties that are there; reported properties are cleared unless given.</summary>
    Replace,
}
