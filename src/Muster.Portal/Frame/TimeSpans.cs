namespace Muster.Portal.Frame;

/// <summary>How far back lists look, as their addresses and their pages name it.</summary>
internal static class TimeSpans
{
    /// <summary>What a list offers, the shortest first.</summary>
    public static IReadOnlyList<(string Key, string Text, TimeSpan Length)> All { get; } =
    [
        ("1h", "last hour", TimeSpan.FromHours(1)),
        ("1d", "last 24 hours", TimeSpan.FromDays(1)),
        ("7d", "last 7 days", TimeSpan.FromDays(7)),
        ("30d", "last 30 days", TimeSpan.FromDays(30)),
    ];

    /// <summary>The span that an address names; null for any other text, which means no limit.</summary>
    public static (string Key, string Text, TimeSpan Length)? Find(string? key) =>
        All.Where(span => span.Key == key).Select(span => ((string, string, TimeSpan)?)span).FirstOrDefault();

    /// <summary>Where the span that an address names begins now; null for no limit.</summary>
    public static DateTimeOffset? Since(string? key, TimeProvider time) => Find(key) is { } span ? time.GetUtcNow() - span.Length : null;
}
