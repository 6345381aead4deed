using Muster.Core.Store;

namespace Muster.Storage.Sqlite;

/// <summary>Runs the changes of one commit inside the writer's transaction. Each change checks its condition before it writes.</summary>
internal static class ChangeApplier
{
    /// <summary>Applies all changes, or none when one is refused.</summary>
    public static CommitOutcome Apply(SqliteSession session, PreparedChange[] changes)
    {
        // Only a refusal after something was written has anything to undo.
        if (!CanBeRefusedLate(changes)) return ApplyInOrder(session, changes);
        session.Execute("SAVEPOINT commit_request");
        var outcome = ApplyInOrder(session, changes);
        if (outcome != CommitOutcome.Committed) session.Execute("ROLLBACK TO commit_request");
        session.Execute("RELEASE commit_request");
        return outcome;
    }

    private static bool CanBeRefusedLate(PreparedChange[] changes)
    {
        for (var i = 1; i < changes.Length; i++)
        {
            if (changes[i].CanBeRefused) return true;
        }

        return false;
    }

    private static CommitOutcome ApplyInOrder(SqliteSession session, PreparedChange[] changes)
    {
        foreach (var change in changes)
        {
            var outcome = Apply(session, change);
            if (outcome != CommitOutcome.Committed) return outcome;
        }

        return CommitOutcome.Committed;
    }

    private static CommitOutcome Apply(SqliteSession session, PreparedChange prepared) => prepared.Change switch
    {
        PutInstance put => InstanceSql.Put(session, put, prepared.Document),
        PutPolicyKeyUse put => PolicyKeyUseSql.Put(session, put.Use),
        DeleteInstance delete => InstanceSql.Delete(session, delete),
        PutEnrollment put => EnrollmentSql.Put(session, put, prepared.Document),
        DeleteEnrollment delete => EnrollmentSql.Delete(session, delete),
        PutRegistration put => RegistrationSql.Put(session, put, prepared.Document),
        DeleteRegistration delete => RegistrationSql.Delete(session, delete),
        PutLinkedHub put => LinkedHubSql.Put(session, put, prepared.Document),
        DeleteLinkedHub delete => LinkedHubSql.Delete(session, delete),
        PutCaCertificate put => CaCertificateSql.Put(session, put, prepared.Document),
        DeleteCaCertificate delete => CaCertificateSql.Delete(session, delete),
        PutHubCleanup put => HubCleanupSql.Put(session, put, prepared.Document),
        DeleteHubCleanup delete => HubCleanupSql.Delete(session, delete),
        AppendAttemptTrace append => AttemptTraceSql.Append(session, append, prepared.Document),
        ReplaceAttemptTrace replace => AttemptTraceSql.Replace(session, replace, prepared.Document),
        AppendAuditEntry append => AuditSql.Append(session, append, prepared.Document),
        AddActivity add => ActivitySql.Add(session, add),
        DropActivity drop => ActivitySql.Drop(session, drop),
        RequireQuota require => UsageSql.Require(session, require),
        _ => throw new InvalidOperationException($"The store does not know the change {prepared.Change.GetType().Name}."),
    };
}
