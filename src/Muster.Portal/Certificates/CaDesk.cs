using Muster.Core.Certificates;
using Muster.Core.Certificates.Verification;
using Muster.Core.Concurrency;
using Muster.Core.Enrollments;
using Muster.Core.Errors;
using Muster.Core.Instances;
using Muster.Core.Store;
using Muster.Portal.Enrollments;
using Muster.Portal.SignIn;

namespace Muster.Portal.Certificates;

/// <summary>What pages do with CA certificates.</summary>
/// <param name="access">Who works here.</param>
/// <param name="instances">The instances.</param>
/// <param name="certificates">Core's CA certificates.</param>
/// <param name="store">Core's store port, for reads.</param>
/// <param name="limits">Holds the limit of CA certificates.</param>
public sealed class CaDesk(
    PortalAccess access, InstanceDirectory instances, CaCertificateService certificates, IProvisioningStore store, X509Options limits)
{
    /// <summary>How many CA certificates an instance may have.</summary>
    public int MaxCertificates => limits.MaxCaCertificates;

    /// <summary>Why this person can add no further certificate, beside so many; null when they can (portal 6.C).</summary>
    public string? WhyNotAdd(int have) =>
        access.WhyNot(PortalRight.InstanceWrite) ?? (have >= MaxCertificates ? $"All {MaxCertificates} places are used." : null);

    /// <summary>All CA certificates of an instance, by name; none without the right to read.</summary>
    public async Task<IReadOnlyList<CaCertificate>> ListAsync(string instance, CancellationToken cancellationToken) =>
        access.May(PortalRight.Read) && instances.FindByName(instance) is { } found ? await certificates.ListAsync(found, cancellationToken) : [];

    /// <summary>Their names as the enrollment form offers them.</summary>
    public async Task<IReadOnlyList<CaName>> ListNamesAsync(string instance, CancellationToken cancellationToken) =>
        [.. (await ListAsync(instance, cancellationToken)).Select(ca => new CaName(ca.Name, ca.IsVerified, ca.Certificate.Info.SubjectName))];

    /// <summary>Uploads a certificate under a new name.</summary>
    public Task<Result<CaCertificate>> AddAsync(string instance, string name, string content, bool isVerified, CancellationToken cancellationToken) =>
        RunAsync("add CA certificate", instance, name, found => certificates.PutAsync(access.Caller, found, name, content, isVerified, ETagCondition.None, cancellationToken));

    /// <summary>Makes a new verification code.</summary>
    public Task<Result<CaCertificate>> GenerateCodeAsync(string instance, string name, CancellationToken cancellationToken) =>
        RunAsync("generate verification code", instance, name, found => certificates.GenerateCodeAsync(access.Caller, found, name, ETagCondition.Any, cancellationToken));

    /// <summary>Proves possession by a certificate for the code.</summary>
    public Task<Result<CaCertificate>> VerifyAsync(string instance, string name, string content, CancellationToken cancellationToken) =>
        RunAsync("verify CA certificate", instance, name, found => certificates.VerifyAsync(access.Caller, found, name, content, ETagCondition.Any, cancellationToken));

    /// <summary>Switches revocation checking on or off (behaviour B-4.9).</summary>
    public Task<Result<CaCertificate>> SetRevocationAsync(
        string instance, string name, bool isOn, string? url, bool allowStale, CancellationToken cancellationToken) => RunAsync(
        "change revocation checking", instance, name, found => certificates.SetRevocationAsync(access.Caller, found, name, isOn, url, allowStale, ETagCondition.Any, cancellationToken));

    /// <summary>Takes a revocation list, PEM or DER.</summary>
    public Task<Result<CaCertificate>> PutRevocationListAsync(
        string instance, string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => RunAsync(
        "upload revocation list", instance, name, found => certificates.PutRevocationListAsync(access.Caller, found, name, content, ETagCondition.Any, cancellationToken));

    /// <summary>Deletes a certificate.</summary>
    public async Task<Refusal?> DeleteAsync(string instance, string name, CancellationToken cancellationToken)
    {
        if (access.Check(PortalRight.InstanceWrite) is { } refused) return refused;
        if (instances.FindByName(instance) is not { } found) return Refusals.UnknownIdScope;
        var refusal = await certificates.DeleteAsync(access.Caller, found, name, ETagCondition.Any, cancellationToken);
        if (refusal is null) access.Audit("delete CA certificate", instance, name);
        return refusal;
    }

    /// <summary>The groups that reference a certificate.</summary>
    public async Task<IReadOnlyList<EnrollmentGroup>> UsersOfAsync(string instance, string name, CancellationToken cancellationToken) =>
        access.May(PortalRight.Read)
            ? [.. (await store.ListGroupsAsync(instance, Core.Attestation.AttestationType.X509, cancellationToken)).Where(group => References(group, name))]
            : [];

    private static bool References(EnrollmentGroup group, string name) => group.Attestation is Core.Attestation.X509CaReferenceAttestation ca
        && (name.Equals(ca.Primary, StringComparison.OrdinalIgnoreCase) || name.Equals(ca.Secondary, StringComparison.OrdinalIgnoreCase));

    private async Task<Result<CaCertificate>> RunAsync(
        string operation, string instance, string name, Func<ProvisioningInstance, Task<Result<CaCertificate>>> act)
    {
        if (access.Check(PortalRight.InstanceWrite) is { } refused) return refused;
        if (instances.FindByName(instance) is not { } found) return Refusals.UnknownIdScope;
        var result = await act(found);
        if (result.Value is not null) access.Audit(operation, instance, name);
        return result;
    }
}
