namespace Muster.Core.Quotas;

/// <summary>
/// What an instance may hold and how fast it may be called; null is without a limit (behaviour B-13, service-api S-9). Refusals:
/// 403101 when a creation would go beyond a count, 429001 when calls come too fast, 429 when a new registration record would.
/// </summary>
public sealed record InstanceQuotas
{
    /// <summary>No limit at all: what a self-hosted instance starts with.</summary>
    public static InstanceQuotas Unlimited { get; } = new();

    /// <summary>The numbers of the original service, exactly.</summary>
    public static InstanceQuotas Azure { get; } = new()
    {
        IndividualEnrollments = 1_000_000,
        X509Groups = 100,
        SymmetricKeyGroups = 100,
        Registrations = 1_000_000,
        CaCertificates = 25,
        LinkedHubs = 50,
        ServiceOperations = new RateLimit(1000, TimeSpan.FromMinutes(1)),
        DeviceRegistrations = new RateLimit(1000, TimeSpan.FromMinutes(1)),
        DevicePolls = new RateLimit(5, TimeSpan.FromSeconds(10)),
    };

    /// <summary>Most individual enrollments.</summary>
    public long? IndividualEnrollments { get; init; }

    /// <summary>Most enrollment groups with X.509 attestation.</summary>
    public long? X509Groups { get; init; }

    /// <summary>Most enrollment groups with symmetric key attestation.</summary>
    public long? SymmetricKeyGroups { get; init; }

    /// <summary>Most registration records; those of deleted groups count.</summary>
    public long? Registrations { get; init; }

    /// <summary>Most CA certificates; the server's own limit holds as well.</summary>
    public long? CaCertificates { get; init; }

    /// <summary>Most linked hubs; the server's own limit holds as well.</summary>
    public long? LinkedHubs { get; init; }

    /// <summary>Calls of the service API, all operations of the instance together.</summary>
    public RateLimit? ServiceOperations { get; init; }

    /// <summary>Device registrations and status lookups of the instance.</summary>
    public RateLimit? DeviceRegistrations { get; init; }

    /// <summary>Operation lookups of each device.</summary>
    public RateLimit? DevicePolls { get; init; }

    /// <summary>The profile of a name, without case: <c>unlimited</c> or <c>azure</c>; null when there is none.</summary>
    public static InstanceQuotas? Profile(string name) => name.ToUpperInvariant() switch
    {
        "UNLIMITED" => Unlimited,
        "AZURE" => Azure,
        _ => null,
    };

    /// <summary>The most there may be of <paramref name="entity"/>; null is without a limit.</summary>
    public long? LimitOf(CountedEntity entity) => entity switch
    {
        CountedEntity.IndividualEnrollment => IndividualEnrollments,
        CountedEntity.X509Group => X509Groups,
        CountedEntity.SymmetricKeyGroup => SymmetricKeyGroups,
        CountedEntity.Registration => Registrations,
        CountedEntity.CaCertificate => CaCertificates,
        CountedEntity.LinkedHub => LinkedHubs,
        _ => throw new ArgumentOutOfRangeException(nameof(entity), entity, null),
    };
}
