using System.Text.Json;
using Muster.Core.Enrollments;

namespace Muster.Core.Allocation;

/// <summary>Writes enrollments as the service API shows them, which is how webhooks get them.</summary>
public interface IEnrollmentFormat
{
    /// <summary>Writes the object without any key.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="enrollment">The enrollment.</param>
    /// <param name="apiVersion">The version whose members are written; the newest known one that is not newer acts.</param>
    void Write(Utf8JsonWriter writer, Enrollment enrollment, string apiVersion);
}
