namespace Muster.Portal.Frame;

/// <summary>One tab.</summary>
/// <typeparam name="T">What tells tabs apart.</typeparam>
/// <param name="Value">Which tab.</param>
/// <param name="Text">How it is called.</param>
/// <param name="Count">How many things it holds, as text; null for none.</param>
/// <param name="Flawed">Whether something on it needs attention.</param>
public sealed record Tab<T>(T Value, string Text, string? Count = null, bool Flawed = false);
