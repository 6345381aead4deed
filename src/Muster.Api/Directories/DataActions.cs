using Muster.Core.Enrollments;

namespace Muster.Api.Directories;

/// <summary>The data actions by which directory roles permit operations (service-api S-3.3, S-7).</summary>
public static class DataActions
{
    /// <summary>What every full name begins with.</summary>
    public const string Prefix = "Microsoft.Devices/provisioningServices/";

    /// <summary>Show the keys of an enrollment.</summary>
    public const string RevealKeys = Prefix + "attestationmechanism/details/action";

    /// <summary>Read registration records.</summary>
    public const string ReadRegistrations = Prefix + "registrationStates/read";

    /// <summary>Delete registration records.</summary>
    public const string DeleteRegistrations = Prefix + "registrationStates/delete";

    /// <summary>All there are.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        RevealKeys,
        Read(EnrollmentKind.Group), Write(EnrollmentKind.Group), Delete(EnrollmentKind.Group),
        Read(EnrollmentKind.Individual), Write(EnrollmentKind.Individual), Delete(EnrollmentKind.Individual),
        ReadRegistrations, DeleteRegistrations,
    ];

    /// <summary>Those that only read, and show no keys.</summary>
    public static IReadOnlyList<string> Reading { get; } =
        [Read(EnrollmentKind.Group), Read(EnrollmentKind.Individual), ReadRegistrations];

    /// <summary>Read and query enrollments of a kind.</summary>
    public static string Read(EnrollmentKind kind) => Prefix + Resource(kind) + "/read";

    /// <summary>Create and replace enrollments of a kind.</summary>
    public static string Write(EnrollmentKind kind) => Prefix + Resource(kind) + "/write";

    /// <summary>Delete enrollments of a kind.</summary>
    public static string Delete(EnrollmentKind kind) => Prefix + Resource(kind) + "/delete";

    private static string Resource(EnrollmentKind kind) => kind == EnrollmentKind.Individual ? "enrollments" : "enrollmentGroups";
}
