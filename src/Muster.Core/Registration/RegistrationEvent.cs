using System.Text.Json;
using Muster.Core.Attestation;
using Muster.Core.Enrollments;
using Muster.Core.Errors;

namespace Muster.Core.Registration;

/// <summary>What can happen to a registration (behaviour B-8.2).</summary>
public abstract record RegistrationEvent;

#pragma warning disable MA0048 // The closed set of events reads best as one list.

/// <summary>A verified device of an enabled enrollment asked to register.</summary>
/// <param name="Device">Who.</param>
/// <param name="OperationId">The new operation.</param>
/// <param name="OperationExpiresUtc">Until when it can be polled.</param>
/// <param name="Pending">What resuming needs.</param>
public sealed record RegisterAccepted(
    RegisteringDevice Device, string OperationId, DateTimeOffset OperationExpiresUtc, PendingRegistration Pending) : RegistrationEvent;

/// <summary>A verified device of a disabled enrollment asked to register.</summary>
public sealed record EnrollmentDisabled(RegisteringDevice Device) : RegistrationEvent;

/// <summary>The enrollment was disabled while its device was being assigned.</summary>
public sealed record DisabledMeanwhile : RegistrationEvent;

/// <summary>The hub accepted the identity.</summary>
public sealed record DeviceAssigned(HubAssignment Assignment, RegistrationSubstatus Substatus, JsonElement? Payload) : RegistrationEvent;

/// <summary>Allocation or the hub failed.</summary>
public sealed record AssignmentFailed(Refusal Cause) : RegistrationEvent;

/// <summary>The device an event speaks of.</summary>
/// <param name="InstanceName">Instance.</param>
/// <param name="RegistrationId">As presented.</param>
/// <param name="EnrollmentKind">Kind of the admitting enrollment.</param>
/// <param name="EnrollmentId">ID of the admitting enrollment.</param>
/// <param name="AttestationType">Mechanism used.</param>
public sealed record RegisteringDevice(
    string InstanceName, string RegistrationId, EnrollmentKind EnrollmentKind, string EnrollmentId, AttestationType AttestationType);
