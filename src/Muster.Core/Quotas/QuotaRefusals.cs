using Muster.Core.Errors;

namespace Muster.Core.Quotas;

/// <summary>What callers are told when a quota is reached (service-api S-7.1, behaviour B-11.5).</summary>
public static class QuotaRefusals
{
    /// <summary>An enrollment cannot be created: 403101.</summary>
    public static Refusal EnrollmentsReached(CountedEntity entity, long limit) => Refusals.QuotaReached(NameOf(entity), limit);

    /// <summary>
    /// A device's first registration cannot leave a record: 429001, so that the device goes on trying while an operator makes room.
    /// </summary>
    public static Refusal RegistrationsReached(long limit) =>
        new(429001, $"The quota of {limit} {NameOf(CountedEntity.Registration)} is reached.") { RetryAfter = TimeSpan.FromMinutes(1) };

    private static string NameOf(CountedEntity entity) => entity switch
    {
        CountedEntity.IndividualEnrollment => "individual enrollments",
        CountedEntity.X509Group => "X.509 enrollment groups",
        CountedEntity.SymmetricKeyGroup => "symmetric key enrollment groups",
        CountedEntity.Registration => "registration records",
        _ => throw new ArgumentOutOfRangeException(nameof(entity), entity, null),
    };
}
