using Dapper;
using Muster.Core.Attestation;
using Muster.Core.Certificates;
using Muster.Core.Enrollments;
using Muster.Core.Quotas;
using Muster.Core.Store;

namespace Muster.Storage.Sqlite;

/// <summary>Statements over enrollments and the certificates that they claim.</summary>
internal static class EnrollmentSql
{
    public static byte[]? Find(SqliteSession session, string instanceName, EnrollmentKind kind, string id) => session.Document(
        "SELECT document FROM enrollments WHERE instance = ?1 AND kind = ?2 AND key = ?3",
        ColumnText.Key(instanceName), ColumnText.Of(kind), ColumnText.Key(id));

    public static List<byte[]> List(SqliteSession session, string instanceName, EnrollmentKind kind, string? afterId, int limit) =>
        session.Documents(
            "SELECT document FROM enrollments WHERE instance = ?1 AND kind = ?2 AND key > ?3 ORDER BY key LIMIT ?4",
            ColumnText.Key(instanceName), ColumnText.Of(kind), ColumnText.Key(afterId ?? ""), limit);

    public static List<byte[]> ListGroups(SqliteSession session, string instanceName, AttestationType type) => session.Documents(
        """
        SELECT document FROM enrollments
        WHERE instance = ?1 AND kind = 'group' AND attestation_type = ?2 ORDER BY created, key
        """,
        ColumnText.Key(instanceName), ColumnText.Of(type));

    /// <summary>Creations by day, off an index that leads with the moment: "created" holds ticks since the first day of the calendar.</summary>
    public static IReadOnlyList<DailyCount> ListCreations(
        SqliteSession session, string instanceName, EnrollmentKind kind, AttestationType? type, DateOnly from) =>
    [
        .. session.Connection.Query<(long Day, long Created)>(
            $"""
            SELECT created / {TimeSpan.TicksPerDay} AS day, COUNT(*) FROM enrollments
            WHERE instance = @instance AND kind = {(kind == EnrollmentKind.Group ? "'group'" : "'individual'")} AND created >= @from
            {(type is null ? "" : "AND attestation_type = @type")} GROUP BY day ORDER BY day
            """,
            new
            {
                instance = ColumnText.Key(instanceName),
                type = type is { } one ? ColumnText.Of(one) : null,
                from = from.DayNumber * TimeSpan.TicksPerDay,
            }).Select(row => new DailyCount(DateOnly.FromDayNumber((int)row.Day), row.Created)),
    ];

    public static CommitOutcome Put(SqliteSession session, PutEnrollment put, byte[] document)
    {
        var enrollment = put.Enrollment;
        var instance = ColumnText.Key(enrollment.InstanceName);
        var kind = ColumnText.Of(enrollment.Kind);
        var key = ColumnText.Key(enrollment.Id);
        var stored = (string?)session.Scalar(
            "SELECT etag FROM enrollments WHERE instance = ?1 AND kind = ?2 AND key = ?3", instance, kind, key);
        if (stored != put.IfETag) return CommitOutcome.Conflict;
        var certificates = Certificates(enrollment.Attestation);
        if (IsAnyTaken(session, instance, kind, key, certificates)) return CommitOutcome.CertificateInUse;

        session.Execute(
            """
            INSERT INTO enrollments (instance, kind, key, id, etag, attestation_type, created, document)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            ON CONFLICT (instance, kind, key) DO UPDATE
            SET id = ?4, etag = ?5, attestation_type = ?6, created = ?7, document = ?8
            """,
            instance, kind, key, enrollment.Id, enrollment.ETag, ColumnText.Of(enrollment.Attestation.Type),
            enrollment.CreatedUtc.UtcTicks, document);
        if (stored is not null)
        {
            session.Execute(
                "DELETE FROM enrollment_certificates WHERE instance = ?1 AND kind = ?2 AND key = ?3", instance, kind, key);
        }

        foreach (var (sha256, notAfter) in certificates)
        {
            session.Execute(
                "INSERT INTO enrollment_certificates (instance, sha256, kind, key, not_after) VALUES (?1, ?2, ?3, ?4, ?5)",
                instance, sha256, kind, key, notAfter);
        }

        return CommitOutcome.Committed;
    }

    public static CommitOutcome Delete(SqliteSession session, DeleteEnrollment delete)
    {
        var instance = ColumnText.Key(delete.InstanceName);
        var kind = ColumnText.Of(delete.Kind);
        var key = ColumnText.Key(delete.Id);
        // Its certificates go along by the foreign key.
        if (delete.IfETag is null)
        {
            session.Execute("DELETE FROM enrollments WHERE instance = ?1 AND kind = ?2 AND key = ?3", instance, kind, key);
            return CommitOutcome.Committed;
        }

        var deleted = session.Execute(
            "DELETE FROM enrollments WHERE instance = ?1 AND kind = ?2 AND key = ?3 AND etag = ?4", instance, kind, key, delete.IfETag);
        return deleted == 1 ? CommitOutcome.Committed : CommitOutcome.Conflict;
    }

    /// <summary>The thumbprints an enrollment claims, with their ends; one certificate in both slots is claimed once.</summary>
    private static (string Sha256, long NotAfter)[] Certificates(AttestationMechanism attestation)
    {
        if (attestation is not X509CertificateAttestation x509) return [];
        var primary = Claim(x509.Primary);
        var secondary = Claim(x509.Secondary);
        return (primary, secondary) switch
        {
            (null, null) => [],
            (null, { } other) => [other],
            ({ } one, null) => [one],
            ({ } one, { } other) => one.Sha256 == other.Sha256 ? [one] : [one, other],
        };

        static (string Sha256, long NotAfter)? Claim(EnrolledCertificate? certificate) =>
            certificate is null ? null : (certificate.Info.Sha256Thumbprint.ToUpperInvariant(), certificate.Info.NotAfterUtc.UtcTicks);
    }

    private static bool IsAnyTaken(SqliteSession session, string instance, string kind, string key, (string Sha256, long NotAfter)[] certificates)
    {
        foreach (var (sha256, _) in certificates)
        {
            var taken = session.Scalar(
                "SELECT 1 FROM enrollment_certificates WHERE instance = ?1 AND sha256 = ?2 AND (kind <> ?3 OR key <> ?4)",
                instance, sha256, kind, key);
            if (taken is not null) return true;
        }

        return false;
    }
}
