namespace Muster.Core.Hubs;

/// <summary>
/// The way to one hub: a bounded number of registrations at a time, first come first served, and calls no faster than the hub takes
/// them (iot-hub 2.5, 2.7). Each hub has its own, so a slow one never delays the others.
/// </summary>
public sealed class HubLane
{
    /// <summary>The pause when a hub throttles without saying for how long: a real throttling text says 10 seconds.</summary>
    public static readonly TimeSpan DefaultPause = TimeSpan.FromSeconds(10);

    // Timers fire late, more so on a busy machine; what was left unused this long may be caught up. Hubs count over longer times.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RecoveryStep = TimeSpan.FromSeconds(10);
    private const double LowestRate = 0.2;
    private const double ForgottenRate = 10_000;
    private const double LatencyWeight = 0.2;

    private readonly TimeProvider _clock;
    private readonly long _origin;
    private readonly Lock _mutex = new();
    private readonly LinkedList<TaskCompletionSource<IDisposable>> _waiting = [];
    private int _width;
    private int _active;
    private double? _configuredRate;
    private double? _learnedRate;
    private TimeSpan _learnedAt;
    private TimeSpan _next;
    private TimeSpan _pausedUntil;
    private TimeSpan _countedFrom;
    private long _counted;
    private DateTimeOffset? _lastSuccess;
    private DateTimeOffset? _lastFailure;
    private string? _lastFailureText;
    private bool _lastWasFailure;
    private TimeSpan? _latency;

    /// <summary>Makes the lane of a hub.</summary>
    /// <param name="hostName">The hub.</param>
    /// <param name="width">Most registrations at a time, at least 1.</param>
    /// <param name="clock">The clock.</param>
    public HubLane(string hostName, int width, TimeProvider clock)
    {
        HostName = hostName;
        _width = width;
        _clock = clock;
        _origin = clock.GetTimestamp();
    }

    /// <summary>The hub.</summary>
    public string HostName { get; }

    private TimeSpan Now => _clock.GetElapsedTime(_origin);

    /// <summary>Takes over what the link says now.</summary>
    /// <param name="width">Most registrations at a time, at least 1.</param>
    /// <param name="callsPerSecond">Most calls a second; null for no limit.</param>
    public void Configure(int width, double? callsPerSecond)
    {
        lock (_mutex)
        {
            _width = width;
            if (_configuredRate == callsPerSecond) return;
            _configuredRate = callsPerSecond;
            _learnedRate = null;
        }
    }

