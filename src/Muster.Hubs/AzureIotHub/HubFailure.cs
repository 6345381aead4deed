using System.Globalization;
using System.Text.Json;
using Muster.Core.Hubs;

namespace Muster.Hubs.AzureIotHub;

/// <summary>Maps a hub's error answer to its six-digit code and keeps its body for the record (iot-hub 2.6, 4.6).</summary>
internal static class HubFailure
{
    private const int MaxTextLength = 2048;

    private static readonly Dictionary<string, int> Codes = new(StringComparer.OrdinalIgnoreCase)
    {
        ["InvalidProtocolVersion"] = 400001,
        ["InvalidOperation"] = 400003,
        ["ArgumentInvalid"] = 400004,
        ["ArgumentNull"] = 400005,
        ["IotHubFormatError"] = 400006,
        ["DeviceDefinedMultipleTimes"] = 400011,
        ["BulkRegistryOperationFailure"] = 400013,
        ["IotHubNotFound"] = 401001,
        ["IotHubUnauthorizedAccess"] = 401002,
        ["IotHubUnauthorized"] = 401003,
        ["IotHubSuspended"] = 403001,
        ["IotHubQuotaExceeded"] = 403002,
        ["OperationNotAvailableInCurrentTier"] = 403010,
        ["DeviceNotFound"] = 404001,
        ["ModuleNotFound"] = 404010,
        ["DeviceAlreadyExists"] = 409001,
        ["LinkCreationConflict"] = 409002,
        ["PreconditionFailed"] = 412001,
        ["MessageTooLarge"] = 413001,
        ["TooManyDevices"] = 413002,
        ["TooManyModulesOnDevice"] = 413003,
        ["ThrottlingException"] = 429001,
        ["ThrottleBacklogLimitExceeded"] = 429002,
        ["ThrottlingBacklogTimeout"] = 429003,
        ["ServerError"] = 500001,
        ["GenericTimeout"] = 500008,
        ["ServiceUnavailable"] = 503001,
        ["ServerBusy"] = 503005,
    };

    private static readonly Dictionary<int, int> CodesByStatus = new()
    {
        [400] = 400004,
        [401] = 401002,
        [403] = 403002,
        [404] = 404001,
        [409] = 409001,
        [412] = 412001,
        [413] = 413002,
        [429] = 429001,
        [500] = 500001,
        [503] = 503001,
    };

    /// <summary>The failure that the answer means.</summary>
    public static HubCallException From(HttpResponseMessage response, string body, string hostName, TimeProvider clock)
    {
        var status = (int)response.StatusCode;
        var name = response.Headers.TryGetValues("iothub-errorcode", out var names) ? names.FirstOrDefault() : null;
        var code = CodeOf(name) ?? CodeIn(body) ?? CodesByStatus.GetValueOrDefault(status, status * 1000);

        // A name of another family than the status would mislead the retry rule.
        if (code / 1000 != status) code = CodesByStatus.GetValueOrDefault(status, status * 1000);
        var text = body.Trim() is { Length: > 0 } raw
            ? raw.Length <= MaxTextLength ? raw : raw[..MaxTextLength]
            : $"The hub '{hostName}' answered {status} without a body.";
        return new HubCallException(code, text, isTransient: status is 408 or 429 or >= 500, RetryAfter(response, clock));
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage response, TimeProvider clock)
    {
        var wish = response.Headers.RetryAfter;
        var wait = wish?.Delta ?? (wish?.Date is { } date ? date - clock.GetUtcNow() : null);
        return wait is { } known && known >= TimeSpan.Zero ? known : null;
    }

    /// <summary>The name or number inside the body, in either of its two forms.</summary>
    private static int? CodeIn(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("Message", out var message)) return null;
            if (message.ValueKind != JsonValueKind.String || message.GetString() is not { } text) return null;
            if (text.StartsWith("ErrorCode:", StringComparison.OrdinalIgnoreCase))
                return CodeOf(text["ErrorCode:".Length..].Split(';')[0].Trim());
            using var inner = JsonDocument.Parse(text);
            if (inner.RootElement.ValueKind != JsonValueKind.Object || !inner.RootElement.TryGetProperty("errorCode", out var number))
                return null;
            return number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out var code) ? code : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static int? CodeOf(string? name) =>
        name is null ? null
        : Codes.TryGetValue(name, out var code) ? code
        : int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 100_000 and < 1_000_000 ? number
        : null;
}
