using System.Security.Cryptography;
using Muster.Core.Audit;
using Muster.Core.Certificates.Revocation;
using Muster.Core.Certificates.Verification;
using Muster.Core.Concurrency;
using Muster.Core.Enrollments;
using Muster.Core.Errors;
using Muster.Core.Instances;
using Muster.Core.Quotas;
using Muster.Core.Store;

namespace Muster.Core.Certificates;

/// <summary>
/// The CA certificates of instances: upload, replace, delete, proof of possession, revocation lists - whoever asks (behaviour B-5,
/// management-api A-10). Writers of one instance come one after another in this process; others are met by the conditional commit.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="signatures">Verifies proofs and lists.</param>
/// <param name="options">Limits.</param>
/// <param name="clock">The clock.</param>
public sealed class CaCertificateService(IProvisioningStore store, SignatureChecker signatures, X509Options options, TimeProvider clock)
{
    /// <summary>Random bytes of a verification code; twice as many hex digits.</summary>
    private const int CodeBytes = 24;

    private readonly KeyedLock<string> _writers = new();

    /// <summary>All of an instance, by name without case.</summary>
    public Task<IReadOnlyList<CaCertificate>> ListAsync(ProvisioningInstance instance, CancellationToken cancellationToken) =>
        store.ListCaCertificatesAsync(instance.Name, cancellationToken);

    /// <summary>One, or the refusal 404205.</summary>
    public async Task<Result<CaCertificate>> FindAsync(ProvisioningInstance instance, string name, CancellationToken cancellationToken) =>
        await store.FindCaCertificateAsync(instance.Name, name, cancellationToken) is { } found ? found : CaCertificateRefusals.NotFound(name);

    /// <summary>
    /// Uploads or replaces. What is uploaded is unverified, unless <paramref name="isVerified"/> asserts possession; a code that waited is
    /// void. Revocation settings stay, and the same certificate keeps its list.
    /// </summary>
    /// <param name="caller">Who asks, for the audit entry that is committed with the change.</param>
    /// <param name="instance">The instance.</param>
    /// <param name="name">The certificate's name; an existing one keeps its spelling.</param>
    /// <param name="content">PEM, Base64 of DER, or Base64 of PEM; public part only.</param>
    /// <param name="isVerified">Whether possession is taken for granted.</param>
    /// <param name="condition">Ignored on create; required to replace.</param>
    /// <param name="cancellationToken">Gives up before the commit.</param>
    public async Task<Result<CaCertificate>> PutAsync(
        AuditCaller caller,
        ProvisioningInstance instance,
        string name,
        string content,
        bool isVerified,
        ETagCondition condition,
        CancellationToken cancellationToken)
    {
        if (!Identifiers.IsCaCertificateName(name)) return CaCertificateRefusals.InvalidName;
        if (!CertificateText.TryParse(content, out var certificate, out var problem)) return CaCertificateRefusals.InvalidContent(problem!);
        if (!CertificateDecoder.TryDecode(Convert.FromBase64String(certificate!.Der), out _, out problem))
            return CaCertificateRefusals.InvalidContent($"cannot be used: {problem}.");

        using var turn = await _writers.AcquireAsync(instance.Name, cancellationToken);
        while (true)
        {
            var stored = await store.FindCaCertificateAsync(instance.Name, name, cancellationToken);
            if (stored is not null && condition.IsNone) return CaCertificateRefusals.ExistsAlready(stored.Name);
            if (stored is not null && !condition.IsSatisfiedBy(stored.ETag)) return Refusals.ETagMismatch;
            var isSame = stored is not null && stored.Certificate.Der == certificate.Der;
            var now = clock.GetUtcNow();
            var next = new CaCertificate
            {
                InstanceName = instance.Name,
                Name = stored?.Name ?? name,
                Certificate = certificate,
                UploadedText = content,
                IsVerified = isVerified,
                CreatedUtc = stored?.CreatedUtc ?? now,
                UpdatedUtc = now,
                ETag = ETag.Create(now),
                Revocation = isSame ? stored!.Revocation : WithoutList(stored?.Revocation),
            };
            var quota = stored is null ? QuotaFor(instance) : null;
            switch (await CommitAsync(caller, next, stored, quota, cancellationToken))
            {
                case CommitOutcome.Committed: return next;
                case CommitOutcome.QuotaReached: return QuotaRefusals.Reached(quota!);
            }
        }
    }

