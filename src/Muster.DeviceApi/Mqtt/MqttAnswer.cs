using Muster.Api.Errors;
using Muster.Api.Json;
using Muster.Core.Errors;
using Muster.Core.Registration;
using Muster.DeviceApi.Wire;

namespace Muster.DeviceApi.Mqtt;

/// <summary>An answer to a request.</summary>
/// <param name="Status">HTTP-like status of the topic.</param>
/// <param name="RetryAfterSeconds">When to ask again; on 202 and 429 only (device-protocols 3.3).</param>
/// <param name="Body">JSON.</param>
internal sealed record MqttAnswer(int Status, int? RetryAfterSeconds, ReadOnlyMemory<byte> Body)
{
    private const int Busy = 202;
    private const int Final = 200;
    private const int Throttled = 429;

    /// <summary>Whether the operation has come to its end.</summary>
    public bool IsFinal => Status == Final;

    /// <summary>The state of an operation. A final one is 200 also where it failed: clients take anything else for a protocol error.</summary>
    public static MqttAnswer Of(RegistrationRecord record, string apiVersion, TimeSpan retryAfter)
    {
        var isBusy = record.Status == RegistrationStatus.Assigning;
        return new MqttAnswer(
            isBusy ? Busy : Final,
            isBusy ? WholeSeconds(retryAfter) : null,
            JsonResponse.Format(writer => OperationStatusWriter.WriteOperation(writer, record, apiVersion)));
    }

    /// <summary>A refusal.</summary>
    public static MqttAnswer Of(Refusal refusal, Guid trackingId, DateTimeOffset now) => new(
        refusal.HttpStatus,
        refusal.HttpStatus == Throttled ? WholeSeconds(refusal.RetryAfter ?? TimeSpan.Zero) : null,
        JsonResponse.Format(writer => ErrorResponse.WriteBody(writer, refusal, trackingId, now)));

    private static int WholeSeconds(TimeSpan time) => Math.Max(1, (int)Math.Ceiling(time.TotalSeconds));
}
