using System.Text.Json;
using Muster.Core.Instances;
using Muster.Core.Store;

namespace Muster.Storage.Sqlite;

/// <summary>Statements over the last uses of keys of access policies.</summary>
internal static class PolicyKeyUseSql
{
    public static List<PolicyKeyUse> List(SqliteSession session) => session.Rows(
        "SELECT instance, policy, key, used, address FROM policy_key_uses",
        static row => new PolicyKeyUse(
            row.GetString(0), row.GetString(1), row.GetString(2), new DateTimeOffset(row.GetInt64(3), TimeSpan.Zero),
            row.GetString(4) is { Length: > 0 } address ? address : null));

    public static CommitOutcome Put(SqliteSession session, PolicyKeyUse use)
    {
        session.Execute(
            """
            INSERT INTO policy_key_uses (instance, policy, key, used, address)
            SELECT ?1, ?2, ?3, ?4, ?5 WHERE EXISTS (SELECT 1 FROM instances WHERE instance = ?1)
            ON CONFLICT (instance, policy, key) DO UPDATE SET used = excluded.used, address = excluded.address
            WHERE excluded.used > policy_key_uses.used
            """,
            ColumnText.Key(use.InstanceName), ColumnText.Key(use.PolicyName), use.KeyId, use.AtUtc.UtcTicks, use.Address ?? "");
        return CommitOutcome.Committed;
    }

    /// <summary>Forgets the keys that an instance no longer has.</summary>
    public static void KeepOnly(SqliteSession session, ProvisioningInstance instance)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            foreach (var policy in instance.AccessPolicies)
            {
                var name = ColumnText.Key(policy.Name);
                writer.WriteStringValue($"{name}/{PolicyKeyUse.IdOf(policy.Keys.Primary)}");
                writer.WriteStringValue($"{name}/{PolicyKeyUse.IdOf(policy.Keys.Secondary)}");
            }

            writer.WriteEndArray();
        }

        session.Execute(
            """
            DELETE FROM policy_key_uses
            WHERE instance = ?1 AND policy || '/' || key NOT IN (SELECT value FROM json_each(?2))
            """,
            ColumnText.Key(instance.Name), System.Text.Encoding.UTF8.GetString(buffer.ToArray()));
    }
}
