using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Muster.Core.Enrollments;
using Muster.Storage.Documents;
using Muster.Storage.Sqlite;
using Muster.Storage.Tests.Conformance;

namespace Muster.Storage.Tests.Sqlite;

/// <summary>What the second script makes of enrollments that the first one's version wrote.</summary>
public sealed class CertificateEndMigrationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string DatabasePath => _folder.File("muster.db");

    [Fact]
    public async Task Ends_of_certificates_are_filled_from_the_documents()
    {
        await using (var old = await SqliteDatabase.OpenAsync(
            SqliteTestStore.Options(DatabasePath), [SqliteMigrations.Embedded[0]], TimeProvider.System, NullLoggerFactory.Instance, default))
        {
            var enrollment = Samples.Individual("Dev", attestation: Samples.Certificates('A', 'b'));
            Insert(enrollment, JsonSerializer.SerializeToUtf8Bytes(enrollment, new DocumentSerializer(old.Protector).Enrollment));
        }

        await using var store = await SqliteTestStore.OpenAsync(DatabasePath);
        var ending = await store.ListExpiringEnrolledCertificatesAsync(Samples.Instance, DateTimeOffset.MaxValue, 10, default);
        var end = Samples.Certificate('A').Info.NotAfterUtc;
        Assert.Equal([new string('A', 64), new string('B', 64)], ending.Select(certificate => certificate.Sha256Thumbprint));
        Assert.All(ending, certificate => Assert.Equal(end.AddTicks(-(end.Ticks % TimeSpan.TicksPerSecond)), certificate.NotAfterUtc));
    }

    public void Dispose() => _folder.Dispose();

    private void Insert(Enrollment enrollment, byte[] document)
    {
        using var connection = new SqliteConnection($"Data Source={DatabasePath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText =
            """
            INSERT INTO enrollments (instance, kind, key, id, etag, attestation_type, created, document)
            VALUES ('default', 'individual', 'dev', $id, 'e', 'x509', 0, $document);
            INSERT INTO enrollment_certificates (instance, sha256, kind, key) VALUES ('default', $first, 'individual', 'dev');
            INSERT INTO enrollment_certificates (instance, sha256, kind, key) VALUES ('default', $second, 'individual', 'dev');
            """;
        command.Parameters.AddWithValue("$id", enrollment.Id);
        command.Parameters.AddWithValue("$document", document);
        command.Parameters.AddWithValue("$first", new string('A', 64));
        command.Parameters.AddWithValue("$second", new string('B', 64));
        command.ExecuteNonQuery();
    }
}
