namespace Muster.Core.Certificates.Verification;

/// <summary>What was found upward from a leaf.</summary>
/// <param name="Paths">
/// Every chain whose signatures and issuing rules hold, as far up as it goes; the leaf is its first element. Several only where CA
/// certificates are cross-signed.
/// </param>
/// <param name="Problems">What stopped the search on its ways, in order.</param>
public sealed record ChainSearch(IReadOnlyList<IReadOnlyList<ChainElement>> Paths, IReadOnlyList<ChainProblem> Problems);
