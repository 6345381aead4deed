namespace Muster.Core.Hubs;

/// <summary>What a registration does to the twin.</summary>
public enum TwinPlan
{
    /// <summary>A new identity gets the initial twin; the twin of an identity that already stood there is kept.</summary>
    InitialIfNew,

    /// <summary>The twin becomes the initial twin, whatever was there.</summary>
    Reset,

    /// <summary>Tags, desired and reported properties are copied from the old hub.</summary>
    Migrate,
}
