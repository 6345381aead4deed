namespace Muster.Core.Hubs;

/// <summary>What ensuring an identity found.</summary>
public enum HubEnsureOutcome
{
    /// <summary>The identity is new, its twin empty.</summary>
    Created,

    /// <summary>It existed; credential and capabilities were replaced, status and twin kept.</summary>
    AlreadyExisted,
}
