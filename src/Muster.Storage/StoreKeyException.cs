namespace Muster.Storage;

/// <summary>The key that was given is not the one that the database's secrets are encrypted with. Nothing was changed.</summary>
public sealed class StoreKeyException : Exception
{
    /// <summary>An exception with a general message.</summary>
    public StoreKeyException()
        : this("The secrets key does not belong to this database.")
    {
    }

    /// <summary>An exception that says what differs and what to do.</summary>
    public StoreKeyException(string message)
        : base(message)
    {
    }

    /// <summary>An exception that says what differs and what to do, with its cause.</summary>
    public StoreKeyException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
