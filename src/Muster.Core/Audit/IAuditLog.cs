namespace Muster.Core.Audit;

/// <summary>
/// Reads audit entries. They are written by <see cref="Store.AppendAuditEntry"/> in the commit of the change they tell of, so that
/// neither stands without the other; the store keeps the newest up to its limit.
/// </summary>
public interface IAuditLog
{
    /// <summary>Entries of an instance, newest first.</summary>
    Task<IReadOnlyList<AuditRecord>> ListAsync(string instanceName, AuditFilter filter, CancellationToken cancellationToken);
}
