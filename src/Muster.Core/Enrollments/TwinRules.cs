using System.Text.Json;
using Muster.Core.Errors;

namespace Muster.Core.Enrollments;

/// <summary>Sizes of twin sections, measured as hubs measure them (iot-hub 3; service-api S-6.8).</summary>
public static class TwinRules
{
    /// <summary>Most bytes of tags.</summary>
    public const int MaxTagsSize = 8 * 1024;

    /// <summary>Most bytes of desired properties.</summary>
    public const int MaxDesiredSize = 32 * 1024;

    /// <summary>Refuses an initial twin that no hub would take for its size.</summary>
    public static Refusal? CheckInitialTwin(InitialTwin? twin)
    {
        if (twin is null) return null;
        if (SizeOf(twin.Tags()) > MaxTagsSize) return Refusals.InvalidMember("initialTwin.tags", $"it is larger than {MaxTagsSize} bytes.");
        return SizeOf(twin.Desired()) > MaxDesiredSize
            ? Refusals.InvalidMember("initialTwin.properties.desired", $"it is larger than {MaxDesiredSize} bytes.")
            : null;
    }

    /// <summary>
    /// The size of a section: UTF-8 length of each name plus its value - texts by characters without control characters, numbers 8,
    /// truth values 4, nulls nothing.
    /// </summary>
    public static int SizeOf(JsonElement? section) => section is { } element ? Measure(element) : 0;

    private static int Measure(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject()
            .Sum(member => System.Text.Encoding.UTF8.GetByteCount(member.Name) + Measure(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().Sum(Measure),
        JsonValueKind.String => element.GetString()!.Count(character => !char.IsControl(character)),
        JsonValueKind.Number => 8,
        JsonValueKind.True or JsonValueKind.False => 4,
        _ => 0,
    };
}
