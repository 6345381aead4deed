namespace Muster.Portal.Frame;

/// <summary>One message to the person.</summary>
/// <param name="Text">What happened.</param>
/// <param name="IsBad">Whether something failed.</param>
/// <param name="AtUtc">When it was told.</param>
public sealed record Notice(string Text, bool IsBad, DateTimeOffset AtUtc)
{
    /// <summary>Tells equal messages apart.</summary>
    public Guid Id { get; } = Guid.NewGuid();

    /// <summary>The refusal behind it; null when there is none.</summary>
    public Failure? Failure { get; init; }

    /// <summary>Where to read on, as a path of the portal; null when nowhere.</summary>
    public string? Href { get; init; }

    /// <summary>The words of the link to <see cref="Href"/>.</summary>
    public string? LinkText { get; init; }
}
