using Microsoft.Data.Sqlite;
using Muster.Core.Queries;
using Muster.Storage.Sqlite;

namespace Muster.Storage.Tests.Sqlite;

/// <summary>Which index serves a query. A page must never be cut off a sorted list of all matches.</summary>
public sealed class SqliteQueryPlanTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("", "(instance=? AND kind=? AND key>?)")]
    [InlineData("where provisioningStatus = 'disabled'", "enrollments_disabled")]
    [InlineData("where attestation.type = 'tpm'", "enrollments_by_attestation")]
    [InlineData("where deviceId = 'x'", "enrollments_by_device")]
    [InlineData("where startswith(registrationId, 'x')", "(instance=? AND kind=? AND key>? AND key<?)")]
    [InlineData("where provisioningStatus = 'disabled' or attestation.type = 'tpm'", "(instance=? AND kind=? AND key>?)")]
    [InlineData("where createdDateTimeUtc > '2020-01-01'", "(instance=? AND kind=? AND key>?)")]
    [InlineData("order by createdDateTimeUtc", "enrollments_by_creation")]
    [InlineData("where createdDateTimeUtc > '2020-01-01' order by createdDateTimeUtc desc", "enrollments_by_creation")]
    [InlineData("order by lastUpdatedDateTimeUtc desc", "enrollments_by_update")]
    [InlineData("where initialTwin.tags.a = 'x'", "(instance=? AND kind=? AND key>?)")]
    public async Task Query_uses_an_index(string rest, string expected)
    {
        var path = _folder.File("muster.db");
        await using var store = await SqliteTestStore.OpenAsync(SqliteTestStore.Options(path));
        await using var connection = new SqliteConnection($"Data Source={path};Mode=ReadOnly;Pooling=False");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
        command.Parameters.AddWithValue("@instance", "default");
        command.Parameters.AddWithValue("@kind", "individual");
        var query = QueryParser.TryParse(QuerySubject.Enrollments, "select * " + rest)!;
        object? sort = rest.Contains("order by created", StringComparison.Ordinal) ? 5L
            : rest.Contains("order by last", StringComparison.Ordinal) ? "2026"
            : null;
        QuerySql.Fill(command, QuerySubject.Enrollments, "instance = @instance AND kind = @kind", query, new QueryPosition("a", sort), 101);
#pragma warning disable CA2100 // The text is the product's own.
        command.CommandText = "EXPLAIN QUERY PLAN " + command.CommandText;
#pragma warning restore CA2100
        var plan = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        while (await reader.ReadAsync(TestContext.Current.CancellationToken)) plan.Add(reader.GetString(3));

        Assert.Contains(plan, line => line.Contains(expected, StringComparison.Ordinal));
        if (expected != "enrollments_by_device") Assert.DoesNotContain(plan, line => line.Contains("TEMP B-TREE", StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Dispose();
}
