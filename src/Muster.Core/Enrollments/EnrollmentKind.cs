namespace Muster.Core.Enrollments;

/// <summary>The two kinds of enrollment; their IDs are separate namespaces (service-api S-6.10).</summary>
public enum EnrollmentKind
{
    /// <summary>One device.</summary>
    Individual,

    /// <summary>Devices that share a mechanism.</summary>
    Group,
}
