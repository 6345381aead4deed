using Muster.Core.Attestation;
using Muster.Core.Enrollments;
using Muster.Core.Quotas;
using Muster.Core.Registration;

namespace Muster.Core.Store;

/// <summary>What people ask of the store beyond what devices and clients need: search, filters, counts. All reads; safe for many threads.</summary>
public interface IProvisioningSearch
{
    /// <summary>One page of enrollments.</summary>
    Task<SearchPage<Enrollment>> SearchEnrollmentsAsync(string instanceName, EnrollmentFilter filter, CancellationToken cancellationToken);

    /// <summary>How many enrollments match; counting ends at <paramref name="cap"/>, which then is the answer.</summary>
    Task<long> CountEnrollmentsAsync(string instanceName, EnrollmentFilter filter, long cap, CancellationToken cancellationToken);

    /// <summary>The enrollment that holds a certificate, by its SHA-256 thumbprint in hex; null when none does.</summary>
    Task<Enrollment?> FindEnrollmentByCertificateAsync(string instanceName, string sha256Thumbprint, CancellationToken cancellationToken);

    /// <summary>How many enrollments of a kind use a mechanism.</summary>
    Task<long> CountEnrollmentsAsync(string instanceName, EnrollmentKind kind, AttestationType type, CancellationToken cancellationToken);

    /// <summary>One page of registration records.</summary>
    Task<SearchPage<RegistrationRecord>> SearchRegistrationsAsync(
        string instanceName, RegistrationFilter filter, CancellationToken cancellationToken);

    /// <summary>How many records match; counting ends at <paramref name="cap"/>, which then is the answer.</summary>
    Task<long> CountRegistrationsAsync(string instanceName, RegistrationFilter filter, long cap, CancellationToken cancellationToken);

    /// <summary>How many records were created on each day from <paramref name="from"/> on, deleted ones included; read off counters.</summary>
    Task<IReadOnlyList<DailyCount>> ListRecordCreationsAsync(string instanceName, DateOnly from, CancellationToken cancellationToken);

    /// <summary>
    /// How many of the enrollments that exist were created on each day from <paramref name="from"/> on. It reads an index from that day on, so
    /// it takes as long as there are such enrollments.
    /// </summary>
    /// <param name="instanceName">The instance.</param>
    /// <param name="kind">Individual or group.</param>
    /// <param name="type">Groups with this mechanism alone; null is every one.</param>
    /// <param name="from">The first day, UTC.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<DailyCount>> ListEnrollmentCreationsAsync(
        string instanceName, EnrollmentKind kind, AttestationType? type, DateOnly from, CancellationToken cancellationToken);
}
