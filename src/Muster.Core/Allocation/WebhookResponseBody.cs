using System.Text.Json;
using Muster.Core.Enrollments;
using Muster.Core.Errors;

namespace Muster.Core.Allocation;

/// <summary>A webhook's choice, read: hub, twin, payload; members that it says besides are passed over (iot-hub 5.5).</summary>
/// <param name="HubHostName">The hub; null when none was named.</param>
/// <param name="InitialTwin">A twin, or null.</param>
/// <param name="Payload">What the device is told, or null.</param>
public sealed record WebhookResponseBody(string? HubHostName, InitialTwin? InitialTwin, JsonElement? Payload)
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 32 };

    /// <summary>Reads a body; a refusal (400207) says what is wrong with it.</summary>
    public static Result<WebhookResponseBody> Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, Options);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object) return AllocationRefusals.CustomUnusable("the webhook's answer is not a JSON object.");
            var host = Member(root, "iotHubHostName");
            if (host is { ValueKind: not JsonValueKind.String })
                return AllocationRefusals.CustomUnusable("iotHubHostName in the webhook's answer is not a text.");
            var twin = Member(root, "initialTwin");
            if (twin is { ValueKind: not JsonValueKind.Object })
                return AllocationRefusals.CustomUnusable("initialTwin in the webhook's answer is not an object.");
            var initialTwin = twin is { } content ? new InitialTwin(content.Clone()) : null;
            if (TwinRules.CheckInitialTwin(initialTwin) is { } tooLarge)
                return AllocationRefusals.CustomUnusable($"the webhook's answer breaks a rule: {tooLarge.Message}");
            var name = host?.GetString()?.Trim();
            return new WebhookResponseBody(string.IsNullOrEmpty(name) ? null : name, initialTwin, Member(root, "payload")?.Clone());
        }
        catch (JsonException)
        {
            return AllocationRefusals.CustomUnusable("the webhook's answer is not valid JSON.");
        }
    }

    /// <summary>The member; null when it is absent or null.</summary>
    private static JsonElement? Member(JsonElement root, string name) =>
        root.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null ? member : null;
}
