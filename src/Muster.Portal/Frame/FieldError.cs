using Muster.Core.Errors;

namespace Muster.Portal.Frame;

/// <summary>Something that is wrong with a form.</summary>
/// <param name="Field">Member path as the rules name it, which is also the id of the input; empty when it concerns the whole form.</param>
/// <param name="Text">What is wrong and what is allowed.</param>
public sealed record FieldError(string Field, string Text)
{
    /// <summary>Where the cause can be looked at, opened beside the form so that nothing typed is lost; null where nowhere.</summary>
    public (string Text, string Href)? More { get; init; }

    /// <summary>The refusal of the service behind it; null when the form found it by itself.</summary>
    public Failure? Failure { get; init; }

    /// <summary>Splits a refusal into the member it names and the rest of its text.</summary>
    public static FieldError From(Refusal refusal)
    {
        var colon = refusal.Message.IndexOf(": ", StringComparison.Ordinal);
        return colon > 0 && refusal.Message.AsSpan(0, colon).IndexOfAny(' ', '\'', '"') < 0
            ? new FieldError(refusal.Message[..colon], Sentence(refusal.Message[(colon + 2)..]))
            : new FieldError("", refusal.Message);
    }

    /// <summary>The same for a refusal that the service gave when it was asked to act: its details unfold below the summary.</summary>
    public static FieldError From(Refusal refusal, Failures failures) => From(refusal) with { Failure = failures.Note(refusal) };

    /// <summary>The first error of a member or of something within it; null when there is none.</summary>
    public static FieldError? Find(IEnumerable<FieldError> errors, string path) => errors.FirstOrDefault(error => error.Field == path
        || error.Field.StartsWith(path + ".", StringComparison.Ordinal) || error.Field.StartsWith(path + "[", StringComparison.Ordinal));

    private static string Sentence(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];
}
