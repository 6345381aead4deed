namespace Muster.Portal.Frame;

/// <summary>One option of a <c>ChoiceField</c> or <c>SelectField</c>.</summary>
/// <typeparam name="T">What is chosen.</typeparam>
/// <param name="Value">What choosing it means.</param>
/// <param name="Text">How it is called.</param>
/// <param name="Help">What it does.</param>
/// <param name="Disabled">Whether it is shown but cannot be chosen.</param>
public sealed record Choice<T>(T Value, string Text, string? Help = null, bool Disabled = false);
