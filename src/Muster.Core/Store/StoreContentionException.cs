namespace Muster.Core.Store;

/// <summary>An unconditional write lost to other writers too often; the caller may try again.</summary>
public sealed class StoreContentionException : Exception
{
    /// <summary>Makes the exception.</summary>
    public StoreContentionException(string message)
        : base(message)
    {
    }
}
