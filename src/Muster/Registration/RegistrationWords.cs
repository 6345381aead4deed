using System.Globalization;
using Muster.CommandLine;

namespace Muster.Registration;

/// <summary>Says in words how a registration ended and what to do next.</summary>
public static class RegistrationWords
{
    /// <summary>Words for a final state or a refusal.</summary>
    public static RegistrationOutcome Describe(DeviceRegistrationRequest request, RegistrationAnswer answer) => answer.Status switch
    {
        "assigned" => Assigned(request, answer),
        "disabled" => new(ExitCode.Refused,
        [
            $"Disabled: the enrollment of {request.RegistrationId} is disabled.",
            "What to do: enable the enrollment (provisioningStatus 'enabled') and register again.",
        ]),
        "failed" => Problem("Failed: the device could not be assigned.", answer,
            "Look at the linked hubs and the allocation policy of the enrollment; the error message names the cause."),
        _ => Problem($"Refused: the service answered with HTTP status {(int)answer.HttpStatus}.", answer, Advice(request, answer)),
    };

    /// <summary>Words for a service that cannot be reached.</summary>
    public static RegistrationOutcome Unreachable(DeviceRegistrationRequest request, string reason, string advice) => new(
        ExitCode.CannotReach,
        [
            $"{request.Endpoint.GetLeftPart(UriPartial.Authority)} cannot be reached: {reason}",
            $"What to do: {advice}",
        ]);

    private static RegistrationOutcome Assigned(DeviceRegistrationRequest request, RegistrationAnswer answer)
    {
        var lines = new List<string>
        {
            $"Assigned: {request.RegistrationId} is provisioned.",
            $"  Hub        {answer.AssignedHub}",
            $"  Device ID  {answer.DeviceId}",
        };
        var meaning = answer.Substatus switch
        {
            null => null,
            "initialAssignment" => "initialAssignment (first assignment)",
            "deviceDataMigrated" => "deviceDataMigrated (moved to another hub, with its twin)",
            "deviceDataReset" => "deviceDataReset (twin reset to the initial one)",
            "reprovisionedToInitialAssignment" => "reprovisionedToInitialAssignment (the hub already had this device)",
            var other => other,
        };
        if (meaning is not null) lines.Add($"  Substatus  {meaning}");
        return new(ExitCode.Success, lines);
    }

    private static RegistrationOutcome Problem(string headline, RegistrationAnswer answer, string advice)
    {
        var lines = new List<string> { headline };
        if (answer.ErrorCode is { } code) lines.Add("  Error code   " + code.ToString(CultureInfo.InvariantCulture));
        if (answer.ErrorMessage is { } message) lines.Add("  Message      " + OneLine(message));
        if (answer.TrackingId is { } tracking) lines.Add("  Tracking ID  " + OneLine(tracking));
        lines.Add("What to do: " + advice);
        return new(ExitCode.Refused, lines);
    }

    /// <summary>Advice by the error codes that devices see (device-protocols 5.1).</summary>
    private static string Advice(DeviceRegistrationRequest request, RegistrationAnswer answer) => ((int)answer.HttpStatus, answer.ErrorCode) switch
    {
        (_, >= 401000 and < 402000) or (401 or 403, _) when request.Certificate is not null =>
            "check that the certificate is the enrolled one or comes from a CA certificate of an enrollment group that is verified "
            + "('muster certificate list'), that --chain holds the intermediates, that the common name is --id, and --id-scope; the "
            + "service's record of attempts says which check failed.",
        (_, >= 401000 and < 402000) or (401 or 403, _) =>
            "check --key against the enrollment (a key of an enrollment group is given with --group-key), --id and --id-scope, and the "
            + "clock of this machine; the service's record of attempts says which check failed.",
        (404, _) => "check --id-scope and --id: no enrollment fits them. Create one, or correct the option.",
        (429, _) => "the service is busy; wait a minute and register again.",
        (400, _) => "the service does not accept this request; check --id and --payload.",
        ( >= 500, _) => "the service has a fault; look at its log, where the tracking ID stands, and register again later.",
        _ when !answer.IsJson => "what answers at --endpoint is not a provisioning service; check host and port.",
        _ => "look for the tracking ID in the log of the service.",
    };

    /// <summary>A text from the network on one line, without control characters.</summary>
    private static string OneLine(string text)
    {
        var line = string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
        return line.Length <= 1000 ? line : line[..1000] + "…";
    }
}
