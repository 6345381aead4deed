using Muster.Core.Errors;

namespace Muster.Core.Hubs;

/// <summary>Why a link was not made or changed (management-api ).</summary>
public static class LinkedHubRefusals
{
    /// <summary>The hub is linked already. The text is the original's <c>IH400303</c>.</summary>
    public static Refusal Duplicate { get; } = new(400303, "Cannot have duplicate iot hubs in description");

    /// <summary>The instance links no hub of that name.</summary>
    public static Refusal NotLinked(string hostName) => new(404000, $"The IoT hub '{hostName}' is not linked.");
}
