namespace Muster.DeviceApi;

/// <summary>API versions that devices may send, on every transport (device-protocols 1.2).</summary>
public static class DeviceApiVersions
{
    /// <summary>All of them, oldest first.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "2017-08-31-preview", "2017-11-15", "2018-04-01", "2018-09-01-preview", "2018-11-01", "2019-03-31", "2021-06-01", "2021-10-01",
        "2021-11-01-preview", "2025-07-01-preview", "2026-07-01-preview", "2026-11-01", "2026-11-02-preview", "2026-11-15-preview",
    ];

    /// <summary>The one version that calls the result object <c>registrationStatus</c>.</summary>
    public const string OldestPreview = "2017-08-31-preview";

    /// <summary>The version that <paramref name="presented"/> names, compared without case; null when it is empty or unknown.</summary>
    public static string? Find(string presented)
    {
        foreach (var version in All)
        {
            if (version.Equals(presented, StringComparison.OrdinalIgnoreCase)) return version;
        }

        return null;
    }
}
