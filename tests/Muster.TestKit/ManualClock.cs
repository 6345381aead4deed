namespace Muster.TestKit;

/// <summary>A clock that shows the system's time plus what a test moved it by; timers run on the system's.</summary>
public sealed class ManualClock : TimeProvider
{
    private TimeSpan _offset;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _offset;

    public void Advance(TimeSpan time) => _offset += time;
}
