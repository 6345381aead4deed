using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Muster.Registration;

/// <summary>One answer of the provisioning service, taken apart (device-protocols 1.5, 1.6).</summary>
public sealed record RegistrationAnswer
{
    /// <summary>The HTTP status.</summary>
    public required HttpStatusCode HttpStatus { get; init; }

    /// <summary>How long to wait before the next request; null if the answer does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Names the operation to poll.</summary>
    public string? OperationId { get; init; }

    /// <summary><c>assigning</c>, <c>assigned</c>, <c>failed</c>, <c>disabled</c> or <c>unassigned</c>; null in an error body.</summary>
    public string? Status { get; init; }

    /// <summary>Why it is assigned: first time, migrated, reset.</summary>
    public string? Substatus { get; init; }

    /// <summary>Host name of the hub.</summary>
    public string? AssignedHub { get; init; }

    /// <summary>The device ID in the hub.</summary>
    public string? DeviceId { get; init; }

    /// <summary>Error code of a failed registration or of an error body.</summary>
    public long? ErrorCode { get; init; }

    /// <summary>Error message of a failed registration or of an error body.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>Tracking ID of an error body.</summary>
    public string? TrackingId { get; init; }

    /// <summary>Whether the body was a JSON object.</summary>
    public required bool IsJson { get; init; }

    /// <summary>Reads a response.</summary>
    public static RegistrationAnswer Read(HttpStatusCode status, RetryConditionHeaderValue? retryAfter, ReadOnlyMemory<byte> body)
    {
        var answer = new RegistrationAnswer { HttpStatus = status, RetryAfter = retryAfter?.Delta, IsJson = false };
        try
        {
            using var json = JsonDocument.Parse(body);
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object) return answer;
            var hasState = root.TryGetProperty("registrationState", out var state) && state.ValueKind == JsonValueKind.Object;
            var details = hasState ? state : root;
            return answer with
            {
                IsJson = true,
                OperationId = Text(root, "operationId"),
                Status = Text(root, "status"),
                Substatus = Text(details, "substatus"),
                AssignedHub = Text(details, "assignedHub"),
                DeviceId = Text(details, "deviceId"),
                ErrorCode = Number(details, "errorCode"),
                ErrorMessage = Text(details, "errorMessage") ?? Text(root, "message"),
                TrackingId = Text(root, "trackingId"),
            };
        }
        catch (JsonException)
        {
            return answer;
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long? Number(JsonElement element, string name)
    {
        if (!element.TryGetProperty(name, out var value)) return null;
        return value.ValueKind switch
        {
            JsonValueKind.Number when value.TryGetInt64(out var number) => number,
            JsonValueKind.String
                when long.TryParse(value.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
            _ => null,
        };
    }
}
