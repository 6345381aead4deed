using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Muster.Core.Registration;

namespace Muster.DeviceApi.Mqtt;

/// <summary>The topic of a request (device-protocols 3.3), and the topics that answer it.</summary>
/// <param name="Operation"><see cref="DeviceRequest.Register"/> or <see cref="DeviceRequest.OperationStatus"/>.</param>
/// <param name="RequestId">The <c>$rid</c> exactly as sent: opaque, echoed unchanged.</param>
/// <param name="OperationId">The operation asked for, percent-decoded; null when absent.</param>
internal sealed record ProvisioningTopic(string Operation, string RequestId, string? OperationId)
{
    /// <summary>What the topics of all answers begin with.</summary>
    public const string AnswerPrefix = "$dps/registrations/res/";

    private const string RegisterPrefix = "$dps/registrations/PUT/iotdps-register/?";
    private const string StatusPrefix = "$dps/registrations/GET/iotdps-get-operationstatus/?";

    /// <summary>Reads a topic; case counts.</summary>
    public static bool TryParse(string topic, [NotNullWhen(true)] out ProvisioningTopic? request, [NotNullWhen(false)] out string? problem)
    {
        request = null;
        problem = null;
        string operation;
        ReadOnlySpan<char> query;
        if (topic.StartsWith(RegisterPrefix, StringComparison.Ordinal))
        {
            operation = DeviceRequest.Register;
            query = topic.AsSpan(RegisterPrefix.Length);
        }
        else if (topic.StartsWith(StatusPrefix, StringComparison.Ordinal))
        {
            operation = DeviceRequest.OperationStatus;
            query = topic.AsSpan(StatusPrefix.Length);
        }
        else
        {
            problem = $"A message to '{topic}', which is no topic of a request.";
            return false;
        }

        string? requestId = null, operationId = null;
        foreach (var range in query.Split('&'))
        {
            var pair = query[range];
            var equals = pair.IndexOf('=');
            if (equals < 0) continue;
            if (pair[..equals].SequenceEqual("$rid")) requestId ??= pair[(equals + 1)..].ToString();
            else if (pair[..equals].Equals("operationId", StringComparison.OrdinalIgnoreCase))
                operationId ??= Uri.UnescapeDataString(pair[(equals + 1)..].ToString());
        }

        if (string.IsNullOrEmpty(requestId))
        {
            problem = $"A message to '{topic}' without $rid: there is nothing to answer to.";
            return false;
        }

        request = new ProvisioningTopic(operation, requestId, operationId);
        return true;
    }

    /// <summary>The topic of an answer; some clients parse it by position, so nothing stands before <c>$rid</c>.</summary>
    /// <param name="status">HTTP-like status.</param>
    /// <param name="retryAfterSeconds">Whole seconds, or null for none.</param>
    public string Answer(int status, int? retryAfterSeconds)
    {
        var topic = string.Create(CultureInfo.InvariantCulture, $"{AnswerPrefix}{status}/?$rid={RequestId}");
        return retryAfterSeconds is { } seconds ? string.Create(CultureInfo.InvariantCulture, $"{topic}&retry-after={seconds}") : topic;
    }
}
