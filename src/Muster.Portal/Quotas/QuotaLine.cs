namespace Muster.Portal.Quotas;

/// <summary>One thing that is counted.</summary>
/// <param name="Name">What.</param>
/// <param name="Used">How many there are.</param>
/// <param name="Limit">How many there may be; null is as many as the disk holds.</param>
/// <param name="Link">The page that lists them.</param>
public sealed record QuotaLine(string Name, long Used, long? Limit, string Link)
{
    /// <summary>A part worth telling; null for none.</summary>
    public string? Part { get; init; }

    /// <summary>Where the part is listed.</summary>
    public string? PartLink { get; init; }

    /// <summary>From 0 to 1; null without a limit.</summary>
    public double? Fill => Limit is { } limit ? Math.Min(1, (double)Used / limit) : null;
}
