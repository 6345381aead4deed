using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Muster.Core.Errors;
using Muster.Portal.Enrollments;
using Muster.Portal.Frame;
using Muster.Portal.Hubs;
using Muster.Portal.Registrations;
using Muster.Portal.SignIn;

namespace Muster.Portal.Jobs;

/// <summary>
/// The long jobs of this server (portal 5 rule 6). They run whether or not a page looks on, one item at a time and at most
/// <see cref="MaxRunning"/> of them at once, so that devices find the store free. They live in memory: when the server stops, what is left of
/// them is left as it is.
/// </summary>
/// <param name="scopes">Makes the services that a job works with.</param>
/// <param name="notices">Tells the person who started a job how it ended.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Receives starts and ends.</param>
public sealed class JobBoard(IServiceScopeFactory scopes, NoticeBook notices, TimeProvider time, ILogger<JobBoard> logger) : IHostedService, IDisposable
{
    /// <summary>How many jobs work at the same time; further ones wait.</summary>
    public const int MaxRunning = 2;

    /// <summary>How many may be under way, waiting or paused ones included.</summary>
    public const int MaxOpen = 20;

    /// <summary>How many that have ended are kept to look at.</summary>
    public const int MaxEnded = 50;

    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly List<Job> _jobs = [];
    private readonly List<Task> _runs = [];
    private readonly SemaphoreSlim _turns = new(MaxRunning);

    /// <summary>Starts a job.</summary>
    /// <returns>The job; or 429001 when <see cref="MaxOpen"/> are under way.</returns>
    public Result<JobProgress> Start(JobPlan plan, JobActor actor)
    {
        var job = new Job(plan, actor, time.GetUtcNow());
        lock (_gate)
        {
            if (_jobs.Count(one => !one.HasEnded) >= MaxOpen)
            {
                job.Dispose();
                return new Refusal(429001, $"{MaxOpen} jobs are under way. Wait until one has ended, or cancel one.");
            }

            _jobs.Insert(0, job);
            foreach (var old in _jobs.Where(one => one.HasEnded).Skip(MaxEnded).ToList()) _jobs.Remove(old);
            _runs.RemoveAll(run => run.IsCompleted);
            _runs.Add(Task.Run(() => RunAsync(job)));
        }

        PortalLog.JobStarted(logger, actor.UserName, plan.Title, job.Id, plan.Instance);
        return job.Progress;
    }

    /// <summary>The jobs of an instance, newest first.</summary>
    public IReadOnlyList<JobProgress> List(string instance)
    {
        lock (_gate) return [.. _jobs.Where(job => job.Plan.Instance == instance).Select(job => job.Progress)];
    }

    /// <summary>A job of an instance; null when there is none, or no longer.</summary>
    public JobProgress? Find(string instance, string id) => FindJob(instance, id)?.Progress;

    /// <summary>All refused items that are kept, at most 10,000.</summary>
    public IReadOnlyList<JobFailure> FailuresOf(string instance, string id) => FindJob(instance, id)?.Failures ?? [];

    /// <summary>Lets a job rest before its next item.</summary>
    public void Pause(string instance, string id) => FindJob(instance, id)?.Pause(why: null);

    /// <summary>Lets a job that rests go on, with the rights of <paramref name="actor"/>.</summary>
    public void Resume(string instance, string id, JobActor actor) => FindJob(instance, id)?.Resume(actor);

    /// <summary>Ends a job before its next item.</summary>
    public void Cancel(string instance, string id) => FindJob(instance, id)?.Cancel();

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Task[] runs;
        lock (_gate)
        {
            foreach (var job in _jobs) job.Cancel();
            runs = [.. _runs];
        }

