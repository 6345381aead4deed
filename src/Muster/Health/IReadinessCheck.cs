namespace Muster.Health;

/// <summary>Something that must work before the server can serve, for example the store.</summary>
public interface IReadinessCheck
{
    /// <summary>What is checked, one or two words.</summary>
    string Name { get; }

    /// <summary>Checks.</summary>
    /// <returns>Null when ready; otherwise a short reason without secrets.</returns>
    ValueTask<string?> FindProblemAsync(CancellationToken cancellationToken);
}
