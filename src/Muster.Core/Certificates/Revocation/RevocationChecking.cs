namespace Muster.Core.Certificates.Revocation;

/// <summary>How certificates issued by one CA are checked for revocation, with the list that is used. Nothing is fetched in a handshake.</summary>
public sealed record RevocationChecking
{
    /// <summary>Where the list is fetched from in the background; null when it is uploaded by hand.</summary>
    public string? Url { get; init; }

    /// <summary>What happens to devices while there is no list, or it is past its next update: admitted with a warning, or refused.</summary>
    public bool AllowStale { get; init; }

    /// <summary>The list, Base64 of DER, verified with the CA's key; null until there is one.</summary>
    public string? ListDer { get; init; }

    /// <summary>When the list was made.</summary>
    public DateTimeOffset? ThisUpdateUtc { get; init; }

    /// <summary>When it becomes stale; null when it does not say.</summary>
    public DateTimeOffset? NextUpdateUtc { get; init; }

    /// <summary>How many certificates it revokes.</summary>
    public int RevokedCount { get; init; }

    /// <summary>When it was uploaded or fetched.</summary>
    public DateTimeOffset? ReceivedUtc { get; init; }

    /// <summary>Why the last fetch failed; null when it did not.</summary>
    public string? FetchProblem { get; init; }
}
