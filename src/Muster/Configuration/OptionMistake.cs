namespace Muster.Configuration;

/// <summary>One thing that is wrong with an option.</summary>
/// <param name="Key">The option as the user wrote it: switch, environment variable, or file and key.</param>
/// <param name="Value">The value as the user wrote it; null where there is none or where it is secret.</param>
/// <param name="Problem">What is wrong and what is allowed, in one or two sentences.</param>
public sealed record OptionMistake(string Key, string? Value, string Problem)
{
    /// <summary>The mistake as one line for the user.</summary>
    public override string ToString() => Value is null ? $"{Key}: {Problem}" : $"{Key} is '{Value}': {Problem}";
}
