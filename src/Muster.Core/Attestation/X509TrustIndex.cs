using System.Collections.Concurrent;
using Muster.Core.Certificates;
using Muster.Core.Certificates.Revocation;
using Muster.Core.Certificates.Verification;
using Muster.Core.Enrollments;
using Muster.Core.Store;

namespace Muster.Core.Attestation;

/// <summary>The certificates of an instance's CA certificates and X.509 groups, decoded once and kept until a write changes either.</summary>
/// <param name="store">The store.</param>
public sealed class X509TrustIndex(IProvisioningStore store)
{
    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.Ordinal);

    /// <summary>The present snapshot of an instance.</summary>
    public async ValueTask<TrustSnapshot> GetAsync(string instanceName, CancellationToken cancellationToken)
    {
        // Revisions are read before the entities: what is written in between makes the next reader load again.
        var groupsRevision = await store.GetGroupsRevisionAsync(instanceName, cancellationToken);
        var authoritiesRevision = await store.GetCaCertificatesRevisionAsync(instanceName, cancellationToken);
        if (_known.TryGetValue(instanceName, out var known) && known.Groups == groupsRevision && known.Authorities == authoritiesRevision)
            return known.Snapshot;

        var authorities = await store.ListCaCertificatesAsync(instanceName, cancellationToken);
        var groups = await store.ListGroupsAsync(instanceName, AttestationType.X509, cancellationToken);
        var snapshot = Build(authorities, groups);
        _known[instanceName] = new Known(groupsRevision, authoritiesRevision, snapshot);
        return snapshot;
    }

    /// <summary>Puts CA certificates and groups together. References to names that do not exist, as after a deletion, name nothing.</summary>
    internal static TrustSnapshot Build(IReadOnlyList<CaCertificate> authorities, IReadOnlyList<EnrollmentGroup> groups)
    {
        var entries = new Dictionary<string, Entry>(StringComparer.Ordinal);
        var byName = new Dictionary<string, Entry>(StringComparer.OrdinalIgnoreCase);
        foreach (var authority in authorities)
        {
            if (EntryOf(authority.Certificate) is not { } entry) continue;
            entry.Authorities.Add(authority);
            byName[authority.Name] = entry;
        }

        foreach (var group in groups)
        {
            var named = group.Attestation switch
            {
                X509CertificateAttestation { Use: X509CertificateUse.Signing } own => [Uploaded(own.Primary), Uploaded(own.Secondary)],
                X509CaReferenceAttestation references => [Referenced(references.Primary), Referenced(references.Secondary)],
                _ => Array.Empty<Entry?>(),
            };
            foreach (var entry in named)
            {
                if (entry is not null && !entry.Groups.Contains(group)) entry.Groups.Add(group);
            }
        }

        return new TrustSnapshot([.. entries.Values.Select(entry => entry.Finish())]);

        Entry? Uploaded(EnrolledCertificate? certificate) => certificate is null ? null : EntryOf(certificate);

        Entry? Referenced(string? name) => name is null ? null : byName.GetValueOrDefault(name);

        // What was stored is readable, but may be less than strict DER; such a certificate takes part in no chain.
        Entry? EntryOf(EnrolledCertificate certificate)
        {
            if (!CertificateDecoder.TryDecode(Convert.FromBase64String(certificate.Der), out var decoded, out _)) return null;
            if (!entries.TryGetValue(decoded!.Identity, out var entry)) entries.Add(decoded.Identity, entry = new Entry(decoded));
            return entry;
        }
    }

    private sealed class Entry(DecodedCertificate certificate)
    {
        public List<CaCertificate> Authorities { get; } = [];

        public List<EnrollmentGroup> Groups { get; } = [];

        public TrustedCertificate Finish()
        {
            var revocation = Authorities.FirstOrDefault(authority => authority.Revocation is not null)?.Revocation;
            RevocationList? list = null;
            if (revocation?.ListDer is { } der) RevocationList.TryRead(Convert.FromBase64String(der), out _, out list, out _);
            return new TrustedCertificate
            {
                Certificate = certificate,
                CaNames = [.. Authorities.Select(authority => authority.Name)],
                IsAnchor = Authorities.Exists(authority => authority.IsVerified),
                Groups = [.. Groups.OrderBy(group => group.CreatedUtc)],
                Revocation = revocation,
                RevocationList = list,
            };
        }
    }

    private sealed record Known(long Groups, long Authorities, TrustSnapshot Snapshot);
}
