namespace Muster.Core.Errors;

/// <summary>Where Core reports what should not happen: a bug or a broken engine met in background work that no caller awaits.</summary>
public interface IFaultLog
{
    /// <summary>Reports a fault.</summary>
    /// <param name="activity">What was being done, in words.</param>
    /// <param name="exception">What happened.</param>
    void Report(string activity, Exception exception);
}
