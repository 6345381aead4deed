namespace Muster.Protocols.Mqtt;

/// <content>Time-outs. A packet only notes its time; the timer looks whether that was long ago.</content>
public sealed partial class MqttSession
{
    private ITimer? _timer;
    private TimeSpan _keepAlive;
    private TimeSpan _idleTimeout;
    private long _lastPacket;
    private long _lastRequest;

    /// <summary>How long the client may stay without a packet other than PINGREQ; infinite switches the check off.</summary>
    public TimeSpan IdleTimeout
    {
        get => _idleTimeout;
        set
        {
            _idleTimeout = value;
            RestartTimer();
        }
    }

    private void StartTimer() => _timer = _clock.CreateTimer(
        static state => ((MqttSession)state!).CheckTime(), this, _limits.ConnectTimeout, Timeout.InfiniteTimeSpan);

    private void StopTimer() => _timer?.Dispose();

    private void RestartTimer() => _timer?.Change(TimeToNextCheck(), Timeout.InfiniteTimeSpan);

    private void CheckTime()
    {
        if (!_isConnected)
        {
            End(MqttEndReason.ConnectTimeout, $"No CONNECT within {_limits.ConnectTimeout.TotalSeconds:0} seconds.");
        }
        else if (_keepAlive > TimeSpan.Zero && _clock.GetElapsedTime(_lastPacket) >= _keepAlive)
        {
            End(MqttEndReason.KeepAliveTimeout, $"Nothing arrived for {_keepAlive.TotalSeconds:0.#} seconds, one and a half times the keep-alive.");
        }
        else if (_idleTimeout != Timeout.InfiniteTimeSpan && _clock.GetElapsedTime(_lastRequest) >= _idleTimeout)
        {
            End(MqttEndReason.IdleTimeout, $"The client asked for nothing for {_idleTimeout.TotalMinutes:0.#} minutes.");
        }
        else
        {
            RestartTimer();
        }
    }

    private TimeSpan TimeToNextCheck()
    {
        if (!_isConnected) return Positive(_limits.ConnectTimeout - _clock.GetElapsedTime(_lastPacket));
        var next = TimeSpan.MaxValue;
        if (_keepAlive > TimeSpan.Zero) next = _keepAlive - _clock.GetElapsedTime(_lastPacket);
        if (_idleTimeout != Timeout.InfiniteTimeSpan)
        {
            var idle = _idleTimeout - _clock.GetElapsedTime(_lastRequest);
            if (idle < next) next = idle;
        }

        return next == TimeSpan.MaxValue ? Timeout.InfiniteTimeSpan : Positive(next);
    }

    private static TimeSpan Positive(TimeSpan time) => time > TimeSpan.Zero ? time : TimeSpan.FromMilliseconds(1);
}
