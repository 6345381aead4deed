namespace Muster.Core.Instances;

/// <summary>A free label of an instance.</summary>
/// <param name="Name">Name, unique in the instance without case; 1 to 512 characters.</param>
/// <param name="Value">Value, at most 256 characters.</param>
public sealed record InstanceTag(string Name, string Value);
