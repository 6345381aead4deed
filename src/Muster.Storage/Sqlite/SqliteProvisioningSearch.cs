using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Dapper;
using Muster.Core.Attestation;
using Muster.Core.Enrollments;
using Muster.Core.Quotas;
using Muster.Core.Registration;
using Muster.Core.Store;
using Muster.Storage.Documents;

namespace Muster.Storage.Sqlite;

/// <summary>
/// Searches over the same database as the provisioning store. Conditions are put together from constants; values travel as parameters.
/// Safe for use by many threads.
/// </summary>
/// <param name="database">The database; this search does not close it.</param>
public sealed class SqliteProvisioningSearch(SqliteDatabase database) : IProvisioningSearch
{
    private const string Updated = ListWalk.Updated;
    private const string Status = "json_extract(CAST(document AS TEXT), '$.provisioningStatus')";
    private const string Policy = "ifnull(json_extract(CAST(document AS TEXT), '$.allocationPolicy'), '')";
    private const string Edge = "ifnull(json_extract(CAST(document AS TEXT), '$.capabilities.iotEdge'), 0)";
    private const string ErrorCode = "json_extract(CAST(document AS TEXT), '$.errorCode')";
    private const string Substatus = "json_extract(CAST(document AS TEXT), '$.substatus')";

    /// <summary>How many rows are sorted by ID; where more were written since a time, walking the IDs finds a page sooner.</summary>
    private const int MaxSorted = 20_000;

    private const string Scope = "instance = @instance AND kind = @kind";
    private const string Hub = "json_extract(CAST(document AS TEXT), '$.assignment.hubHostName')";

    private readonly SqliteReadPool _readers = database.Readers;
    private readonly DocumentSerializer _documents = new(database.Protector);

    /// <inheritdoc/>
    public Task<SearchPage<Enrollment>> SearchEnrollmentsAsync(
        string instanceName, EnrollmentFilter filter, CancellationToken cancellationToken)
    {
        Check(filter.Limit);
        var (values, filters, text) = Conditions(instanceName, filter);
        var walk = new ListWalk(filter.Order, filter.After, values);
        var (byTime, isDescending, cursor, order) = (walk.IsByTime, walk.IsDescending, walk.Cursor, walk.Order);
        values.Add("limit", filter.Limit + 1);
        if (filter.UpdatedSinceUtc is not null) filters += byTime ? $" AND {Updated} >= @since" : $" AND +{Updated} >= @since";
        var conditions = text is not null
            ? text.Conditions(cursor, byTime ? null : isDescending, () => Count(TextSearch.CountCandidates, values))
            : byTime ? [Scope] : [ById("enrollments", Scope, "+instance = @instance AND +kind = @kind", values, filter.UpdatedSinceUtc)];
        return cancellationToken.IsCancellationRequested
            ? Task.FromCanceled<SearchPage<Enrollment>>(cancellationToken)
            : Task.FromResult(FirstFull());

        // The inner query reads indexes alone as far as it can; documents are fetched for the page only.
        SearchPage<Enrollment> FirstFull()
        {
            var page = new SearchPage<Enrollment>([], null);
            foreach (var condition in conditions)
            {
                page = Read(
                    $"SELECT document, {ListWalk.CursorColumn} FROM enrollments WHERE rowid IN "
                    + $"(SELECT rowid FROM enrollments WHERE {condition}{filters}{cursor} ORDER BY {order} LIMIT @limit) ORDER BY {order}",
                    values, filter.Limit, _documents.Enrollment);
                if (page.Next is not null) break;
            }

            return page;
        }
    }

