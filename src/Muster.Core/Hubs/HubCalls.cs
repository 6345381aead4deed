using Muster.Core.Registration;

namespace Muster.Core.Hubs;

/// <summary>Repeats hub calls that fail for a passing reason, within the tries and the time of one registration.</summary>
/// <remarks>
/// A hub's own wish (Retry-After) is honoured; else the wait doubles from one second, with jitter (iot-hub 2.5). Throttling is no
/// failure: the call waits with the whole lane and is repeated, without using up tries or time.
/// </remarks>
public sealed class HubCalls
{
    private readonly RegistrationOptions _options;
    private readonly TimeProvider _clock;
    private readonly AttemptTraceBuilder _trace;
    private readonly long _started;
    private TimeSpan _spent;

    /// <summary>Begins the budget.</summary>
    public HubCalls(RegistrationOptions options, TimeProvider clock, AttemptTraceBuilder trace)
    {
        _options = options;
        _clock = clock;
        _trace = trace;
        _started = clock.GetTimestamp();
    }

    /// <summary>Calls, and calls again where that may help.</summary>
    /// <param name="lane">The hub's lane; it learns how the calls fare.</param>
    /// <param name="what">The call in words, for the trace: <c>create identity 'x' in 'hub'</c>.</param>
    /// <param name="call">The idempotent call.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <param name="describe">The result in words; null says that it is done.</param>
    /// <exception cref="HubCallException">The last failure.</exception>
    public async Task<T> RunAsync<T>(
        HubLane lane,
        string what,
        Func<CancellationToken, Task<T>> call,
        CancellationToken cancellationToken,
        Func<T, string>? describe = null)
    {
        for (var attempt = 1; ; attempt++)
        {
            var began = _clock.GetTimestamp();
            try
            {
                var result = await call(cancellationToken);
                _trace.Pass("hub", $"{what}: {describe?.Invoke(result) ?? "done."}");
                return result;
            }
            catch (HubCallException problem) when (problem.IsThrottled)
            {
                _trace.Fail("hub", $"{what}: {problem.Code} {problem.Message}");
                if (_clock.GetElapsedTime(_started) > _options.ThrottlePatience) throw;
                attempt--;
                await lane.PauseAsync(cancellationToken);
            }
            catch (HubCallException problem)
            {
                _trace.Fail("hub", $"{what}: {problem.Code} {problem.Message}");
                var delay = problem.RetryAfter ?? Backoff(attempt);
                _spent += _clock.GetElapsedTime(began) + delay;
                if (!problem.IsTransient || attempt >= _options.HubTries || _spent > _options.HubBudget) throw;
                await Task.Delay(delay, _clock, cancellationToken);
            }
        }
    }

    /// <summary>The same for calls without a result.</summary>
    public Task RunAsync(HubLane lane, string what, Func<CancellationToken, Task> call, CancellationToken cancellationToken) =>
        RunAsync(
            lane,
            what,
            async token =>
            {
                await call(token);
                return true;
            },
            cancellationToken);

    /// <summary>Notes something about the calls that is worth an operator's look.</summary>
    public void Note(string detail, bool isGood = false)
    {
        if (isGood) _trace.Pass("hub", detail);
        else _trace.Fail("hub", detail);
    }

    private static TimeSpan Backoff(int attempt) =>
        TimeSpan.FromSeconds(Math.Pow(2, attempt - 1) * (0.75 + (Random.Shared.NextDouble() / 2)));
}
