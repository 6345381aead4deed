using Muster.Core.Errors;
using Muster.Portal.SignIn;

namespace Muster.Portal.Jobs;

/// <summary>What pages do with jobs: asks for the right that the job needs.</summary>
/// <param name="access">Who works here.</param>
/// <param name="board">The jobs.</param>
public sealed class JobDesk(PortalAccess access, JobBoard board)
{
    /// <summary>Selections of more than this run as a job; what a page shows by default is done while it waits.</summary>
    public const int Least = 26;

    /// <summary>Starts a job as this person.</summary>
    public Result<JobProgress> Start(JobPlan plan)
    {
        if (access.Check(plan.Right) is { } refused) return refused;
        return Actor is { } actor ? board.Start(plan, actor) : PortalAccess.SessionEnded;
    }

    /// <summary>The jobs of an instance, newest first; none without the right to read.</summary>
    public IReadOnlyList<JobProgress> List(string instance) => access.May(PortalRight.Read) ? board.List(instance) : [];

    /// <summary>A job; null when there is none or the right to read is missing.</summary>
    public JobProgress? Find(string instance, string id) => access.May(PortalRight.Read) ? board.Find(instance, id) : null;

    /// <summary>All refused items that are kept; none without the right to read.</summary>
    public IReadOnlyList<JobFailure> FailuresOf(string instance, string id) => access.May(PortalRight.Read) ? board.FailuresOf(instance, id) : [];

    /// <summary>Lets a job rest.</summary>
    public Refusal? Pause(string instance, string id) => Act(instance, id, () => board.Pause(instance, id));

    /// <summary>Lets a job that rests go on, with the rights of this person.</summary>
    public Refusal? Resume(string instance, string id) => Act(instance, id, () => board.Resume(instance, id, Actor!));

    /// <summary>Ends a job early.</summary>
    public Refusal? Cancel(string instance, string id) => Act(instance, id, () => board.Cancel(instance, id));

    private JobActor? Actor => access.Session is { } session ? new JobActor(session.Id, session.UserName, access.Address) : null;

    private Refusal? Act(string instance, string id, Action act)
    {
        if (board.Find(instance, id) is not { } job) return new Refusal(404000, "There is no such job, or no longer.");
        if (access.Check(job.Right) is { } refused) return refused;
        if (Actor is null) return PortalAccess.SessionEnded;
        act();
        return null;
    }
}
