using System.Security.Cryptography;
using Muster.Core.Enrollments;
using Muster.Core.Errors;
using Muster.Core.Hubs;
using Muster.Core.Registration;

namespace Muster.Core.Attestation.Tpm;

/// <summary>
/// TPMs: keys alone prove nothing and get a challenge; a token signed with a challenge's key proves the TPM (tpm-attestation 5, 8.3).
/// Only individual enrollments admit TPMs.
/// </summary>
public sealed class TpmVerifier : IAttestationVerifier
{
    private const int NonceBytes = 32;

    // fixedTPM, fixedParent, sensitiveDataOrigin, restricted, decrypt.
    private const uint StorageKeyAttributes = 0x00030032;
    private const uint SignAttribute = 0x00040000;

    private readonly TpmChallenges _challenges;
    private readonly TpmOptions _options;

    /// <summary>Makes the verifier.</summary>
    public TpmVerifier(TpmChallenges challenges, TpmOptions options)
    {
        _challenges = challenges;
        _options = options;
    }

    /// <inheritdoc/>
    public AttestationType Type => AttestationType.Tpm;

    /// <inheritdoc/>
    public Refusal? CheckForm(AttestationContext context) => null;

    /// <inheritdoc/>
    public Task<Result<AttestationMatch>> VerifyIndividualAsync(
        AttestationContext context, IndividualEnrollment enrollment, CancellationToken cancellationToken) =>
        Task.FromResult<Result<AttestationMatch>>(context.Evidence switch
        {
            TpmEvidence keys => Challenge(context, enrollment, keys),
            SymmetricKeyEvidence token => Prove(context, enrollment, token),
            _ => Refusals.Unauthorized,
        });

    /// <inheritdoc/>
    public Task<Result<AttestationMatch>> FindGroupAsync(AttestationContext context, CancellationToken cancellationToken) =>
        Task.FromResult<Result<AttestationMatch>>(Refusals.EnrollmentNotFound);

    /// <inheritdoc/>
    public AttestationMatch? Restore(Enrollment enrollment, string registrationId, PendingRegistration? pending = null) =>
        enrollment is IndividualEnrollment { Attestation: TpmAttestation } ? new(enrollment, new HubOwnKeys()) : null;

    private Refusal Challenge(AttestationContext context, IndividualEnrollment enrollment, TpmEvidence presented)
    {
        if (Read(context, enrollment, presented) is not { } keys) return TpmRefusals.InvalidEndorsementKey;
        if (_options.RequiresStorageKey && (keys.StorageRoot.ObjectAttributes & (StorageKeyAttributes | SignAttribute)) != StorageKeyAttributes)
        {
            context.Trace.Fail("storage root key", $"Its attributes 0x{keys.StorageRoot.ObjectAttributes:x8} are not those of a storage key "
                + $"that cannot leave its TPM (0x{StorageKeyAttributes:x8} set, sign clear). A software key proves nothing.");
            return TpmRefusals.InvalidEndorsementKey;
        }

        var nonce = RandomNumberGenerator.GetBytes(NonceBytes);
        var blob = TpmActivationBlob.Create(keys, nonce, $"{_options.DeviceEndpoint}/{context.RegistrationId}");
        _challenges.Add(context.Instance.Name, context.RegistrationId, keys, nonce, context.RemoteAddress);
        context.Trace.Pass("challenge", $"The endorsement key is that of the enrollment '{enrollment.Id}'. A key was wrapped for this TPM "
            + $"({blob.Length} bytes, SHA-256 {Convert.ToHexStringLower(SHA256.HashData(blob))[..16]}...); the device must sign with it.");
        return TpmRefusals.Challenge(blob);
    }

    private Result<AttestationMatch> Prove(AttestationContext context, IndividualEnrollment enrollment, SymmetricKeyEvidence token)
    {
        if (Parse(((TpmAttestation)enrollment.Attestation).EndorsementKey) is not { } enrolled)
        {
            context.Trace.Fail("endorsement key", $"That of the enrollment '{enrollment.Id}' cannot be read.");
            return TpmRefusals.InvalidEndorsementKey;
        }

        var keys = _challenges.Prove(context.Instance.Name, context.RegistrationId, enrolled, Signed, out var outstanding);
        if (keys is null)
        {
            context.Trace.Fail("TPM signature", outstanding == 0
                ? "No challenge is outstanding for this device: it must ask for one first, by a request with its TPM's keys and without a token. "
                    + "Challenges end after some minutes and with a restart of the server."
                : $"None of the {outstanding} challenges outstanding for this device made this signature.");
            return Refusals.Unauthorized;
        }

        // Clients repeat their keys beside the token, or leave them out.
        if (token.Tpm is { } repeated && (Read(context, enrollment, repeated) is not { } same || !same.AreSameAs(keys)))
        {
            context.Trace.Fail("TPM keys", "The keys sent beside the token are not those that the challenge was made for.");
            return Refusals.Unauthorized;
        }

        context.Trace.Pass("TPM signature", $"Signed inside the TPM of the enrollment '{enrollment.Id}', with the key of a challenge.");
        return new AttestationMatch(enrollment, new HubOwnKeys()) { TpmKeys = keys };

        bool Signed(byte[] nonce) => token.IsSignedWith(nonce);
    }

    private static TpmKeys? Read(AttestationContext context, IndividualEnrollment enrollment, TpmEvidence presented)
    {
        if (!TpmPublicArea.TryParseBase64(presented.EndorsementKey, out var endorsement, out var problem))
        {
            context.Trace.Fail("endorsement key", $"The endorsement key that the device sent {problem}");
            return null;
        }

        if (!TpmPublicArea.TryParseBase64(presented.StorageRootKey, out var root, out problem))
        {
            context.Trace.Fail("storage root key", $"The storage root key that the device sent {problem}");
            return null;
        }

        var enrolled = Parse(((TpmAttestation)enrollment.Attestation).EndorsementKey);
        if (enrolled is null || !enrolled.Encoded.Span.SequenceEqual(endorsement!.Encoded.Span))
        {
            context.Trace.Fail("endorsement key", $"The device's is not that of the enrollment '{enrollment.Id}'. Another TPM, or the same one "
                + "read by other software: read the key with the software that the device uses, and enroll that.");
            return null;
        }

        return new TpmKeys(endorsement, root!);
    }

    private static TpmPublicArea? Parse(string base64) => TpmPublicArea.TryParseBase64(base64, out var area, out _) ? area : null;
}
