using Muster.Core.Allocation;
using Muster.Core.Attestation;
using Muster.Core.Audit;
using Muster.Core.Concurrency;
using Muster.Core.Enrollments;
using Muster.Core.Errors;
using Muster.Core.Hubs;
using Muster.Core.Instances;
using Muster.Core.Networking;
using Muster.Core.Secrets;
using Muster.Core.Store;
using Muster.Portal.SignIn;

namespace Muster.Portal.Enrollments;

/// <summary>What pages do with enrollments: asks for the right, calls Core, notes it. A rule exists in Core only.</summary>
/// <param name="access">Who works here.</param>
/// <param name="instances">The instances.</param>
/// <param name="enrollments">Core's enrollments.</param>
/// <param name="store">Core's store port, for reads.</param>
/// <param name="search">Core's search port.</param>
/// <param name="audit">Core's audit log.</param>
/// <param name="admitting">Core's answer to which groups admit the same devices.</param>
/// <param name="policies">Core's allocation policies, for trying a webhook.</param>
/// <param name="network">Who may reach an instance.</param>
/// <param name="time">The clock.</param>
public sealed class EnrollmentDesk(
    PortalAccess access,
    InstanceDirectory instances,
    EnrollmentService enrollments,
    IProvisioningStore store,
    IProvisioningSearch search,
    IAuditLog audit,
    AdmittingGroups admitting,
    IEnumerable<IAllocationPolicy> policies,
    NetworkGate network,
    TimeProvider time)
{
    /// <summary>Where counting ends; more shows as "about".</summary>
    public const long CountCap = 100_000;

    /// <summary>Registration ID and enrollment ID of the question that tries a webhook.</summary>
    public const string WebhookTestDevice = "webhook-test";

    private static readonly TimeSpan WebhookTestTime = TimeSpan.FromSeconds(10);

    /// <summary>Why the network rules keep this person from the enrollments; null when they do not (portal P5, blocked state).</summary>
    public NetworkVerdict? BlockedBy(string instance) =>
        Instance(instance) is { } found && network.Judge(found, access.Source, IpFilterTarget.ServiceApi) is { IsAllowed: false } verdict ? verdict : null;

    /// <summary>Whether a webhook may be plain http (section Webhooks of the configuration).</summary>
    public bool AllowsHttpWebhooks => enrollments.AllowsHttpWebhooks;

    /// <summary>One page of a list.</summary>
    public async Task<Result<SearchPage<Enrollment>>> SearchAsync(string instance, EnrollmentFilter filter, CancellationToken cancellationToken) =>
        Check(PortalRight.Read, instance) is { } refused ? refused : await search.SearchEnrollmentsAsync(instance, filter, cancellationToken);

    /// <summary>How many match, at most <see cref="CapOf"/>; 0 without the right to read.</summary>
    public async Task<long> CountAsync(string instance, EnrollmentFilter filter, CancellationToken cancellationToken) =>
        access.May(PortalRight.Read) ? await search.CountEnrollmentsAsync(instance, filter, CapOf(filter), cancellationToken) : 0;

    /// <summary>Where counting ends: sooner for a text, because each row has to be looked at.</summary>
    public static long CapOf(EnrollmentFilter filter) => filter.Text is null or "" ? CountCap : CountCap / 10;

    /// <summary>One enrollment.</summary>
    public async Task<Result<Enrollment>> FindAsync(string instance, EnrollmentKind kind, string id, CancellationToken cancellationToken)
    {
        if (Check(PortalRight.Read, instance) is { } refused) return refused;
        return Instance(instance) is { } found ? await enrollments.FindAsync(found, kind, id, cancellationToken) : Refusals.UnknownIdScope;
    }

    /// <summary>Whether an ID is taken, for the form's live answer; a malformed one is not.</summary>
    public async Task<bool> IsTakenAsync(string instance, EnrollmentKind kind, string id, CancellationToken cancellationToken) =>
        access.May(PortalRight.Read) && EnrollmentRules.CheckId(kind, id) is null
        && await store.FindEnrollmentAsync(instance, kind, id, cancellationToken) is not null;

    /// <summary>The enrollment that holds a certificate already; null when none does.</summary>
    public Task<Enrollment?> FindHolderAsync(string instance, string sha256Thumbprint, CancellationToken cancellationToken) =>
        access.May(PortalRight.Read)
            ? search.FindEnrollmentByCertificateAsync(instance, sha256Thumbprint, cancellationToken)
            : Task.FromResult<Enrollment?>(null);

    /// <summary>Creates an enrollment; it must not exist.</summary>
    public Task<Result<Enrollment>> CreateAsync(
        string instance, EnrollmentKind kind, string id, EnrollmentDefinition definition, CancellationToken cancellationToken) =>
        PutAsync(PortalRight.EnrollmentsWrite, "create enrollment", instance, kind, id, definition, ETagCondition.None, cancellationToken);

    /// <summary>Changes an enrollment that still has the etag it was read with, keeping its credentials.</summary>
    public Task<Result<Enrollment>> UpdateAsync(
        string instance, Enrollment read, EnrollmentDefinition definition, CancellationToken cancellationToken) => PutAsync(
        PortalRight.EnrollmentsWrite, "update enrollment", instance, read.Kind, read.Id,
        definition with { Attestation = DefinitionOf(read).Attestation }, ETagCondition.Parse(read.ETag), cancellationToken);

    /// <summary>Changes the credentials of an enrollment and nothing else (portal P8.4).</summary>
    public Task<Result<Enrollment>> ReplaceCredentialsAsync(
        string instance, Enrollment read, AttestationDefinition attestation, string operation, CancellationToken cancellationToken) => PutAsync(
        PortalRight.AttestationDetails, operation, instance, read.Kind, read.Id,
        DefinitionOf(read) with { Attestation = attestation }, ETagCondition.Parse(read.ETag), cancellationToken);

    /// <summary>Enables or disables an enrollment, whatever its etag.</summary>
    public async Task<Refusal?> SetStatusAsync(
        string instance, EnrollmentKind kind, string id, ProvisioningStatus status, CancellationToken cancellationToken)
    {
        if (Check(PortalRight.EnrollmentsWrite, instance) is { } refused) return refused;
        while (true)
        {
            if (!(await FindAsync(instance, kind, id, cancellationToken)).Try(out var read, out var missing)) return missing;
            var result = await PutAsync(
                PortalRight.EnrollmentsWrite, status == ProvisioningStatus.Enabled ? "enable enrollment" : "disable enrollment", instance, kind, id,
                DefinitionOf(read) with { ProvisioningStatus = status }, ETagCondition.Parse(read.ETag), cancellationToken);

            // Somebody wrote in between: the status is set on what is there now.
            if (result.Refusal?.HttpStatus != 412) return result.Refusal;
        }
    }

    /// <summary>Deletes an enrollment.</summary>
    public async Task<Refusal?> DeleteAsync(string instance, EnrollmentKind kind, string id, CancellationToken cancellationToken)
    {
        if (Check(PortalRight.EnrollmentsDelete, instance) is { } refused) return refused;
        if (Instance(instance) is not { } found) return Refusals.UnknownIdScope;
        var refusal = await enrollments.DeleteAsync(access.Caller, found, kind, id, ETagCondition.Any, cancellationToken);
        if (refusal is null) access.Audit("delete enrollment", instance, id);
        return refusal;
    }

    /// <summary>A key of a symmetric-key enrollment, as it is stored now. Noted in the audit log.</summary>
    public async Task<Result<Secret>> RevealKeyAsync(
        string instance, EnrollmentKind kind, string id, bool isPrimary, CancellationToken cancellationToken)
    {
        if (Check(PortalRight.AttestationDetails, instance) is { } refused) return refused;
        if (Instance(instance) is not { } found) return Refusals.UnknownIdScope;
        var shown = await enrollments.RevealAsync(access.Caller, found, kind, id, cancellationToken);
        if (!shown.Try(out var enrollment, out var missing)) return missing;
        if (enrollment.Attestation is not SymmetricKeyAttestation { Keys: var keys }) return Refusals.InvalidArgument("This enrollment has no keys.");
        access.Audit("reveal key", instance, id);
        return isPrimary ? keys.Primary : keys.Secondary;
    }

    /// <summary>The key that a device of a symmetric-key group holds. Noted in the audit log.</summary>
    public async Task<Result<Secret>> DeriveKeyAsync(string instance, string groupId, string registrationId, CancellationToken cancellationToken)
    {
        if (EnrollmentRules.CheckId(EnrollmentKind.Individual, registrationId) is { } malformed) return malformed;
        return (await RevealKeyAsync(instance, EnrollmentKind.Group, groupId, isPrimary: true, cancellationToken)).Try(out var key, out var refused)
            ? new Secret(SymmetricKeyDerivation.Derive(key.Reveal(), registrationId))
            : refused;
    }

    /// <summary>Who changed an enrollment, newest first; none without the right to read (portal P8.7).</summary>
    public async Task<IReadOnlyList<AuditRecord>> HistoryAsync(string instance, EnrollmentKind kind, string id, CancellationToken cancellationToken) =>
        Check(PortalRight.Read, instance) is null
            ? await audit.ListAsync(instance, new AuditFilter { Entity = EnrollmentAudit.EntityOf(kind), EntityId = id }, cancellationToken)
            : [];

    /// <summary>
    /// Gives an enrollment the settings that it had after an earlier write, while it still has the etag it was read with; credentials stay
    /// what they are now (portal P8.7).
    /// </summary>
    public async Task<Result<Enrollment>> RestoreAsync(string instance, Enrollment read, AuditRecord version, CancellationToken cancellationToken)
    {
        if (Check(PortalRight.EnrollmentsWrite, instance) is { } refused) return refused;
        if (version.Entry.Settings is not { } settings || version.Entry.Entity != EnrollmentAudit.EntityOf(read.Kind)
            || !version.Entry.InstanceName.Equals(read.InstanceName, StringComparison.OrdinalIgnoreCase)
            || !version.Entry.EntityId.Equals(read.Id, StringComparison.OrdinalIgnoreCase))
        {
            return Refusals.InvalidArgument("No version of this enrollment is kept with that entry.");
        }

        return settings.DefinitionFor(read, DefinitionOf(read).Attestation).Try(out var definition, out var impossible)
            ? await PutAsync(
                PortalRight.EnrollmentsWrite, $"restore enrollment to version {version.Number}", instance, read.Kind, read.Id, definition, ETagCondition.Parse(read.ETag), cancellationToken)
            : impossible;
    }

    /// <summary>Enabled groups that would still admit the devices of an enrollment if it were removed; none without the right to read.</summary>
    public async Task<IReadOnlyList<EnrollmentGroup>> GroupsThatAdmitAsync(Enrollment enrollment, CancellationToken cancellationToken) =>
        access.May(PortalRight.Read) ? await admitting.FindAsync(enrollment, cancellationToken) : [];

    /// <summary>
    /// Asks an allocation webhook as for a first registration of a device called <see cref="WebhookTestDevice"/>, and tells what came of
    /// it (portal T11). Nothing is stored, and no hub is touched.
    /// </summary>
    public async Task<Result<AllocationResult>> TryWebhookAsync(
        string instance, EnrollmentKind kind, CustomAllocationDefinition webhook, IReadOnlyCollection<string> hubs, CancellationToken cancellationToken)
    {
        if (Check(PortalRight.EnrollmentsWrite, instance) is { } refused) return refused;
        if (policies.FirstOrDefault(policy => policy.Kind == AllocationPolicyKind.Custom) is not { } custom) return Refusals.InvalidArgument("Webhooks are not served here.");
        var linked = await store.ListLinkedHubsAsync(instance, cancellationToken);
        IReadOnlyList<LinkedHub> candidates = [.. linked.Where(hub => hub.IsOpen && (hubs.Count == 0 || hubs.Contains(hub.HostName, StringComparer.OrdinalIgnoreCase)))];
        if (candidates.Count == 0) return Refusals.InvalidArgument("No hub is linked that the webhook could choose.");
        var now = time.GetUtcNow();
        var attestation = new SymmetricKeyAttestation(SymmetricKeyPair.Generate());
        Enrollment enrollment = kind == EnrollmentKind.Individual
            ? new IndividualEnrollment { InstanceName = instance, Id = WebhookTestDevice, Attestation = attestation, ETag = ETag.Create(now), CreatedUtc = now, LastUpdatedUtc = now }
            : new EnrollmentGroup { InstanceName = instance, Id = WebhookTestDevice, Attestation = attestation, ETag = ETag.Create(now), CreatedUtc = now, LastUpdatedUtc = now };
        enrollment = enrollment with
        {
            AllocationPolicy = AllocationPolicyKind.Custom,
            CustomAllocationDefinition = webhook,
            IotHubs = [.. candidates.Select(hub => hub.HostName)],
        };
        access.Audit("test allocation webhook", instance, WebhookTestDevice);

        // A webhook that fails is asked again and again for a device; a person waits for one answer.
        using var limit = new CancellationTokenSource(WebhookTestTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await custom.AllocateAsync(
                new AllocationRequest { RegistrationId = WebhookTestDevice, Enrollment = enrollment, Candidates = candidates, RemoteAddress = access.Address?.ToString() },
                either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Refusals.InvalidArgument($"It gave no usable answer within {WebhookTestTime.TotalSeconds:0} seconds.");
        }
    }

    /// <summary>The definition that leaves a stored enrollment as it is: credentials are named, not repeated.</summary>
    public static EnrollmentDefinition DefinitionOf(Enrollment read) => new()
    {
        Id = read.Id,
        Attestation = read.Attestation switch
        {
            SymmetricKeyAttestation => new AttestationDefinition { Type = AttestationType.SymmetricKey },
            TpmAttestation tpm => new AttestationDefinition { Type = AttestationType.Tpm, Tpm = new TpmDefinition(tpm.EndorsementKey, tpm.StorageRootKey) },
            X509CaReferenceAttestation ca => new AttestationDefinition
            {
                Type = AttestationType.X509,
                X509 = new X509Definition { CaReferences = new CaReferencesDefinition(ca.Primary, ca.Secondary) },
            },
            X509CertificateAttestation x509 => new AttestationDefinition { Type = AttestationType.X509, X509 = SlotsOf(x509) },
            var other => throw new ArgumentOutOfRangeException(nameof(read), other, message: null),
        },
        ProvisioningStatus = read.ProvisioningStatus,
        Capabilities = read.Capabilities,
        IotHubHostName = read.IotHubHostName,
        IotHubs = read.IotHubs,
        AllocationPolicy = read.AllocationPolicy,
        CustomAllocationDefinition = read.CustomAllocationDefinition,
        InitialTwin = read.InitialTwin,
        ReprovisionPolicy = read.ReprovisionPolicy,
        DeviceId = (read as IndividualEnrollment)?.DeviceId,
        OptionalDeviceInformation = (read as IndividualEnrollment)?.OptionalDeviceInformation,
        CertificatePolicy = read.CertificatePolicy is { } policy
            ? new CertificatePolicyDefinition
            {
                NamespaceName = policy.NamespaceName,
                CertificateAuthorityName = policy.CertificateAuthorityName,
                CertificatePolicyName = policy.CertificatePolicyName,
            }
            : null,
    };

    private static X509Definition SlotsOf(X509CertificateAttestation x509)
    {
        var slots = new X509SlotsDefinition(Slot(x509.Primary?.Info), Slot(x509.Secondary?.Info));
        return x509.Use == X509CertificateUse.Client
            ? new X509Definition { ClientCertificates = slots }
            : new X509Definition { SigningCertificates = slots };

        static X509SlotDefinition? Slot(Core.Certificates.X509CertificateInfo? info) =>
            info is null ? null : new X509SlotDefinition(Certificate: null, info.Sha1Thumbprint, info.Sha256Thumbprint);
    }

    private async Task<Result<Enrollment>> PutAsync(
        PortalRight right,
        string operation,
        string instance,
        EnrollmentKind kind,
        string id,
        EnrollmentDefinition definition,
        ETagCondition condition,
        CancellationToken cancellationToken)
    {
        if (Check(right, instance) is { } refused) return refused;
        if (Instance(instance) is not { } found) return Refusals.UnknownIdScope;
        var result = await enrollments.PutAsync(access.Caller, found, kind, id, definition, condition, cancellationToken);
        if (result.Value is not null) access.Audit(operation, instance, id);
        return result;
    }

    private Refusal? Check(PortalRight right, string instance) =>
        access.Check(right) ?? (BlockedBy(instance) is { } verdict ? new Refusal(401002, "The network rules refuse this address. " + verdict.Reason) : null);

    private ProvisioningInstance? Instance(string name) => instances.FindByName(name);
}
