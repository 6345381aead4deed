namespace Muster.Core.Hubs;

/// <summary>A hub refused a call or could not be reached. The text is fit for a registration record: no secrets.</summary>
public sealed class HubCallException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="code">Six-digit hub code (iot-hub 2.6); 503001 for a hub that cannot be reached.</param>
    /// <param name="message">The hub's body where there is one, else a sentence.</param>
    /// <param name="isTransient">Whether the same call may succeed soon (429, 5xx, connection failures).</param>
    /// <param name="retryAfter">The hub's own wish, if stated.</param>
    /// <param name="innerException">The cause.</param>
    public HubCallException(int code, string message, bool isTransient, TimeSpan? retryAfter = null, Exception? innerException = null)
        : base(message, innerException)
    {
        Code = code;
        IsTransient = isTransient;
        RetryAfter = retryAfter;
    }

    /// <summary>Six-digit hub code.</summary>
    public int Code { get; }

    /// <summary>Whether the same call may succeed soon.</summary>
    public bool IsTransient { get; }

    /// <summary>The hub's own wish.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>Whether the hub asks to be called less often (429).</summary>
    public bool IsThrottled => Code / 1000 == 429;

    /// <summary>Whether the hub refuses the service's credentials (401).</summary>
    public bool IsUnauthorized => Code / 1000 == 401;

    /// <summary>Whether the hub did not answer at all: it cannot be reached, its certificate is not trusted, it is too slow.</summary>
    public bool IsUnanswered => InnerException is not null;
}
