using Muster.Core.Enrollments;

namespace Muster.ServiceApi.Requests;

/// <summary>The one table of accepted API versions and of the members that each can express (service-api S-2).</summary>
public static class ServiceApiVersions
{
    private const EnrollmentMembers V2018Preview = EnrollmentMembers.Capabilities | EnrollmentMembers.Placement;
    private const EnrollmentMembers V2019 = V2018Preview | EnrollmentMembers.OptionalDeviceInformation;

    private const EnrollmentMembers V2025Preview = V2019 | EnrollmentMembers.CredentialPolicyName;
    private const EnrollmentMembers V2026Preview = V2019 | EnrollmentMembers.CertificatePolicyResourceId;

    private static readonly Row[] Rows =
    [
        new("2017-11-15", EnrollmentMembers.None, EnrollmentMembers.None),
        new("2018-04-01", EnrollmentMembers.Capabilities, EnrollmentMembers.None),
        new("2018-09-01-preview", V2018Preview, EnrollmentMembers.Placement),
        new("2018-11-01", V2018Preview, EnrollmentMembers.Placement),
        new("2019-03-31", V2019, V2019),
        new("2021-06-01", V2019, V2019),
        new("2021-10-01", V2019, V2019),
        new("2025-07-01-preview", V2025Preview, V2025Preview),
        new("2026-07-01-preview", V2026Preview, V2026Preview),
        new("2026-11-01", EnrollmentMembers.All, EnrollmentMembers.All),
        new("2026-11-02-preview", EnrollmentMembers.All, EnrollmentMembers.All),
    ];

    /// <summary>The accepted versions, oldest first.</summary>
    public static IReadOnlyList<string> Supported { get; } = [.. Rows.Select(row => row.Version)];

    /// <summary>The members of an enrollment that <paramref name="version"/>, a supported one, knows.</summary>
    public static EnrollmentMembers MembersKnownTo(string version, EnrollmentKind kind)
    {
        var row = Array.Find(Rows, row => row.Version == version)!;
        return kind == EnrollmentKind.Individual ? row.Individual : row.Group;
    }

    private sealed record Row(string Version, EnrollmentMembers Individual, EnrollmentMembers Group);
}
