using Muster.Core.Enrollments;
using Muster.Core.Errors;

namespace Muster.Core.Registration;

/// <summary>Collects what happened during one attempt, and closes it into an <see cref="AttemptTrace"/>.</summary>
public sealed class AttemptTraceBuilder
{
    private const int MaxPresentedText = 256;

    private readonly TimeProvider _clock;
    private readonly DeviceRequest _request;
    private readonly long _started;
    private readonly DateTimeOffset _at;
    private readonly List<AttemptCheck> _checks = [];
    private Enrollment? _enrollment;

    /// <summary>Begins a trace.</summary>
    public AttemptTraceBuilder(DeviceRequest request, TimeProvider clock)
    {
        _request = request;
        _clock = clock;
        _started = clock.GetTimestamp();
        _at = clock.GetUtcNow();
    }

    /// <summary>Notes a check that passed.</summary>
    public void Pass(string check, string detail) => _checks.Add(new(check, Passed: true, Shorten(detail)));

    /// <summary>Notes the check that failed.</summary>
    public void Fail(string check, string detail) => _checks.Add(new(check, Passed: false, Shorten(detail)));

    /// <summary>Notes the enrollment that the device is measured against.</summary>
    public void Consider(Enrollment enrollment) => _enrollment = enrollment;

    /// <summary>Closes the trace of a refused attempt.</summary>
    public AttemptTrace Refuse(string instanceName, Refusal refusal) =>
        refusal.TpmChallenge is null
            ? Close(instanceName, AttemptOutcome.Refused, refusal.Code, refusal.Message, hub: null)
            : Close(instanceName, AttemptOutcome.Challenged, code: null, message: null, hub: null);

    /// <summary>Closes the trace of an accepted attempt.</summary>
    public AttemptTrace Complete(RegistrationRecord record) => Close(
        record.InstanceName,
        record.Status switch
        {
            RegistrationStatus.Assigned => AttemptOutcome.Assigned,
            RegistrationStatus.Failed => AttemptOutcome.Failed,
            RegistrationStatus.Disabled => AttemptOutcome.Disabled,
            _ => AttemptOutcome.Assigning,
        },
        record.ErrorCode,
        record.ErrorMessage,
        record.Status == RegistrationStatus.Assigned ? record.Assignment?.HubHostName : null);

    private AttemptTrace Close(string instanceName, AttemptOutcome outcome, int? code, string? message, string? hub) => new()
    {
        TrackingId = _request.TrackingId,
        InstanceName = instanceName,
        AtUtc = _at,
        Operation = _request.Operation,
        IdScope = Shorten(_request.IdScope),
        RegistrationId = Shorten(_request.RegistrationId),
        Protocol = _request.Protocol,
        ApiVersion = _request.ApiVersion,
        Client = Shorten(_request.Client),
        RemoteAddress = _request.RemoteAddress,
        Presented = _request.Evidence?.Type,
        EnrollmentKind = _enrollment?.Kind,
        EnrollmentId = _enrollment?.Id,
        Outcome = outcome,
        ErrorCode = code,
        ErrorMessage = message,
        HubHostName = hub,
        Duration = _clock.GetElapsedTime(_started),
        Checks = [.. _checks],
    };

    private static string Shorten(string text)
    {
        const int limit = MaxPresentedText * 4;
        return text.Length <= limit ? text : text[..limit] + "...";
    }
}
