namespace Muster.Composition;

/// <summary>The server cannot start. The message tells the user in whole sentences why and what to do.</summary>
public sealed class CannotStartException : Exception
{
    /// <summary>Makes the exception.</summary>
    public CannotStartException()
        : base("A part of the server failed.")
    {
    }

    /// <summary>Makes the exception from sentences for the user.</summary>
    public CannotStartException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception from sentences for the user and the failure behind it.</summary>
    public CannotStartException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
