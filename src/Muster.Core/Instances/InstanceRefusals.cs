using Muster.Core.Errors;

namespace Muster.Core.Instances;

/// <summary>What those who configure instances are told.</summary>
public static class InstanceRefusals
{
    /// <summary>There is no instance of that name.</summary>
    public static Refusal NotFound(string name) => new(404000, $"The instance '{name}' does not exist.");

    /// <summary>The name is taken.</summary>
    public static Refusal NameTaken(string name) => new(409000, $"name: an instance named '{name}' exists already; upper and lower case count as the same.");

    /// <summary>The ID scope belongs to another instance.</summary>
    public static Refusal ScopeTaken(string scope) => new(409000, $"idScope: the ID scope '{scope}' belongs to another instance of this server.");

    /// <summary>A service host belongs to another instance.</summary>
    public static Refusal HostTaken(string host, string owner) => new(409000, $"serviceHostNames: the host '{host}' belongs to the instance '{owner}'.");

    /// <summary>The default instance stays.</summary>
    public static Refusal DefaultStays { get; } = new(
        409000, "The default instance answers every host that no other instance claims, so it cannot be deleted. Delete what is in it instead.");

    /// <summary>There is no policy of that name.</summary>
    public static Refusal PolicyNotFound(string keyName) => new(404000, $"The access policy '{keyName}' does not exist.");

    /// <summary>The name of a policy is taken.</summary>
    public static Refusal PolicyExists(string keyName) => new(409000, $"keyName: a policy named '{keyName}' exists already; upper and lower case count as the same.");

    /// <summary>There is no private endpoint connection of that name.</summary>
    public static Refusal PrivateEndpointNotFound(string name) => new(
        404000, $"The private endpoint connection '{(name.Length <= 64 ? name : name[..64] + "...")}' does not exist. The configuration of the server makes them.");

    /// <summary>The listener behind a private endpoint connection is gone.</summary>
    public static Refusal PrivateEndpointGone(string name) => new(
        409000, $"status: the configuration of the server no longer has the private endpoint '{name}', so it can only be removed.");

    /// <summary>The last policy that can manage the service must stay.</summary>
    public static Refusal LastOwner(string keyName) => new(
        409000,
        $"rights: '{keyName}' is the last policy with Service configuration and Enrollment write. Management clients look for such a policy, so one must stay.");
}
