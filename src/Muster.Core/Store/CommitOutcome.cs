namespace Muster.Core.Store;

/// <summary>How a commit ended. Anything but <see cref="Committed"/> left the store as it was.</summary>
public enum CommitOutcome
{
    /// <summary>Every change is durable.</summary>
    Committed,

    /// <summary>A condition did not hold: the caller reads again and decides anew.</summary>
    Conflict,

    /// <summary>A certificate of an enrollment belongs to another enrollment already.</summary>
    CertificateInUse,

    /// <summary>A quota of the instance is reached; see <see cref="RequireQuota"/>.</summary>
    QuotaReached,
}
