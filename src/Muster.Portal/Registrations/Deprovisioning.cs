using Muster.Core.Attestation;
using Muster.Core.Enrollments;
using Muster.Core.Errors;
using Muster.Portal.Jobs;

namespace Muster.Portal.Registrations;

/// <summary>Takes one device out of service: keeps it from registering, ends its hub identity, clears its record (portal P8.6).</summary>
internal static class Deprovisioning
{
    /// <summary>Does all of it for one device; null when done. Doing it twice is the same as once.</summary>
    /// <param name="hands">The services.</param>
    /// <param name="instance">The instance.</param>
    /// <param name="id">The registration ID.</param>
    /// <param name="keepOut">Whether the device gets a disabled enrollment of its own; not when its whole group was disabled.</param>
    /// <param name="choices">What else to do.</param>
    /// <param name="cancellationToken">Gives up between steps.</param>
    public static async Task<Refusal?> RunAsync(
        JobHands hands, string instance, string id, bool keepOut, DeprovisionChoices choices, CancellationToken cancellationToken)
    {
        if (keepOut && await KeepOutAsync(hands, instance, id, choices, cancellationToken) is { } refusal) return refusal;
        if (await hands.Records.FindAsync(instance, id, cancellationToken) is not { } record) return null;
        if (choices.End is { } end && record.Assignment is { } assignment && await hands.Hubs.EndIdentityAsync(instance, assignment, end, cancellationToken) is { } stays)
            return stays;
        return choices.DeleteRecord && await hands.Records.DeleteAsync(instance, id, cancellationToken) is { HttpStatus: not 404 } kept ? kept : null;
    }

    // An enrollment of its own that is there already is disabled; else one is made that is.
    private static async Task<Refusal?> KeepOutAsync(
        JobHands hands, string instance, string id, DeprovisionChoices choices, CancellationToken cancellationToken)
    {
        if ((await hands.Enrollments.FindAsync(instance, EnrollmentKind.Individual, id, cancellationToken)).Value is not null)
            return await hands.Enrollments.SetStatusAsync(instance, EnrollmentKind.Individual, id, ProvisioningStatus.Disabled, cancellationToken);
        var attestation = choices.Certificate is { } certificate
            ? new AttestationDefinition { Type = AttestationType.X509, X509 = new X509Definition { ClientCertificates = new X509SlotsDefinition(new X509SlotDefinition(certificate), null) } }
            : new AttestationDefinition { Type = AttestationType.SymmetricKey };
        var definition = new EnrollmentDefinition { Attestation = attestation, ProvisioningStatus = ProvisioningStatus.Disabled };
        return (await hands.Enrollments.CreateAsync(instance, EnrollmentKind.Individual, id, definition, cancellationToken)).Refusal;
    }
}