        await Task.WhenAll(runs).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var job in _jobs) job.Dispose();
        _turns.Dispose();
    }

    private Job? FindJob(string instance, string id)
    {
        lock (_gate) return _jobs.FirstOrDefault(job => job.Id == id && job.Plan.Instance == instance);
    }

    private async Task RunAsync(Job job)
    {
        var turn = new JobTurn(_turns);
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var services = scope.ServiceProvider;
            var access = services.GetRequiredService<PortalAccess>();
            var hands = new JobHands(
                services.GetRequiredService<EnrollmentDesk>(), services.GetRequiredService<RegistrationDesk>(), services.GetRequiredService<HubDesk>());
            string? cursor = null;
            do
            {
                JobItems? page = null;
                while (page is null)
                {
                    await ReadyAsync(job, turn, access);
                    if ((await job.Plan.List(hands, cursor, job.Cancelled)).Try(out page, out var refusal) || await MayRetryAsync(job, access, refusal)) continue;
                    End(job, JobState.Failed, Failure.Of(refusal, time.GetUtcNow()));
                    return;
                }

                foreach (var item in page.Items)
                {
                    Refusal? refusal;
                    do
                    {
                        await ReadyAsync(job, turn, access);
                        refusal = await job.Plan.Act(hands, item, job.Cancelled);
                    }
                    while (await MayRetryAsync(job, access, refusal));

                    job.Count(item, refusal, time.GetUtcNow());
                }

                cursor = page.Next;
            }
            while (cursor is not null);

            End(job, JobState.Done);
        }
        catch (OperationCanceledException) when (job.Cancelled.IsCancellationRequested)
        {
            End(job, JobState.Cancelled);
        }
        catch (Exception fault)
        {
            // Nobody awaits a job: whatever broke it has to be told here, or it would be told nowhere.
            var failure = Failure.Of(Refusals.InternalError, time.GetUtcNow());
            PortalLog.JobBroke(logger, job.Id, failure.TrackingId, fault);
            End(job, JobState.Failed, failure);
        }
        finally
        {
            turn.Leave();
        }
    }

    /// <summary>Waits for the job's turn, and while it rests. A job whose person may no longer act rests until another resumes it.</summary>
    private static async Task ReadyAsync(Job job, JobTurn turn, PortalAccess access)
    {
        while (true)
        {
            job.Cancelled.ThrowIfCancellationRequested();
            if (job.Rest() is { } rest)
            {
                turn.Leave();
                await rest.WaitAsync(job.Cancelled);
                continue;
            }

            await turn.TakeAsync(job.Cancelled);
            var actor = job.Actor;
            access.ActAs(actor.SessionId, actor.Address);
            if (access.Session is null)
            {
                job.Pause($"The session of {actor.UserName} has ended. Whoever has the right can resume the job; it goes on with the rights of that person.");
                continue;
            }

            if (job.Rest() is not null) continue;
            job.Run();
            return;
        }
    }

    private async Task<bool> MayRetryAsync(Job job, PortalAccess access, Refusal? refusal)
    {
        if (refusal?.HttpStatus == 401 && access.Session is null) return true;
        if (refusal?.HttpStatus is not (429 or 503)) return false;
        var wait = refusal.RetryAfter ?? TimeSpan.FromSeconds(1);
        await Task.Delay(wait < LongestWait ? wait : LongestWait, time, job.Cancelled);
        return true;
    }

    private void End(Job job, JobState state, Failure? why = null)
    {
        job.End(state, time.GetUtcNow(), why);
        var ended = job.Progress;
        PortalLog.JobEnded(logger, ended.Title, job.Id, state, ended.Done, ended.Failed);
        var counts = string.Create(CultureInfo.InvariantCulture, $"{ended.Done:N0} done{(ended.Failed > 0 ? string.Create(CultureInfo.InvariantCulture, $", {ended.Failed:N0} failed") : "")}.");
        notices.Of(job.Starter).AddForAll(new Notice($"{ended.Title}: {JobWords.Of(state)}. {counts}", state == JobState.Failed || ended.Failed > 0, time.GetUtcNow())
        {
            Href = JobWords.UrlOf(job.Plan.Instance, job.Id),
            LinkText = "Open the job",
        });
    }
}
