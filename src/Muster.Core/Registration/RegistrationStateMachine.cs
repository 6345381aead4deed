namespace Muster.Core.Registration;

/// <summary>
/// The transition table of registrations (behaviour B-8.2) as a pure function: the record that follows from a record and an event.
/// The last good assignment survives failures and disabling, so that the re-provisioning policy still applies afterwards.
/// </summary>
public static class RegistrationStateMachine
{
    /// <summary>The record after <paramref name="happened"/>.</summary>
    /// <param name="record">The stored record; null when the device has none. Only the first two kinds of event may meet null.</param>
    /// <param name="happened">The event.</param>
    /// <param name="now">The clock.</param>
    /// <param name="etag">The tag of this write.</param>
    /// <exception cref="InvalidOperationException">An event that ends an operation met a registration that has none.</exception>
    public static RegistrationRecord Apply(RegistrationRecord? record, RegistrationEvent happened, DateTimeOffset now, string etag) =>
        happened switch
        {
            RegisterAccepted accepted => Start(record, accepted.Device, now, etag) with
            {
                Status = RegistrationStatus.Assigning,
                OperationId = accepted.OperationId,
                OperationExpiresUtc = accepted.OperationExpiresUtc,
                Pending = accepted.Pending,
            },
            EnrollmentDisabled disabled => Start(record, disabled.Device, now, etag) with { Status = RegistrationStatus.Disabled },
            DisabledMeanwhile => End(record, now, etag) with { Status = RegistrationStatus.Disabled },
            DeviceAssigned assigned => End(record, now, etag) with
            {
                Status = RegistrationStatus.Assigned,
                Assignment = assigned.Assignment,
                PendingMove = null,
                Substatus = assigned.Substatus,
                Payload = assigned.Payload,
            },
            AssignmentFailed failed => End(record, now, etag) with
            {
                Status = RegistrationStatus.Failed,
                ErrorCode = failed.Cause.Code,
                ErrorMessage = failed.Cause.Message,
            },
            _ => throw new ArgumentOutOfRangeException(nameof(happened), happened, message: null),
        };

    private static RegistrationRecord Start(RegistrationRecord? record, RegisteringDevice device, DateTimeOffset now, string etag) => new()
    {
        InstanceName = device.InstanceName,
        RegistrationId = record?.RegistrationId ?? device.RegistrationId,
        EnrollmentKind = device.EnrollmentKind,
        EnrollmentId = device.EnrollmentId,
        AttestationType = device.AttestationType,
        Status = RegistrationStatus.Unassigned,
        Assignment = record?.Assignment,
        PendingMove = record?.PendingMove,
        CreatedUtc = now,
        FirstRegisteredUtc = record?.FirstRegisteredUtc ?? now,
        LastUpdatedUtc = now,
        ETag = etag,
    };

    private static RegistrationRecord End(RegistrationRecord? record, DateTimeOffset now, string etag) =>
        record is { Status: RegistrationStatus.Assigning }
            ? record with { Pending = null, LastUpdatedUtc = now, ETag = etag }
            : throw new InvalidOperationException("Only a registration in state assigning can end.");
}