    /// <inheritdoc/>
    public Task<long> CountEnrollmentsAsync(
        string instanceName, EnrollmentFilter filter, long cap, CancellationToken cancellationToken)
    {
        var (values, filters, text) = Conditions(instanceName, filter);
        values.Add("cap", cap);
        var where = text?.ForCount(() => Count(TextSearch.CountCandidates, values)) ?? Scope;
        if (filter.UpdatedSinceUtc is not null) filters += text is null ? $" AND {Updated} >= @since" : $" AND +{Updated} >= @since";

        // In the order of IDs, so that the index of a filter is walked and not another one with each document read.
        var order = text is null && filter.UpdatedSinceUtc is null ? " ORDER BY key" : "";
        return Number($"SELECT COUNT(*) FROM (SELECT 1 FROM enrollments WHERE {where}{filters}{order} LIMIT @cap)", values, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<long> CountEnrollmentsAsync(
        string instanceName, EnrollmentKind kind, AttestationType type, CancellationToken cancellationToken)
    {
        var values = new DynamicParameters(
            new { instance = ColumnText.Key(instanceName), kind = ColumnText.Of(kind), type = ColumnText.Of(type) });
        return Number(
            "SELECT COUNT(*) FROM enrollments WHERE instance = @instance AND kind = @kind AND attestation_type = @type",
            values, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<Enrollment?> FindEnrollmentByCertificateAsync(
        string instanceName, string sha256Thumbprint, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<Enrollment?>(cancellationToken);
        var document = _readers.Read(
            (Instance: ColumnText.Key(instanceName), Sha256: sha256Thumbprint.ToUpperInvariant()),
            static (session, key) => session.Document(
                """
                SELECT document FROM enrollment_certificates AS held JOIN enrollments USING (instance, kind, key)
                WHERE held.instance = ?1 AND held.sha256 = ?2
                """,
                key.Instance, key.Sha256));
        return Task.FromResult(document is null ? null : JsonSerializer.Deserialize(document, _documents.Enrollment));
    }

    /// <inheritdoc/>
    public Task<SearchPage<RegistrationRecord>> SearchRegistrationsAsync(
        string instanceName, RegistrationFilter filter, CancellationToken cancellationToken)
    {
        Check(filter.Limit);
        var (filters, values) = Conditions(instanceName, filter);
        var walk = new ListWalk(filter.Order, filter.After, values);
        values.Add("limit", filter.Limit + 1);
        var sql = $"SELECT document, {ListWalk.CursorColumn} FROM {RecordRows(filter, filters, walk, values)} LIMIT @limit";
        return Page(sql, values, filter.Limit, _documents.Registration, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<long> CountRegistrationsAsync(string instanceName, RegistrationFilter filter, long cap, CancellationToken cancellationToken)
    {
        var (filters, values) = Conditions(instanceName, filter);
        var where = "instance = @instance" + filters + (filter.UpdatedSinceUtc is null ? "" : $" AND {Updated} >= @since");
        values.Add("cap", cap);
        return Number($"SELECT COUNT(*) FROM (SELECT 1 FROM registrations WHERE {where} LIMIT @cap)", values, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<DailyCount>> ListRecordCreationsAsync(
        string instanceName, DateOnly from, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested
            ? Task.FromCanceled<IReadOnlyList<DailyCount>>(cancellationToken)
            : Task.FromResult(_readers.Read(
                (instanceName, from), static (session, key) => UsageSql.ListCreations(session, key.instanceName, key.from)));

    /// <inheritdoc/>
    public Task<IReadOnlyList<DailyCount>> ListEnrollmentCreationsAsync(
        string instanceName, EnrollmentKind kind, AttestationType? type, DateOnly from, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested
            ? Task.FromCanceled<IReadOnlyList<DailyCount>>(cancellationToken)
            : Task.FromResult(_readers.Read(
                (instanceName, kind, type, from),
                static (session, key) => EnrollmentSql.ListCreations(session, key.instanceName, key.kind, key.type, key.from)));

    private static (DynamicParameters Values, string Filters, TextSearch? Text) Conditions(string instanceName, EnrollmentFilter filter)
    {
        var where = new StringBuilder();
        var values = new DynamicParameters(new { instance = ColumnText.Key(instanceName), kind = ColumnText.Of(filter.Kind) });
        var text = filter.Text is { Length: > 0 } wanted ? new TextSearch(ColumnText.Key(wanted), values) : null;
        if (filter.Attestation is { } type)
        {
            values.Add("type", ColumnText.Of(type));
            where.Append(" AND attestation_type = @type");
        }

        if (filter.Status is { } status)
            where.Append(status == ProvisioningStatus.Disabled ? $" AND {Status} = 'disabled'" : $" AND {Status} IS NOT 'disabled'");

        if (filter.Policy is not null || filter.OnlyDefaultPolicy)
        {
            values.Add("policy", filter.Policy is { } own ? JsonNamingPolicy.CamelCase.ConvertName(own.ToString()) : "");
            where.Append($" AND {Policy} = @policy");
            if (filter.Policy is not null) where.Append($" AND {Policy} <> ''");
        }

        // A number and no parameter, so that the index of those with Edge is seen to fit.
        if (filter.IotEdge is { } edge) where.Append(edge ? $" AND {Edge} = 1" : $" AND {Edge} = 0");
        AddSince(values, filter.UpdatedSinceUtc);
        if (filter.HubHostName is { } hub)
        {
            values.Add("hub", hub.ToLowerInvariant());
            where.Append(" AND (EXISTS (SELECT 1 FROM json_each(CAST(document AS TEXT), '$.iotHubs') WHERE lower(value) = @hub)")
                .Append(" OR lower(json_extract(CAST(document AS TEXT), '$.iotHubHostName')) = @hub)");
        }

        return (values, where.ToString(), text);
    }

    private static (string Where, DynamicParameters Values) Conditions(string instanceName, RegistrationFilter filter)
    {
        var where = new StringBuilder();
        var values = new DynamicParameters(new { instance = ColumnText.Key(instanceName) });
        if (filter.EnrollmentGroupId is { } group)
        {
            values.Add("group", ColumnText.Key(group));
            where.Append(" AND enrollment_kind = 'group' AND enrollment_key = @group");
        }

        if (filter.EnrollmentId is { } enrollment)
        {
            // The registration ID of an individual enrollment's only device is the enrollment's ID.
            values.Add("enrollment", ColumnText.Key(enrollment));
            where.Append(" AND (enrollment_kind = 'group' AND enrollment_key = @enrollment")
                .Append(" OR enrollment_kind = 'individual' AND key = @enrollment)");
        }

        if (filter.Substatus is { } substatus)
        {
            values.Add("substatus", JsonNamingPolicy.CamelCase.ConvertName(substatus.ToString()));
            where.Append($" AND {Substatus} = @substatus");
            if (substatus != RegistrationSubstatus.InitialAssignment) where.Append($" AND {Substatus} <> 'initialAssignment'");
        }

        if (filter.ErrorCode is { } code)
        {
            values.Add("code", code);
            where.Append($" AND {ErrorCode} = @code");
        }

        AddSince(values, filter.UpdatedSinceUtc);
        if (filter.Text is { Length: > 0 } text)
        {
            values.Add("text", ColumnText.Key(text));
            where.Append(" AND instr(key, @text) > 0");
        }

        if (filter.Status is { } status)
        {
            values.Add("status", ColumnText.Of(status));
            where.Append(" AND status = @status");
        }

        if (filter.HubHostName is { } hub)
        {
            values.Add("hub", hub.ToLowerInvariant());
            where.Append($" AND lower({Hub}) = @hub");
        }

        if (filter.OnlyOrphaned)
        {
            where.Append(" AND NOT EXISTS (SELECT 1 FROM enrollments AS source WHERE source.instance = registrations.instance")
                .Append(" AND source.kind = registrations.enrollment_kind AND source.key = registrations.enrollment_key)");
        }

        return (where.ToString(), values);
    }

    // Times of documents have a fraction of any length and end with the offset of UTC, so this text sorts before those of its second.
    private static void AddSince(DynamicParameters values, DateTimeOffset? since)
    {
        if (since is { } time) values.Add("since", time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture));
    }

    /// <summary>
    /// The records of a list and their order. By time an index of times is walked, unless the filters leave few: those are found first.
    /// </summary>
    private string RecordRows(RegistrationFilter filter, string filters, ListWalk walk, DynamicParameters values)
    {
        const string Instance = "instance = @instance";
        if (!walk.IsByTime)
        {
            var since = filter.UpdatedSinceUtc is null ? "" : $" AND +{Updated} >= @since";
            var byId = ById("registrations", Instance, "+" + Instance, values, filter.UpdatedSinceUtc);
            return $"registrations WHERE {byId}{filters}{since}{walk.Cursor} ORDER BY {walk.Order}";
        }

        var where = Instance + filters + (filter.UpdatedSinceUtc is null ? "" : $" AND {Updated} >= @since");
        var isMany = filters.Length == 0
            || Count($"SELECT COUNT(*) FROM (SELECT 1 FROM registrations WHERE {where} LIMIT {MaxSorted + 1})", values) > MaxSorted;
        return isMany
            ? $"registrations INDEXED BY registrations_by_update WHERE {where}{walk.Cursor} ORDER BY {walk.Order}"
            : $"registrations WHERE {where}{walk.Cursor} ORDER BY {walk.SortedOrder}";
    }

    /// <summary>How rows are found in the order of their IDs: by the index of times where it names few, else by walking the IDs.</summary>
    private string ById(string table, string walk, string sorted, DynamicParameters values, DateTimeOffset? since)
    {
        if (since is null) return walk;
        var recent = $"SELECT rowid FROM {table} WHERE {walk} AND {Updated} >= @since";
        var isMany = Count($"SELECT COUNT(*) FROM ({recent} LIMIT {MaxSorted + 1})", values) > MaxSorted;
        return isMany ? walk : $"{sorted} AND rowid IN ({recent})";
    }

    private static void Check(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1000);
    }

    private Task<long> Number(string sql, DynamicParameters values, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested
            ? Task.FromCanceled<long>(cancellationToken)
            : Task.FromResult(Count(sql, values));

    private long Count(string sql, DynamicParameters values) =>
        _readers.Read((sql, values), static (session, query) => session.Connection.ExecuteScalar<long>(query.sql, query.values));

    private Task<SearchPage<T>> Page<T>(
        string sql, DynamicParameters values, int limit, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        return cancellationToken.IsCancellationRequested
            ? Task.FromCanceled<SearchPage<T>>(cancellationToken)
            : Task.FromResult(Read(sql, values, limit, type));
    }

    private SearchPage<T> Read<T>(string sql, DynamicParameters values, int limit, JsonTypeInfo<T> type)
        where T : class
    {
        var rows = _readers.Read((sql, values), static (session, query) =>
            session.Connection.Query<(byte[] Document, string Cursor)>(query.sql, query.values).AsList());
        var items = rows.Take(limit)
            .Select(row => JsonSerializer.Deserialize(row.Document, type)
                ?? throw new JsonException("A stored document is null: the database is damaged."))
            .ToList();
        return new SearchPage<T>(items, rows.Count > limit ? rows[limit - 1].Cursor : null);
    }
}