    /// <summary>Deletes, whether or not groups reference it: their devices are refused from then on (behaviour B-5).</summary>
    /// <returns>Null when deleted; 404205 when there is none; 400006 without a condition; 412001.</returns>
    public async Task<Refusal?> DeleteAsync(
        AuditCaller caller, ProvisioningInstance instance, string name, ETagCondition condition, CancellationToken cancellationToken)
    {
        using var turn = await _writers.AcquireAsync(instance.Name, cancellationToken);
        while (true)
        {
            var found = await FindForChangeAsync(instance, name, condition, cancellationToken);
            if (!found.Try(out var stored, out var refusal)) return refusal;
            var entry = CaCertificateAudit.Written(caller, stored, after: null, clock.GetUtcNow());
            var outcome = await store.CommitAsync(
                [new DeleteCaCertificate(instance.Name, stored.Name, stored.ETag), new AppendAuditEntry(entry)], cancellationToken);
            if (outcome == CommitOutcome.Committed) return null;
        }
    }

    /// <summary>Makes a new verification code, which replaces the one before it. The status stays as it is.</summary>
    public Task<Result<CaCertificate>> GenerateCodeAsync(
        AuditCaller caller, ProvisioningInstance instance, string name, ETagCondition condition, CancellationToken cancellationToken) =>
        ChangeAsync(caller, instance, name, condition, stored => stored with
        {
            VerificationCode = Convert.ToHexString(RandomNumberGenerator.GetBytes(CodeBytes)),
        }, cancellationToken);

    /// <summary>
    /// Verifies possession: <paramref name="content"/> must be a certificate for the waiting code, issued and signed by the CA. Success
    /// clears the code, failure keeps it.
    /// </summary>
    public Task<Result<CaCertificate>> VerifyAsync(
        AuditCaller caller,
        ProvisioningInstance instance,
        string name,
        string content,
        ETagCondition condition,
        CancellationToken cancellationToken) =>
        ChangeAsync(caller, instance, name, condition, stored => ProofOfPossession.FindProblem(stored, content, signatures, options, clock.GetUtcNow()) is { } problem
            ? problem
            : stored with { IsVerified = true, VerificationCode = null }, cancellationToken);

    /// <summary>Switches revocation checking on or off, and says where lists come from and what a stale one means.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="instance">The instance.</param>
    /// <param name="name">The certificate's name.</param>
    /// <param name="url">HTTP or HTTPS address to fetch from; null where lists are uploaded.</param>
    /// <param name="allowStale">Whether devices pass while the list is missing or stale.</param>
    /// <param name="isOn">False switches checking off and forgets the list.</param>
    /// <param name="condition">The condition on the etag.</param>
    /// <param name="cancellationToken">Gives up before the commit.</param>
    public Task<Result<CaCertificate>> SetRevocationAsync(
        AuditCaller caller,
        ProvisioningInstance instance,
        string name,
        bool isOn,
        string? url,
        bool allowStale,
        ETagCondition condition,
        CancellationToken cancellationToken)
    {
        if (url is not null && !(Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0))
            return Task.FromResult<Result<CaCertificate>>(CaCertificateRefusals.InvalidRevocation("The URL of a revocation list must be an absolute http or https URL."));
        return ChangeAsync(caller, instance, name, condition, stored => stored with
        {
            Revocation = isOn ? (stored.Revocation ?? new RevocationChecking()) with { Url = url, AllowStale = allowStale, FetchProblem = null } : null,
        }, cancellationToken);
    }

