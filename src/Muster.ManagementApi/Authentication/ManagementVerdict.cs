namespace Muster.ManagementApi.Authentication;

/// <summary>Who a request comes from, and whether it may do what it asks.</summary>
/// <param name="Caller">Name of the caller for audit entries; null when the credential proves nobody.</param>
/// <param name="IsPermitted">Whether that caller may.</param>
/// <param name="Reason">Why not, for the operator; null when permitted. It quotes nothing secret.</param>
public sealed record ManagementVerdict(string? Caller, bool IsPermitted, string? Reason)
{
    /// <summary>Whether nothing can be said of the credential just now.</summary>
    public bool IsUnavailable { get; private init; }

    /// <summary>A caller who may.</summary>
    public static ManagementVerdict Permit(string caller) => new(caller, IsPermitted: true, Reason: null);

    /// <summary>A known caller who may not.</summary>
    public static ManagementVerdict Forbid(string caller, string reason) => new(caller, IsPermitted: false, reason);

    /// <summary>Nobody that is known.</summary>
    public static ManagementVerdict Reject(string reason) => new(Caller: null, IsPermitted: false, reason);

    /// <summary>The credential cannot be judged just now: whoever answers for it is out of reach.</summary>
    public static ManagementVerdict Unavailable(string reason) => Reject(reason) with { IsUnavailable = true };
}
