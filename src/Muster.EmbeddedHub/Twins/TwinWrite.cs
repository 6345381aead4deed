using System.Text.Json;

namespace Muster.EmbeddedHub.Twins;

/// <summary>
/// What a patch or a replacement of a twin brings. A section that is null is not given and stays; one that is given is an object.
/// </summary>
public sealed record TwinWrite
{
    /// <summary>The tags.</summary>
    public JsonElement? Tags { get; init; }

    /// <summary>The desired properties.</summary>
    public JsonElement? Desired { get; init; }

    /// <inheritdoc/>
    public override string ToString() =>
        $"TwinWrite {{ Tags = {(Tags is null ? "absent" : "given")}, Desired = {(Desired is null ? "absent" : "given")} }}";
}
