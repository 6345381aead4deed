using Muster.Core.Instances;
using Muster.Core.Store;

namespace Muster.Core.Certificates;

/// <summary>Which certificates of an instance end soon or have ended: those of enrollments and CA certificates.</summary>
/// <param name="store">The store.</param>
/// <param name="clock">The clock.</param>
public sealed class ExpiryReport(IProvisioningStore store, TimeProvider clock)
{
    /// <summary>The certificates that end within <paramref name="within"/>, those that have ended included, the earliest first.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="within">From now; not negative.</param>
    /// <param name="limit">At most this many, 1 to 10,000.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<IReadOnlyList<ExpiringCertificate>> ListAsync(
        ProvisioningInstance instance, TimeSpan within, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(within, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 10_000);
        var until = clock.GetUtcNow() + within;
        var enrolled = await store.ListExpiringEnrolledCertificatesAsync(instance.Name, until, limit, cancellationToken);
        var authorities = await store.ListCaCertificatesAsync(instance.Name, cancellationToken);
        var ending = authorities.Where(authority => authority.Certificate.Info.NotAfterUtc <= until).Select(authority => new ExpiringCertificate(
            EnrollmentKind: null, authority.Name, authority.Certificate.Info.Sha256Thumbprint, authority.Certificate.Info.NotAfterUtc));
        return [.. enrolled.Concat(ending).OrderBy(certificate => certificate.NotAfterUtc).Take(limit)];
    }

    /// <summary>How many certificates end within <paramref name="within"/>, those that have ended included.</summary>
    public async Task<long> CountAsync(ProvisioningInstance instance, TimeSpan within, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(within, TimeSpan.Zero);
        var until = clock.GetUtcNow() + within;
        var authorities = await store.ListCaCertificatesAsync(instance.Name, cancellationToken);
        return await store.CountExpiringEnrolledCertificatesAsync(instance.Name, until, cancellationToken)
            + authorities.LongCount(authority => authority.Certificate.Info.NotAfterUtc <= until);
    }
}
