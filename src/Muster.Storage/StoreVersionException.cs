namespace Muster.Storage;

/// <summary>
/// The database was made by a newer version, or by other migration scripts than those of this version. Nothing was changed.
/// </summary>
public sealed class StoreVersionException : Exception
{
    /// <summary>An exception with a general message.</summary>
    public StoreVersionException()
        : this("The database does not belong to this version of Muster.")
    {
    }

    /// <summary>An exception that says what differs and what to do.</summary>
    public StoreVersionException(string message)
        : base(message)
    {
    }

    /// <summary>An exception that says what differs and what to do, with its cause.</summary>
    public StoreVersionException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
