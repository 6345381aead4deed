namespace Muster.Core.Registration;

/// <summary>How an attempt ended, as the operator sees it.</summary>
public enum AttemptOutcome
{
    /// <summary>The device stands in a hub.</summary>
    Assigned,

    /// <summary>Answered before it was done.</summary>
    Assigning,

    /// <summary>Refused because the enrollment is disabled.</summary>
    Disabled,

    /// <summary>Accepted, but allocation or the hub failed.</summary>
    Failed,

    /// <summary>Refused.</summary>
    Refused,

    /// <summary>A TPM was given a key to sign with; the device tries again with it.</summary>
    Challenged,
}
