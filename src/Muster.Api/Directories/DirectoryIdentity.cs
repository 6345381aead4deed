namespace Muster.Api.Directories;

/// <summary>What came of a directory token.</summary>
/// <param name="Name">Whom it speaks for; empty when it is refused.</param>
/// <param name="Actions">The data and management actions it permits.</param>
/// <param name="Problem">Why it is refused, for the operator; null when it holds.</param>
public sealed record DirectoryIdentity(string Name, IReadOnlySet<string> Actions, string? Problem)
{
    /// <summary>Why the token could not be judged at all: the issuer cannot be reached or says nothing useful.</summary>
    public string? IssuerProblem { get; init; }
}
