using Muster.Core.Audit;
using Muster.Core.Errors;
using Muster.Core.Instances;

namespace Muster.Core.Quotas;

/// <summary>Changes what an instance may hold and how fast it may be called, where the configuration leaves that open (portal P16).</summary>
/// <param name="instances">Writes instances, with their audit entries.</param>
/// <param name="configured">Where the configuration decides.</param>
public sealed class QuotaService(InstanceService instances, ConfiguredQuotas configured)
{
    /// <summary>Why quotas of an instance cannot be changed here; null where they can.</summary>
    public string? WhyFixed(string instance) => configured.KeyOf(instance) is { } key
        ? $"The server's configuration sets these limits under the key {key}. Change them there and start the server anew."
        : null;

    /// <summary>
    /// Sets quotas. What an instance holds beyond a new limit stays; only more is refused.
    /// </summary>
    /// <param name="caller">Who asks, for the audit entry.</param>
    /// <param name="instance">The instance.</param>
    /// <param name="ifQuotas">The quotas that the instance must have; null overwrites whatever is there.</param>
    /// <param name="quotas">The new ones.</param>
    /// <param name="cancellationToken">Gives up before the commit.</param>
    /// <returns>
    /// Null when set; 409000 where the configuration decides, 400004 for a bad number, 412001 when somebody changed them meanwhile.
    /// </returns>
    public async Task<Refusal?> SetAsync(
        AuditCaller caller, string instance, InstanceQuotas? ifQuotas, InstanceQuotas quotas, CancellationToken cancellationToken)
    {
        if (WhyFixed(instance) is { } why) return new Refusal(409000, why);
        foreach (var member in QuotaMember.All)
        {
            if (member.Check(member.Of(quotas)) is { } wrong) return wrong;
        }

        return await instances.SetQuotasAsync(caller, instance, quotas, ifQuotas, cancellationToken);
    }
}
