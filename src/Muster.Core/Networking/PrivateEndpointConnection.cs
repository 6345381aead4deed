namespace Muster.Core.Networking;

/// <summary>What an instance has decided about one private listener (behaviour B-14.7).</summary>
/// <param name="Name">Name of the listener, unique without case.</param>
/// <param name="Address">Address of the listener when it was decided; approval does not follow a name to another address.</param>
/// <param name="Status">The decision.</param>
/// <param name="Description">What the operator wrote beside it; may be empty.</param>
public sealed record PrivateEndpointConnection(string Name, string Address, PrivateEndpointStatus Status, string Description)
{
    /// <summary>Most characters of a description.</summary>
    public const int MaxDescription = 256;
}
