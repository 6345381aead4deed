namespace Muster.ManagementApi.Requests;

/// <summary>The accepted API versions; one model serves all of them (management-api A-3).</summary>
public static class ManagementApiVersions
{
    /// <summary>The versions, oldest first.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "2017-08-21-preview", "2017-11-15", "2018-01-22", "2020-01-01", "2020-09-01-preview", "2021-10-15", "2022-02-05", "2022-12-12",
        "2023-03-01-preview", "2025-02-01-preview", "2026-03-01-preview", "2026-06-01-preview", "2026-08-01", "2026-08-31",
    ];
}
