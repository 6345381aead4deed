using Muster.Core.Hubs;

namespace Muster.Core.Registration;

/// <summary>How a registration ended. Disposing lets others touch the identity again: after the commit that records it.</summary>
public sealed class RegistrationOutcome : IDisposable
{
    private readonly IDisposable? _hold;

    /// <summary>A registration that left nothing in any hub that it must answer for.</summary>
    public RegistrationOutcome(RegistrationEvent happened)
        : this(happened, hold: null, [])
    {
    }

    /// <summary>A registration with its hold on the identity that it wrote.</summary>
    /// <param name="happened">What the record becomes.</param>
    /// <param name="hold">Keeps the identity from being deleted.</param>
    /// <param name="leftBehind">Identities to delete once the record is stored.</param>
    public RegistrationOutcome(RegistrationEvent happened, IDisposable? hold, IReadOnlyList<HubCleanup> leftBehind)
    {
        Event = happened;
        LeftBehind = leftBehind;
        _hold = hold;
    }

    /// <summary>What the record becomes.</summary>
    public RegistrationEvent Event { get; }

    /// <summary>Identities to delete once the record is stored; stored with it.</summary>
    public IReadOnlyList<HubCleanup> LeftBehind { get; }

    /// <inheritdoc/>
    public void Dispose() => _hold?.Dispose();
}
