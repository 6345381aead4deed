using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Logging;
using Muster.Core.Errors;
using Muster.Portal.SignIn;

namespace Muster.Portal.Frame;

/// <summary>Gives what goes wrong on a page a tracking ID and writes both to the log, so that what a person reports is found there.</summary>
/// <param name="access">Who works here.</param>
/// <param name="navigation">Tells the page.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Receives the lines.</param>
public sealed class Failures(PortalAccess access, NavigationManager navigation, TimeProvider time, ILogger<Failures> logger)
{
    /// <summary>Notes that the service refused something.</summary>
    public Failure Note(Refusal refusal)
    {
        var failure = Failure.Of(refusal, time.GetUtcNow());

        // The message may repeat what was typed; the code and the page say enough.
        PortalLog.Refused(logger, access.Session?.UserName ?? "nobody", failure.Code, Page, failure.TrackingId);
        return failure;
    }

    /// <summary>Notes a fault of a page. The log has the cause; the person is told none of it.</summary>
    public Failure Note(Exception fault)
    {
        var failure = Failure.Of(Refusals.InternalError, time.GetUtcNow());
        PortalLog.PageFailed(logger, Page, failure.TrackingId, fault);
        return failure;
    }

    // Without the query, which holds what a person searched for.
    private string Page => new Uri(navigation.Uri).AbsolutePath;
}
