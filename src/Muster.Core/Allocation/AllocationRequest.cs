using System.Text.Json;
using Muster.Core.Enrollments;
using Muster.Core.Hubs;

namespace Muster.Core.Allocation;

/// <summary>The question put to an allocation policy.</summary>
public sealed record AllocationRequest
{
    /// <summary>Which device.</summary>
    public required string RegistrationId { get; init; }

    /// <summary>Through which enrollment.</summary>
    public required Enrollment Enrollment { get; init; }

    /// <summary>The hubs to choose from: linked, and open to assignments. Never empty.</summary>
    public required IReadOnlyList<LinkedHub> Candidates { get; init; }

    /// <summary>The device's payload, or null.</summary>
    public JsonElement? Payload { get; init; }
}
