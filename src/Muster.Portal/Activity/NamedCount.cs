namespace Muster.Portal.Activity;

/// <summary>How many registrations have one thing in common.</summary>
/// <param name="Name">An error code or a hub's host name.</param>
/// <param name="Count">How many.</param>
public sealed record NamedCount(string Name, long Count);
