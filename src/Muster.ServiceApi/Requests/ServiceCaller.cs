using Muster.Core.Audit;

namespace Muster.ServiceApi.Requests;

/// <summary>Who makes a request, after the gate let it in for its main action.</summary>
/// <param name="Audit">The name that audit entries give it.</param>
/// <param name="Actions">The data actions of a directory token; null for a shared access policy, whose rights are coarser.</param>
internal sealed record ServiceCaller(AuditCaller Audit, IReadOnlySet<string>? Actions)
{
    /// <summary>Whether the caller may perform a further data action in the course of the request.</summary>
    public bool Allows(string action) => Actions is null || Actions.Contains(action);
}
