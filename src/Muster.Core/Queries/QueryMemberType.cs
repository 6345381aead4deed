namespace Muster.Core.Queries;

/// <summary>How values of a member compare.</summary>
public enum QueryMemberType
{
    /// <summary>Texts, by code points.</summary>
    Text,

    /// <summary>IDs and host names: texts without case.</summary>
    CaselessText,

    /// <summary>A list of host names; it equals a text when one of them does, without case. It has no order.</summary>
    CaselessList,

    /// <summary>Values of an enumeration: only the known texts, without case.</summary>
    Enumeration,

    /// <summary>Points in time, written as RFC 3339 texts.</summary>
    Time,

    /// <summary>Truth values.</summary>
    Flag,

    /// <summary>Numbers.</summary>
    Number,

    /// <summary>Whatever free JSON holds; values of different types never equal and have no order between them.</summary>
    Json,
}
