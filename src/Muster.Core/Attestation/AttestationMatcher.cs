using System.Collections.Frozen;
using Muster.Core.Enrollments;
using Muster.Core.Errors;
using Muster.Core.Store;

namespace Muster.Core.Attestation;

/// <summary>
/// Evidence in, verdict out: the decision table behaviour B-3.1. An individual enrollment of the registration ID ends the search,
/// whatever it says: a disabled one of another mechanism is how operators block a device of a group.
/// </summary>
public sealed class AttestationMatcher
{
    private readonly IProvisioningStore _store;
    private readonly FrozenDictionary<AttestationType, IAttestationVerifier> _verifiers;

    /// <summary>Collects the mechanisms that this server verifies.</summary>
    public AttestationMatcher(IProvisioningStore store, IEnumerable<IAttestationVerifier> verifiers)
    {
        _store = store;
        _verifiers = verifiers.ToFrozenDictionary(verifier => verifier.Type);
    }

    /// <summary>The verifier of a mechanism, or null.</summary>
    public IAttestationVerifier? Verifier(AttestationType type) => _verifiers.GetValueOrDefault(type);

    /// <summary>Verifies a device. A disabled enrollment matches too: credentials first, status second, so that a stranger learns nothing.</summary>
    public async Task<Result<AttestationMatch>> MatchAsync(AttestationContext context, CancellationToken cancellationToken)
    {
        var presented = context.Evidence.Type;
        var verifier = Verifier(presented);
        if (verifier?.CheckForm(context) is { } malformed) return malformed;

        var individual = (IndividualEnrollment?)await _store.FindEnrollmentAsync(
            context.Instance.Name, EnrollmentKind.Individual, context.RegistrationId, cancellationToken);
        if (individual is not null)
        {
            context.Trace.Consider(individual);
            if (individual.Attestation.Type == AttestationType.Tpm && presented == AttestationType.SymmetricKey)
            {
                // The TPM signs with the key that it was challenged with.
                verifier = Verifier(AttestationType.Tpm);
            }
            else if (individual.Attestation.Type != presented)
            {
                context.Trace.Fail("mechanism", $"The individual enrollment '{individual.Id}' uses {Describe(individual.Attestation.Type)}, "
                    + $"but the device presented {Describe(presented)}. Groups are not tried once an individual enrollment exists.");
                return Refusals.Unauthorized;
            }
        }
        else if (presented == AttestationType.Tpm)
        {
            // A TPM belongs to individual enrollments only (row 10).
            context.Trace.Fail("individual enrollment", $"None has the registration ID '{context.RegistrationId}', and groups admit no TPM.");
            return Refusals.EnrollmentNotFound;
        }

        if (verifier is null)
        {
            context.Trace.Fail("mechanism", $"The device presented {Describe(presented)}, which this server does not verify.");
            return Refusals.Unauthorized;
        }

        if (individual is not null) return await verifier.VerifyIndividualAsync(context, individual, cancellationToken);

        context.Trace.Pass("individual enrollment", $"None has the registration ID '{context.RegistrationId}'; groups are tried.");
        var found = await verifier.FindGroupAsync(context, cancellationToken);
        if (found.Value is { } match) context.Trace.Consider(match.Enrollment);
        return found;
    }

    private static string Describe(AttestationType type) => type switch
    {
        AttestationType.SymmetricKey => "a symmetric key",
        AttestationType.X509 => "an X.509 certificate",
        AttestationType.Tpm => "a TPM",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, message: null),
    };
}
