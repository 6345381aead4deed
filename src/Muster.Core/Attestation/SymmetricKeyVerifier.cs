using System.Globalization;
using Muster.Core.Enrollments;
using Muster.Core.Errors;
using Muster.Core.Hubs;

namespace Muster.Core.Attestation;

/// <summary>Symmetric keys: rows 6 to 13 of behaviour B-3.1, with the key rules of B-6.</summary>
public sealed class SymmetricKeyVerifier : IAttestationVerifier
{
    private const string RegistrationKeyName = "registration";

    private readonly SymmetricKeyGroupIndex _groups;

    /// <summary>Makes the verifier.</summary>
    public SymmetricKeyVerifier(SymmetricKeyGroupIndex groups) => _groups = groups;

    /// <inheritdoc/>
    public AttestationType Type => AttestationType.SymmetricKey;

    /// <inheritdoc/>
    public Refusal? CheckForm(AttestationContext context)
    {
        var token = (SymmetricKeyEvidence)context.Evidence;
        var trace = context.Trace;

        // Clients send 'registration', nothing, or an empty name (device-protocols 1.7).
        if (!string.IsNullOrEmpty(token.KeyName) && token.KeyName != RegistrationKeyName)
        {
            trace.Fail("token key name", $"Expected '{RegistrationKeyName}', an empty name or none; presented '{token.KeyName}'.");
            return Refusals.Unauthorized;
        }

        var parts = TrimOneSlash(token.Resource).Split('/');
        if (parts.Length != 3
            || !parts[1].Equals("registrations", StringComparison.OrdinalIgnoreCase)
            || !parts[0].Equals(context.Instance.IdScope, StringComparison.OrdinalIgnoreCase)
            || !parts[2].Equals(context.RegistrationId, StringComparison.OrdinalIgnoreCase))
        {
            trace.Fail("token resource", $"Expected '{context.Instance.IdScope}/registrations/{context.RegistrationId}', "
                + $"presented '{token.Resource}'. The token was made for another scope or device.");
            return Refusals.Unauthorized;
        }

        if (token.ExpiresAt + context.Grace < context.Now)
        {
            trace.Fail("token expiry", $"The token ended at {Format(token.ExpiresAt)}; the server's clock says {Format(context.Now)} and "
                + $"{context.Grace.TotalMinutes:0} minutes of difference are allowed. Check the device's clock, or sign a new token.");
            return Refusals.Unauthorized;
        }

        trace.Pass("token form", $"The token is for this scope and device and valid until {Format(token.ExpiresAt)}.");
        return null;
    }

    /// <inheritdoc/>
    public Task<Result<AttestationMatch>> VerifyIndividualAsync(
        AttestationContext context, IndividualEnrollment enrollment, CancellationToken cancellationToken) =>
        Task.FromResult(VerifyIndividual(context, enrollment));

    private static Result<AttestationMatch> VerifyIndividual(AttestationContext context, IndividualEnrollment enrollment)
    {
        var token = (SymmetricKeyEvidence)context.Evidence;
        var keys = ((SymmetricKeyAttestation)enrollment.Attestation).Keys;
        foreach (var (name, key) in new[] { ("primary", keys.Primary), ("secondary", keys.Secondary) })
        {
            if (!token.IsSignedWith(Convert.FromBase64String(key.Reveal()))) continue;
            context.Trace.Pass("signature", $"Signed with the {name} key of the individual enrollment '{enrollment.Id}'.");
            return new AttestationMatch(enrollment, new HubSymmetricKeys(keys));
        }

        context.Trace.Fail("signature", $"Neither the primary nor the secondary key of the individual enrollment '{enrollment.Id}' made this "
            + "signature. Compare the device's key with the enrollment's keys; groups are not tried once an individual enrollment exists.");
        return Refusals.Unauthorized;
    }

    /// <inheritdoc/>
    public async Task<Result<AttestationMatch>> FindGroupAsync(AttestationContext context, CancellationToken cancellationToken)
    {
        var token = (SymmetricKeyEvidence)context.Evidence;
        var entries = await _groups.GetAsync(context.Instance.Name, cancellationToken);

        // IDs compare without case but HMAC does not: the ID as presented first, then its lower-case form (behaviour B-6.4).
        var lower = context.RegistrationId.ToLowerInvariant();
        string[] forms = lower == context.RegistrationId ? [lower] : [context.RegistrationId, lower];

        foreach (var form in forms)
        {
            if (Find(token, entries, form) is not { } entry) continue;
            var group = Prefer(entry.Groups, context.Record);
            context.Trace.Pass("signature", $"Signed with the key derived for '{form}' from the enrollment group '{group.Id}'."
                + (entry.Groups.Count > 1 ? $" {entry.Groups.Count} groups hold this key." : ""));
            return new AttestationMatch(group, CredentialOf(group, form));
        }

        var isGroupKey = entries.FirstOrDefault(entry => token.IsSignedWith(entry.Key));
        context.Trace.Fail("signature", isGroupKey is not null
            ? $"The token is signed with the key of the enrollment group '{isGroupKey.Groups[0].Id}' itself. Devices must use the key derived "
                + "from it: Base64(HMAC-SHA256(group key, registration ID))."
            : $"No key derived from the {entries.Count.ToString(CultureInfo.InvariantCulture)} keys of this instance's symmetric-key groups made "
                + "this signature, and no individual enrollment has this registration ID.");
        return Refusals.Unauthorized;
    }

    /// <inheritdoc/>
    public AttestationMatch? Restore(Enrollment enrollment, string registrationId, Registration.PendingRegistration? pending = null) => enrollment switch
    {
        IndividualEnrollment { Attestation: SymmetricKeyAttestation own } => new(enrollment, new HubSymmetricKeys(own.Keys)),
        EnrollmentGroup { Attestation: SymmetricKeyAttestation } group => new(group, CredentialOf(group, registrationId)),
        _ => null,
    };

    private static SymmetricKeyGroupIndex.Entry? Find(
        SymmetricKeyEvidence token, IReadOnlyList<SymmetricKeyGroupIndex.Entry> entries, string registrationId)
    {
        Span<byte> deviceKey = stackalloc byte[SymmetricKeyDerivation.DerivedLength];
        foreach (var entry in entries)
        {
            SymmetricKeyDerivation.Derive(entry.Key, registrationId, deviceKey);
            if (token.IsSignedWith(deviceKey)) return entry;
        }

        return null;
    }

    /// <summary>Among groups that hold the same key: a disabled one, else the one of the device's record, else the oldest (behaviour B-3.1).</summary>
    private static EnrollmentGroup Prefer(IReadOnlyList<EnrollmentGroup> groups, Registration.RegistrationRecord? record) =>
        groups.FirstOrDefault(group => !group.IsEnabled)
        ?? groups.FirstOrDefault(group => record is { EnrollmentKind: EnrollmentKind.Group }
            && group.Id.Equals(record.EnrollmentId, StringComparison.OrdinalIgnoreCase))
        ?? groups[0];

    private static HubSymmetricKeys CredentialOf(EnrollmentGroup group, string registrationId) =>
        new(SymmetricKeyDerivation.Derive(((SymmetricKeyAttestation)group.Attestation).Keys, registrationId));

    private static string TrimOneSlash(string text) => text.EndsWith('/') ? text[..^1] : text;

    private static string Format(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
