namespace Muster.Core.Networking;

/// <summary>What a rule does with an address that it matches.</summary>
public enum IpFilterAction
{
    /// <summary>Let it in; "Allow" in the portal.</summary>
    Accept,

    /// <summary>Refuse it; "Block" in the portal.</summary>
    Reject,
}
