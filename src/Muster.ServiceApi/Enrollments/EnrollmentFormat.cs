using System.Text.Json;
using Muster.Core.Allocation;
using Muster.Core.Enrollments;
using Muster.ServiceApi.Requests;

namespace Muster.ServiceApi.Enrollments;

/// <summary>Enrollments as the service API writes them, for allocation webhooks (iot-hub 5.5).</summary>
public sealed class EnrollmentFormat : IEnrollmentFormat
{
    /// <inheritdoc/>
    public void Write(Utf8JsonWriter writer, Enrollment enrollment, string apiVersion)
    {
        // Versions sort by their dates. A webhook may ask for one that the service API never had.
        var version = ServiceApiVersions.Supported.LastOrDefault(known => string.CompareOrdinal(known, apiVersion) <= 0)
            ?? ServiceApiVersions.Supported[0];
        EnrollmentWriter.Write(writer, enrollment, ServiceApiVersions.MembersKnownTo(version, enrollment.Kind), showKeys: false);
    }
}
