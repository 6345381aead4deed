namespace Muster.Core.Audit;

/// <summary>Who makes a change, and from where (behaviour B-16, B-18).</summary>
/// <param name="Kind">How the caller made itself known.</param>
/// <param name="Name">Name of the policy, the subject, or the user. Nothing secret.</param>
public sealed record AuditCaller(AuditCallerKind Kind, string Name)
{
    /// <summary>The process itself.</summary>
    public static AuditCaller Process { get; } = new(AuditCallerKind.Process, "muster");

    /// <summary>The network address it came from; null when there is none.</summary>
    public string? Address { get; init; }

    /// <summary>The tracking ID of the request; null when there is none.</summary>
    public Guid? TrackingId { get; init; }
}
