namespace Muster.Core.Audit;

/// <summary>What was done.</summary>
public enum AuditAction
{
    /// <summary>Something new was stored.</summary>
    Create,

    /// <summary>Something stored was replaced.</summary>
    Update,

    /// <summary>Something stored was removed.</summary>
    Delete,

    /// <summary>Keys were shown to the caller; nothing changed.</summary>
    RevealKeys,
}
