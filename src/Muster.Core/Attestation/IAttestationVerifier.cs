using Muster.Core.Enrollments;
using Muster.Core.Errors;
using Muster.Core.Registration;

namespace Muster.Core.Attestation;

/// <summary>Verifies one mechanism. The order of calls, and which enrollment is asked, is <see cref="AttestationMatcher"/>'s business.</summary>
public interface IAttestationVerifier
{
    /// <summary>The mechanism.</summary>
    AttestationType Type { get; }

    /// <summary>Checks what needs no enrollment: form, expiry, that the credential speaks of this registration. Null when sound.</summary>
    Refusal? CheckForm(AttestationContext context);

    /// <summary>Checks the credential against an individual enrollment of the same mechanism.</summary>
    Task<Result<AttestationMatch>> VerifyIndividualAsync(
        AttestationContext context, IndividualEnrollment enrollment, CancellationToken cancellationToken);

    /// <summary>Finds the group that admits the credential.</summary>
    Task<Result<AttestationMatch>> FindGroupAsync(AttestationContext context, CancellationToken cancellationToken);

    /// <summary>The hub credential of a device that was verified before the process died; null when it cannot be told without the device.</summary>
    AttestationMatch? Restore(Enrollment enrollment, string registrationId, PendingRegistration? pending = null);
}