    /// <summary>Takes a revocation list, and switches checking on where it was off. An older list than the stored one is refused.</summary>
    public Task<Result<CaCertificate>> PutRevocationListAsync(
        AuditCaller caller,
        ProvisioningInstance instance,
        string name,
        ReadOnlyMemory<byte> content,
        ETagCondition condition,
        CancellationToken cancellationToken)
    {
        if (content.Length > options.MaxRevocationListBytes)
        {
            return Task.FromResult<Result<CaCertificate>>(
                CaCertificateRefusals.InvalidRevocation($"The revocation list has {content.Length} bytes; at most {options.MaxRevocationListBytes} are accepted."));
        }

        if (!RevocationList.TryRead(content, out var der, out var list, out var problem))
            return Task.FromResult<Result<CaCertificate>>(CaCertificateRefusals.InvalidRevocation($"The revocation list cannot be read: {problem}."));

        return ChangeAsync(caller, instance, name, condition, stored =>
        {
            if (!CertificateDecoder.TryDecode(Convert.FromBase64String(stored.Certificate.Der), out var issuer, out var unreadable))
                return CaCertificateRefusals.InvalidContent($"cannot be used: {unreadable}.");
            if (list!.ProblemWith(issuer!, signatures) is { } wrong)
                return CaCertificateRefusals.InvalidRevocation($"The revocation list is not accepted: {wrong}.");
            if (list.ThisUpdate > clock.GetUtcNow() + options.ClockSkew)
                return CaCertificateRefusals.InvalidRevocation("The revocation list is not accepted: it was made in the future.");
            if (stored.Revocation?.ThisUpdateUtc > list.ThisUpdate)
                return CaCertificateRefusals.InvalidRevocation("The revocation list is not accepted: the stored one is newer.");
            return stored with
            {
                Revocation = (stored.Revocation ?? new RevocationChecking()) with
                {
                    ListDer = Convert.ToBase64String(der.Span),
                    ThisUpdateUtc = list.ThisUpdate,
                    NextUpdateUtc = list.NextUpdate,
                    RevokedCount = list.RevokedSerials.Count,
                    ReceivedUtc = clock.GetUtcNow(),
                    FetchProblem = null,
                },
            };
        }, cancellationToken);
    }

    /// <summary>Notes that a fetch failed; the list that is there stays.</summary>
    public Task<Result<CaCertificate>> NoteFetchProblemAsync(
        ProvisioningInstance instance, string name, string problem, CancellationToken cancellationToken) =>
        ChangeAsync(AuditCaller.Process, instance, name, ETagCondition.Any, stored => stored.Revocation is null
            ? CaCertificateRefusals.InvalidRevocation("Revocation checking is off.")
            : stored with { Revocation = stored.Revocation with { FetchProblem = problem } }, cancellationToken);

    private async Task<Result<CaCertificate>> ChangeAsync(
        AuditCaller caller,
        ProvisioningInstance instance,
        string name,
        ETagCondition condition,
        Func<CaCertificate, Result<CaCertificate>> change,
        CancellationToken cancellationToken)
    {
        using var turn = await _writers.AcquireAsync(instance.Name, cancellationToken);
        while (true)
        {
            var found = await FindForChangeAsync(instance, name, condition, cancellationToken);
            if (!found.Try(out var stored, out var refusal)) return refusal;
            if (!change(stored).Try(out var changed, out refusal)) return refusal;

            var now = clock.GetUtcNow();
            var next = changed with { UpdatedUtc = now, ETag = ETag.Create(now) };
            if (await CommitAsync(caller, next, stored, quota: null, cancellationToken) == CommitOutcome.Committed) return next;
        }
    }

    private async Task<Result<CaCertificate>> FindForChangeAsync(
        ProvisioningInstance instance, string name, ETagCondition condition, CancellationToken cancellationToken)
    {
        if (condition.IsNone) return CaCertificateRefusals.ConditionMissing;
        if (await store.FindCaCertificateAsync(instance.Name, name, cancellationToken) is not { } stored) return CaCertificateRefusals.NotFound(name);
        return condition.IsSatisfiedBy(stored.ETag) ? stored : Refusals.ETagMismatch;
    }

    private Task<CommitOutcome> CommitAsync(
        AuditCaller caller, CaCertificate next, CaCertificate? stored, RequireQuota? quota, CancellationToken cancellationToken)
    {
        List<StoreChange> changes = [new PutCaCertificate(next, stored?.ETag)];
        if (quota is not null) changes.Insert(0, quota);

        // Lists are fetched again and again; where that brought nothing new nothing happened that anybody has to answer for.
        var entry = CaCertificateAudit.Written(caller, stored, next, next.UpdatedUtc);
        if (entry.Changes.Count > 0 || caller.Kind != AuditCallerKind.Process) changes.Add(new AppendAuditEntry(entry));
        return store.CommitAsync(changes, cancellationToken);
    }

    private RequireQuota QuotaFor(ProvisioningInstance instance) => new(
        instance.Name, CountedEntity.CaCertificate, Math.Min(options.MaxCaCertificates, instance.Quotas?.CaCertificates ?? long.MaxValue));

    // Another certificate has another key, whose lists are yet to come.
    private static RevocationChecking? WithoutList(RevocationChecking? checking) =>
        checking is null ? null : new RevocationChecking { Url = checking.Url, AllowStale = checking.AllowStale };
}
