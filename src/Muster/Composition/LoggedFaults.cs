using Muster.Core.Errors;

namespace Muster.Composition;

/// <summary>Core's faults go to the log.</summary>
internal sealed class LoggedFaults(ILogger<LoggedFaults> logger) : IFaultLog
{
    public void Report(string activity, Exception exception) => logger.Fault(activity, exception);
}