    /// <summary>Waits for a turn, in the order of arrival; disposing the result gives it back.</summary>
    public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        LinkedListNode<TaskCompletionSource<IDisposable>> place;
        lock (_mutex)
        {
            if (_active < _width && _waiting.Count == 0)
            {
                _active++;
                return new Turn(this);
            }

            place = _waiting.AddLast(new TaskCompletionSource<IDisposable>(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        await using var gaveUp = cancellationToken.Register(() =>
        {
            lock (_mutex)
            {
                if (place.List is null) return;
                _waiting.Remove(place);
            }

            place.Value.TrySetCanceled(cancellationToken);
        });
        return await place.Value.Task;
    }

    /// <summary>Waits until the next call may be made.</summary>
    public async Task PaceAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            TimeSpan wait;
            lock (_mutex)
            {
                var now = Now;
                if (Rate(now) is not { } rate)
                {
                    wait = _pausedUntil - now;
                }
                else
                {
                    var earliest = Later(Later(_next, now - Slack), _pausedUntil);
                    _next = earliest + TimeSpan.FromSeconds(1 / rate);
                    wait = earliest - now;
                }

                if (wait <= TimeSpan.Zero)
                {
                    _counted++;
                    return;
                }
            }

            // Timers count whole milliseconds; a pause must not end early.
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), _clock, cancellationToken);
            lock (_mutex)
            {
                // Throttled while this one waited: its place has passed, it takes another behind the pause.
                if (_pausedUntil > Now) continue;
                _counted++;
                return;
            }
        }
    }

    /// <summary>Waits for the end of a pause that the hub asked for.</summary>
    public async Task PauseAsync(CancellationToken cancellationToken)
    {
        TimeSpan wait;
        lock (_mutex) wait = _pausedUntil - Now;
        if (wait > TimeSpan.Zero)
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), _clock, cancellationToken);
    }

    /// <summary>Makes one call in its turn and notes how it fared.</summary>
    /// <exception cref="HubCallException">The call's failure.</exception>
    public async Task<T> CallAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        await PaceAsync(cancellationToken);
        var began = _clock.GetTimestamp();
        try
        {
            var result = await call(cancellationToken);
            Answered(_clock.GetElapsedTime(began));
            return result;
        }
        catch (HubCallException problem)
        {
            // A refusal that speaks of the request, not of the hub, is an answer too.
            if (problem is { IsTransient: false, IsUnauthorized: false, IsUnanswered: false }) Answered(_clock.GetElapsedTime(began));
            else Failed(problem);
            throw;
        }
    }

    /// <summary>Notes a call that the hub answered, whatever the answer.</summary>
    public void Answered(TimeSpan duration)
    {
        lock (_mutex)
        {
            _lastSuccess = _clock.GetUtcNow();
            _lastWasFailure = false;
            _latency = _latency is { } known ? known + ((duration - known) * LatencyWeight) : duration;
        }
    }

    /// <summary>Notes a failed call; a throttled one slows the lane down.</summary>
    public void Failed(HubCallException problem)
    {
        lock (_mutex)
        {
            _lastFailure = _clock.GetUtcNow();
            _lastFailureText = problem.Message;
            _lastWasFailure = true;
            if (problem.IsThrottled) SlowDown(problem.RetryAfter ?? DefaultPause);
        }
    }

    /// <summary>The hub as its calls show it.</summary>
    public HubHealth Describe()
    {
        lock (_mutex)
        {
            var now = Now;
            var paused = _pausedUntil > now;
            var rate = Rate(now);
            var slowed = paused || _learnedRate is not null;
            return new HubHealth
            {
                HostName = HostName,
                State = slowed ? HubHealthState.Throttled
                    : _lastWasFailure ? HubHealthState.Failing
                    : _lastSuccess is null ? HubHealthState.Unknown
                    : HubHealthState.Healthy,
                LastSuccessUtc = _lastSuccess,
                LastFailureUtc = _lastFailure,
                LastFailure = _lastFailureText,
                Waiting = _waiting.Count,
                Active = _active,
                CallsPerSecond = rate,
                PausedUntilUtc = paused ? _clock.GetUtcNow() + (_pausedUntil - now) : null,
                Latency = _latency,
            };
        }
    }

    /// <summary>Pauses, and takes what the hub accepted since the last pause for its rate, less a tenth.</summary>
    private void SlowDown(TimeSpan pause)
    {
        var now = Now;
        if (_pausedUntil <= now)
        {
            var elapsed = (now - _countedFrom).TotalSeconds;
            if (elapsed > 0)
            {
                var observed = Math.Max(LowestRate, _counted / elapsed * 0.9);
                _learnedRate = _learnedRate is { } known ? Math.Min(known, observed) : observed;
                _learnedAt = now;
            }

            _countedFrom = now;
            _counted = 0;
        }

        _pausedUntil = Later(_pausedUntil, now + pause);
        _next = _pausedUntil;
    }

    /// <summary>The lower of the configured and the learned rate. What was learned wears off, so that a hub that grew is found out.</summary>
    private double? Rate(TimeSpan now)
    {
        while (_learnedRate is { } learned && now - Later(_learnedAt, _pausedUntil) > RecoveryStep)
        {
            _learnedAt = Later(_learnedAt, _pausedUntil) + RecoveryStep;
            _learnedRate = learned * 1.1;
            if (_learnedRate > Math.Min(_configuredRate ?? ForgottenRate, ForgottenRate)) _learnedRate = null;
        }

        return (_configuredRate, _learnedRate) switch
        {
            ({ } configured, { } taught) => Math.Min(configured, taught),
            ({ } configured, null) => configured,
            (null, var taught) => taught,
        };
    }

    private void Leave()
    {
        TaskCompletionSource<IDisposable>? next = null;
        lock (_mutex)
        {
            _active--;
            if (_waiting.First is { } first && _active < _width)
            {
                _waiting.RemoveFirst();
                _active++;
                next = first.Value;
            }
        }

        next?.SetResult(new Turn(this));
    }

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private sealed class Turn(HubLane lane) : IDisposable
    {
        private int _given;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _given, 1) == 0) lane.Leave();
        }
    }
}
