using Muster.Core.Errors;
using Muster.Core.Store;

namespace Muster.Core.Quotas;

/// <summary>What callers are told when a quota is reached (service-api S-7.1, behaviour B-11.5).</summary>
public static class QuotaRefusals
{
    /// <summary>
    /// One more cannot be created: 403101. A device's first registration, which would leave one more record, gets 429001 instead, so
    /// that the device goes on trying while an operator makes room.
    /// </summary>
    public static Refusal Reached(RequireQuota quota) => quota.Entity == CountedEntity.Registration
        ? new(429001, $"The quota of {quota.Limit} {NameOf(quota.Entity)} is reached.") { RetryAfter = TimeSpan.FromMinutes(1) }
        : Refusals.QuotaReached(NameOf(quota.Entity), quota.Limit);

    private static string NameOf(CountedEntity entity) => entity switch
    {
        CountedEntity.IndividualEnrollment => "individual enrollments",
        CountedEntity.X509Group => "X.509 enrollment groups",
        CountedEntity.SymmetricKeyGroup => "symmetric key enrollment groups",
        CountedEntity.Registration => "registration records",
        CountedEntity.CaCertificate => "CA certificates",
        CountedEntity.LinkedHub => "linked IoT hubs",
        _ => throw new ArgumentOutOfRangeException(nameof(entity), entity, null),
    };
}
