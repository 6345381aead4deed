namespace Muster.Core.Audit;

/// <summary>How a caller made itself known.</summary>
public enum AuditCallerKind
{
    /// <summary>The process itself, at its own start or by a background job.</summary>
    Process,

    /// <summary>A shared access policy.</summary>
    AccessPolicy,

    /// <summary>The subject of a directory token.</summary>
    DirectorySubject,

    /// <summary>A person at the portal.</summary>
    Portal,

    /// <summary>Whoever may run commands on the machine.</summary>
    CommandLine,
}
