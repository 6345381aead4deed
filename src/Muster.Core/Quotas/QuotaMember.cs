using System.Globalization;
using Muster.Core.Errors;

namespace Muster.Core.Quotas;

/// <summary>
/// One limit among the quotas of an instance: its name, its period if it is a rate, and what may be set. Configuration, audit and portal walk
/// <see cref="All"/>, so that none of them can forget a limit or allow another number.
/// </summary>
public sealed class QuotaMember
{
    private const int HighestRate = 1_000_000;

    private readonly Func<InstanceQuotas, long?> _read;
    private readonly Func<InstanceQuotas, long?, InstanceQuotas> _write;

    private QuotaMember(
        string name, TimeSpan? period, int highest, Func<InstanceQuotas, long?> read, Func<InstanceQuotas, long?, InstanceQuotas> write) =>
        (Name, Period, Highest, _read, _write) = (name, period, highest, read, write);

    /// <summary>Most registration records.</summary>
    public static QuotaMember Registrations { get; } =
        Count("registrations", static quotas => quotas.Registrations, static (quotas, limit) => quotas with { Registrations = limit });

    /// <summary>Most individual enrollments.</summary>
    public static QuotaMember IndividualEnrollments { get; } = Count(
        "individualEnrollments", static quotas => quotas.IndividualEnrollments, static (quotas, limit) => quotas with { IndividualEnrollments = limit });

    /// <summary>Most enrollment groups with X.509 attestation.</summary>
    public static QuotaMember X509Groups { get; } =
        Count("x509Groups", static quotas => quotas.X509Groups, static (quotas, limit) => quotas with { X509Groups = limit });

    /// <summary>Most enrollment groups with symmetric key attestation.</summary>
    public static QuotaMember SymmetricKeyGroups { get; } = Count(
        "symmetricKeyGroups", static quotas => quotas.SymmetricKeyGroups, static (quotas, limit) => quotas with { SymmetricKeyGroups = limit });

    /// <summary>Most CA certificates.</summary>
    public static QuotaMember CaCertificates { get; } =
        Count("caCertificates", static quotas => quotas.CaCertificates, static (quotas, limit) => quotas with { CaCertificates = limit });

    /// <summary>Most linked hubs.</summary>
    public static QuotaMember LinkedHubs { get; } =
        Count("linkedHubs", static quotas => quotas.LinkedHubs, static (quotas, limit) => quotas with { LinkedHubs = limit });

    /// <summary>Calls of the service API in a minute.</summary>
    public static QuotaMember ServiceOperations { get; } = Rate(
        "serviceOperations", TimeSpan.FromMinutes(1), static quotas => quotas.ServiceOperations, static (quotas, rate) => quotas with { ServiceOperations = rate });

    /// <summary>Registrations and status lookups of devices in a minute.</summary>
    public static QuotaMember DeviceRegistrations { get; } = Rate(
        "deviceRegistrations", TimeSpan.FromMinutes(1), static quotas => quotas.DeviceRegistrations,
        static (quotas, rate) => quotas with { DeviceRegistrations = rate });

    /// <summary>Operation lookups of each device in ten seconds.</summary>
    public static QuotaMember DevicePolls { get; } = Rate(
        "devicePolls", TimeSpan.FromSeconds(10), static quotas => quotas.DevicePolls, static (quotas, rate) => quotas with { DevicePolls = rate });

    /// <summary>All of them: counts, then rates.</summary>
    public static IReadOnlyList<QuotaMember> All { get; } =
    [
        Registrations, IndividualEnrollments, X509Groups, SymmetricKeyGroups, CaCertificates, LinkedHubs,
        ServiceOperations, DeviceRegistrations, DevicePolls,
    ];

    /// <summary>The member, in camel case.</summary>
    public string Name { get; }

    /// <summary>In how much time so many calls may come; null where things are counted, not calls.</summary>
    public TimeSpan? Period { get; }

    /// <summary>The highest limit that may be set; the lowest is 1.</summary>
    public int Highest { get; }

    /// <summary>The limit; null is no limit.</summary>
    public long? Of(InstanceQuotas quotas) => _read(quotas);

    /// <summary>The same quotas with another limit.</summary>
    /// <param name="quotas">The quotas.</param>
    /// <param name="limit">The limit, from 1 to <see cref="Highest"/>; null is no limit.</param>
    public InstanceQuotas With(InstanceQuotas quotas, long? limit) => _write(quotas, limit);

    /// <summary>Why a limit cannot be set; null when it can.</summary>
    public Refusal? Check(long? limit) => limit is null || (limit >= 1 && limit <= Highest)
        ? null
        : Refusals.InvalidMember(
            Name, string.Create(CultureInfo.InvariantCulture, $"a limit is a whole number from 1 to {Highest:N0}, or empty for no limit."));

    private static QuotaMember Count(string name, Func<InstanceQuotas, long?> read, Func<InstanceQuotas, long?, InstanceQuotas> write) =>
        new(name, period: null, int.MaxValue, read, write);

    private static QuotaMember Rate(
        string name, TimeSpan period, Func<InstanceQuotas, RateLimit?> read, Func<InstanceQuotas, RateLimit?, InstanceQuotas> write) =>
        new(name, period, HighestRate, quotas => read(quotas)?.Calls,
            (quotas, calls) => write(quotas, calls is { } number ? new RateLimit(checked((int)number), period) : null));
}
