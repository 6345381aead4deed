namespace Muster.Core.Store;

/// <summary>Which attempt traces to list, newest first.</summary>
public sealed record AttemptTraceFilter
{
    /// <summary>Only this registration ID, without case; null means all.</summary>
    public string? RegistrationId { get; init; }

    /// <summary>Only attempts that did not end in an assignment or in progress.</summary>
    public bool OnlyRefused { get; init; }

    /// <summary>At most this many, 1 to 1000.</summary>
    public int Limit { get; init; } = 100;
}
