using System.Security.Cryptography;

namespace Muster.EmbeddedHub.Hubs;

/// <summary>A shared access policy of a hub: a named pair of keys with rights (iot-hub 2.2). Its keys never print.</summary>
public sealed record HubAccessPolicy
{
    /// <summary>The policy's name: <c>SharedAccessKeyName</c> of a connection string, <c>skn</c> of a token.</summary>
    public required string Name { get; init; }

    /// <summary>The primary key, Base64.</summary>
    public required string PrimaryKey { get; init; }

    /// <summary>The secondary key, Base64.</summary>
    public required string SecondaryKey { get; init; }

    /// <summary>What the policy allows.</summary>
    public required HubRights Rights { get; init; }

    /// <summary>A policy with two fresh random keys of 32 bytes.</summary>
    public static HubAccessPolicy CreateNew(string name, HubRights rights) => new()
    {
        Name = name,
        PrimaryKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
        SecondaryKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
        Rights = rights,
    };

    /// <summary>Whether the policy allows all of <paramref name="rights"/>; who may write the registry may read it.</summary>
    public bool Allows(HubRights rights)
    {
        var held = Rights.HasFlag(HubRights.RegistryWrite) ? Rights | HubRights.RegistryRead : Rights;
        return (held & rights) == rights;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"HubAccessPolicy {{ Name = {Name}, Rights = {Rights} }}";
}
