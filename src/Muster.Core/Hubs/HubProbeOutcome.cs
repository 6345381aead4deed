namespace Muster.Core.Hubs;

/// <summary>Verdict on a hub that was tried.</summary>
public enum HubProbeOutcome
{
    /// <summary>Reachable, and the credentials suffice.</summary>
    Ready,

    /// <summary>No connection, a certificate that is not trusted, or no answer in time.</summary>
    Unreachable,

    /// <summary>The hub refuses the credentials.</summary>
    Unauthorized,

    /// <summary>The credentials are sound, but lack RegistryWrite or ServiceConnect.</summary>
    MissingPermission,

    /// <summary>The hub answers with trouble of its own.</summary>
    Failing,
}
