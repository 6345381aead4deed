using Muster.Core.Errors;
using Muster.Portal.Frame;

namespace Muster.Portal.Jobs;

/// <summary>One job and how far it is. Safe for use by several threads.</summary>
internal sealed class Job : IDisposable
{
    /// <summary>More refused items than this are counted, not kept.</summary>
    public const int MaxFailures = 10_000;

    private const int FirstFailures = 100;

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _cancelling = new();
    private readonly List<JobFailure> _failures = [];
    private readonly string _startedBy;
    private readonly DateTimeOffset _startedUtc;
    private TaskCompletionSource? _resumed;
    private JobState _state = JobState.Waiting;
    private JobActor _actor;
    private DateTimeOffset? _endedUtc;
    private string? _whyPaused;
    private Failure? _whyFailed;
    private long _done;
    private long _failed;

    public Job(JobPlan plan, JobActor actor, DateTimeOffset now)
    {
        (Plan, _actor, _startedBy, _startedUtc, Starter) = (plan, actor, actor.UserName, now, actor.SessionId);
        Id = Guid.NewGuid().ToString("N")[..10];
    }

    public string Id { get; }

    public JobPlan Plan { get; }

    /// <summary>The session that is told of the end.</summary>
    public string Starter { get; }

    public JobActor Actor
    {
        get
        {
            lock (_gate) return _actor;
        }
    }

    public bool HasEnded
    {
        get
        {
            lock (_gate) return _endedUtc is not null;
        }
    }

    public CancellationToken Cancelled => _cancelling.Token;

    public JobProgress Progress
    {
        get
        {
            lock (_gate)
            {
                return new JobProgress
                {
                    Id = Id,
                    Title = Plan.Title,
                    Href = Plan.Href,
                    Advice = Plan.Advice,
                    Right = Plan.Right,
                    State = _state,
                    StartedBy = _startedBy,
                    ActsAs = _actor.UserName,
                    StartedUtc = _startedUtc,
                    EndedUtc = _endedUtc,
                    Total = Plan.Total,
                    Done = _done,
                    Failed = _failed,
                    WhyPaused = _whyPaused,
                    WhyFailed = _whyFailed,
                    FirstFailures = [.. _failures.Take(FirstFailures)],
                };
            }
        }
    }

    public IReadOnlyList<JobFailure> Failures
    {
        get
        {
            lock (_gate) return [.. _failures];
        }
    }

    /// <summary>Lets it rest before its next item. Nothing happens to one that rests or has ended.</summary>
    public void Pause(string? why)
    {
        lock (_gate)
        {
            if (_endedUtc is not null || _resumed is not null) return;
            _resumed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            (_state, _whyPaused) = (JobState.Paused, why);
        }
    }

    /// <summary>Lets it go on as <paramref name="actor"/>.</summary>
    public void Resume(JobActor actor)
    {
        TaskCompletionSource? resumed;
        lock (_gate)
        {
            if (_endedUtc is not null || _resumed is null) return;
            (_actor, _state, _whyPaused) = (actor, JobState.Waiting, null);
            (resumed, _resumed) = (_resumed, null);
        }

        resumed.SetResult();
    }

    /// <summary>Ends it before its next item.</summary>
    public void Cancel()
    {
        if (!HasEnded) _cancelling.Cancel();
    }

    /// <summary>Comes back at once unless it rests; then when it was resumed.</summary>
    /// <returns>Null when it does not rest.</returns>
    public Task? Rest()
    {
        lock (_gate) return _resumed?.Task;
    }

    public void Run()
    {
        lock (_gate)
        {
            if (_resumed is null) _state = JobState.Running;
        }
    }

    public void Count(JobItem item, Refusal? refusal, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (refusal is null)
            {
                _done++;
                return;
            }

            _failed++;
            if (_failures.Count < MaxFailures) _failures.Add(new JobFailure(item, refusal, now));
        }
    }

    public void End(JobState state, DateTimeOffset now, Failure? why = null)
    {
        lock (_gate) (_state, _endedUtc, _whyFailed, _whyPaused, _resumed) = (state, now, why, null, null);
    }

    public void Dispose() => _cancelling.Dispose();
}
