using Muster.Core.Certificates;
using Muster.Core.Enrollments;

namespace Muster.Storage.Sqlite;

/// <summary>Statements over the ends of enrollments' certificates.</summary>
internal static class EnrolledCertificateSql
{
    public static List<ExpiringCertificate> ListExpiring(SqliteSession session, string instanceName, DateTimeOffset until, int limit) =>
        session.Rows(
            """
            SELECT c.kind, e.id, c.sha256, c.not_after
            FROM enrollment_certificates AS c
            JOIN enrollments AS e ON e.instance = c.instance AND e.kind = c.kind AND e.key = c.key
            WHERE c.instance = ?1 AND c.not_after <= ?2 ORDER BY c.not_after, c.sha256 LIMIT ?3
            """,
            static row => new ExpiringCertificate(
                row.GetString(0) == ColumnText.Of(EnrollmentKind.Group) ? EnrollmentKind.Group : EnrollmentKind.Individual,
                row.GetString(1),
                row.GetString(2),
                new DateTimeOffset(row.GetInt64(3), TimeSpan.Zero)),
            ColumnText.Key(instanceName), until.UtcTicks, limit);

    public static long CountExpiring(SqliteSession session, string instanceName, DateTimeOffset until) => (long)session.Scalar(
        "SELECT count(*) FROM enrollment_certificates WHERE instance = ?1 AND not_after <= ?2",
        ColumnText.Key(instanceName), until.UtcTicks)!;
}
