using System.Globalization;
using Muster.Core.Quotas;

namespace Muster.Portal.Quotas;

/// <summary>One thing that is counted.</summary>
/// <param name="Name">What.</param>
/// <param name="Used">How many there are.</param>
/// <param name="Limit">How many there may be; null is as many as the disk holds.</param>
/// <param name="Link">The page that lists them.</param>
public sealed record QuotaLine(string Name, long Used, long? Limit, string Link)
{
    /// <summary>What devices and people add to day by day, so that a date can be told; null for what somebody sets up once.</summary>
    public CountedEntity? Grows { get; init; }

    /// <summary>From 0 to 1; null without a limit.</summary>
    public double? Fill => Limit is { } limit ? limit == 0 ? 1 : Math.Min(1, (double)Used / limit) : null;

    /// <summary>How near the limit is: people are warned at 80, 90 and 95 %.</summary>
    public QuotaLevel Level => Fill switch
    {
        null or < 0.8 => QuotaLevel.Fine,
        < 0.9 => QuotaLevel.Watch,
        < 0.95 => QuotaLevel.High,
        < 1 => QuotaLevel.Nearly,
        _ => QuotaLevel.Reached,
    };

    /// <summary>How much is used, rounded down, so that 100 % is the limit; empty without a limit.</summary>
    public string Percent => Fill is { } fill ? string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(fill * 100)} %") : "";

    /// <summary>What to tell about it wherever it shows; null where there is nothing to worry about.</summary>
    public string? Warning => Level switch
    {
        QuotaLevel.Fine => null,
        QuotaLevel.Reached => $"{Name}: the limit is reached, no more can be created.",
        _ => $"{Name}: {Percent} of the limit is used.",
    };
}
