using System.Text;
using System.Text.Json;
using Muster.Core.Attestation;

namespace Muster.Core.Allocation;

/// <summary>
/// The exchange with a webhook in words for the trace. What devices and webhooks tell each other may be secret: payloads are shown by
/// their members' names, never by their values.
/// </summary>
internal static class WebhookExchange
{
    private const int MaxText = 100;

    /// <summary>The question: what was sent where, about which device.</summary>
    public static string Describe(AllocationRequest request, string shownUrl, int bytes)
    {
        var text = new StringBuilder($"POST {shownUrl}, {bytes} bytes: ");
        text.Append($"{request.Enrollment.Kind} enrollment '{request.Enrollment.Id}' without its secrets, ");
        text.Append($"device '{request.RegistrationId}'");
        if (request.Current is { } current) text.Append($", now '{current.DeviceId}' in {current.HubHostName}");
        if (request.Evidence is X509Evidence x509) text.Append($", its certificate ({x509.Leaf.Length} bytes)");
        if (request.Evidence is TpmEvidence) text.Append(", its TPM's public keys");
        text.Append($", {DescribePayload(request.Payload)}; hubs to choose from: ");
        text.AppendJoin(", ", request.Candidates.Select(hub => hub.HostName));
        return text.Append('.').ToString();
    }

    /// <summary>An answer that can be used.</summary>
    public static string Describe(WebhookResponseBody answer, int bytes) =>
        $"It answered 200 with {bytes} bytes: iotHubHostName {(answer.HubHostName is { } name ? $"'{Printable(name)}'" : "missing")}, "
        + $"{(answer.InitialTwin is { } twin ? $"initialTwin ({twin.Document.GetRawText().Length} characters)" : "no initialTwin")}, "
        + $"{DescribePayload(answer.Payload)}.";

    /// <summary>How an answer begins that is no JSON object, such as a proxy's page; else empty, since members may be secret.</summary>
    public static string Beginning(ReadOnlyMemory<byte> body)
    {
        var text = Encoding.UTF8.GetString(body.Span[..Math.Min(body.Length, 4 * MaxText)]).Trim();
        return text.Length == 0 || text[0] == '{' ? "" : $" It begins: {Printable(text)}";
    }

    private static string DescribePayload(JsonElement? payload) => payload switch
    {
        null => "no payload",
        { ValueKind: JsonValueKind.Object } members =>
            $"payload with the members {Printable(string.Join(", ", members.EnumerateObject().Select(member => member.Name)))}",
        { } other => $"payload ({other.ValueKind})",
    };

    private static string Printable(string text)
    {
        var cut = text.Length <= MaxText ? text : text[..MaxText] + "...";
        return string.Concat(cut.Select(c => char.IsControl(c) ? ' ' : c));
    }
}
