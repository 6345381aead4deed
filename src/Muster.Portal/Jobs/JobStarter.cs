using Microsoft.AspNetCore.Components;
using Muster.Portal.Frame;

namespace Muster.Portal.Jobs;

/// <summary>Starts a job from a page and shows its page.</summary>
/// <param name="desk">Starts jobs.</param>
/// <param name="notices">Tells the person.</param>
/// <param name="navigation">Shows the page.</param>
public sealed class JobStarter(JobDesk desk, Notices notices, NavigationManager navigation)
{
    /// <summary>Starts a job and goes to its page; a refusal is told instead.</summary>
    /// <returns>Whether it was started.</returns>
    public bool Start(JobPlan plan)
    {
        if (!desk.Start(plan).Try(out var job, out var refusal))
        {
            notices.Failed(refusal);
            return false;
        }

        var url = JobWords.UrlOf(plan.Instance, job.Id);
        notices.Done($"{job.Title}: started.", url, "Open the job");
        navigation.NavigateTo(url);
        return true;
    }
}
