using System.Globalization;
using Muster.Core.Audit;
using Muster.Core.Errors;
using Muster.Core.Instances;

namespace Muster.Core.Quotas;

/// <summary>Changes what an instance may hold and how fast it may be called (portal P16).</summary>
/// <param name="instances">Writes instances, with their audit entries.</param>
/// <param name="configured">Where the configuration decides.</param>
public sealed class QuotaService(InstanceService instances, ConfiguredQuotas configured)
{
    /// <summary>The highest limit of a count.</summary>
    public const long MaxCount = int.MaxValue;

    /// <summary>The highest limit of a rate.</summary>
    public const int MaxCalls = 1_000_000;

    /// <summary>Why quotas of an instance cannot be changed here; null where they can.</summary>
    public string? WhyFixed(string instance) => configured.KeyOf(instance) is { } key
        ? $"The server's configuration sets these limits under the key {key}. Change them there and start the server anew."
        : null;

    /// <summary>Everything that is wrong with quotas, by member.</summary>
    public static IReadOnlyList<Refusal> Check(InstanceQuotas quotas)
    {
        var found = new List<Refusal>();
        Count("individualEnrollments", quotas.IndividualEnrollments);
        Count("x509Groups", quotas.X509Groups);
        Count("symmetricKeyGroups", quotas.SymmetricKeyGroups);
        Count("registrations", quotas.Registrations);
        Count("caCertificates", quotas.CaCertificates);
        Count("linkedHubs", quotas.LinkedHubs);
        Rate("serviceOperations", quotas.ServiceOperations);
        Rate("deviceRegistrations", quotas.DeviceRegistrations);
        Rate("devicePolls", quotas.DevicePolls);
        return found;

        void Count(string member, long? limit) => Within(member, limit, MaxCount);

        void Rate(string member, RateLimit? limit) => Within(member, limit?.Calls, MaxCalls);

        void Within(string member, long? limit, long most)
        {
            if (limit is null || (limit >= 1 && limit <= most)) return;
            var detail = string.Create(CultureInfo.InvariantCulture, $"a limit is a whole number from 1 to {most:N0}, or empty for no limit.");
            found.Add(Refusals.InvalidMember(member, detail));
        }
    }

    /// <summary>
    /// Sets quotas. What an instance holds beyond a new limit stays; only more is refused.
    /// </summary>
    /// <param name="caller">Who asks, for the audit entry.</param>
    /// <param name="instance">The instance.</param>
    /// <param name="read">The quotas that the caller saw; null overwrites whatever is there.</param>
    /// <param name="quotas">The new ones.</param>
    /// <param name="cancellationToken">Gives up before the commit.</param>
    /// <returns>
    /// Null when set; 409000 where the configuration decides, 400004 for a bad number, 412001 when somebody changed them meanwhile.
    /// </returns>
    public async Task<Refusal?> SetAsync(
        AuditCaller caller, string instance, InstanceQuotas? read, InstanceQuotas quotas, CancellationToken cancellationToken)
    {
        if (WhyFixed(instance) is { } why) return new Refusal(409000, why);
        if (Check(quotas) is [var wrong, ..]) return wrong;
        return await instances.ChangeAsync(
            caller,
            instance,
            found => read is not null && read != (found.Quotas ?? InstanceQuotas.Unlimited)
                ? Refusals.ETagMismatch
                : found with { Quotas = quotas == InstanceQuotas.Unlimited ? null : quotas },
            cancellationToken);
    }
}
