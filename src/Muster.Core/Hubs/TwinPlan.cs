namespace Muster.Core.Hubs;

/// <summary>What a registration does to the twin.</summary>
public enum TwinPlan
{
    /// <summary>
    /// An empty twin gets the initial twin, a twin with content is kept. An identity that was created by an attempt which died before
    /// the twin was written is completed this way.
    /// </summary>
    InitialIfEmpty,

    /// <summary>Only a twin of a new identity gets the initial twin.</summary>
    InitialIfNew,

    /// <summary>The twin becomes the initial twin, whatever was there.</summary>
    Reset,

    /// <summary>Tags, desired and reported properties are copied from the old hub.</summary>
    Migrate,
}
