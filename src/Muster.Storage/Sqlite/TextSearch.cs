using Dapper;

namespace Muster.Storage.Sqlite;

/// <summary>
/// A search for text inside of enrollment IDs, device IDs and certificate subjects, by an index of three-letter pieces. Rows come in the
/// order of their IDs, so how many match decides how they are found: many by walking the IDs, few by the index.
/// </summary>
internal sealed class TextSearch
{
    /// <summary>Shorter text is looked for at the beginnings of IDs only: the index has no smaller pieces.</summary>
    public const int MinLength = 3;

    /// <summary>How many rows of the index are looked at and sorted; where there are more, walking finds a page sooner.</summary>
    private const int MaxSorted = 20_000;

    /// <summary>How many IDs are walked before the index is asked; some milliseconds.</summary>
    private const int Window = 20_000;

    /// <summary>How many rows are found by device ID, subject or thumbprint, while the IDs are walked.</summary>
    private const int MaxOthers = 5_000;

    private const string Scope = "instance = @instance AND kind = @kind";

    private const string ByThumbprint =
        "SELECT e.rowid FROM enrollment_certificates AS c CROSS JOIN enrollments AS e USING (instance, kind, key) "
        + "WHERE c.instance = @instance AND c.kind = @kind AND c.sha256 >= @print AND c.sha256 < @print || 'g'";

    // Without the plus signs the planner may walk all IDs to get them in order.
    private const string ByIndex =
        "+instance = @instance AND +kind = @kind AND rowid IN ("
        + "SELECT e.rowid FROM enrollment_ids AS hit CROSS JOIN enrollments AS e ON e.rowid = hit.rowid "
        + "WHERE enrollment_ids MATCH @match AND instr(e.key, @text) > 0 UNION ALL "
        + "SELECT e.rowid FROM enrollment_others AS hit CROSS JOIN enrollments AS e ON e.rowid = hit.rowid "
        + "WHERE enrollment_others MATCH @match AND instr(e.other_text, @text) > 0 UNION ALL " + ByThumbprint + ")";

    private static readonly string Others =
        "SELECT * FROM (SELECT e.rowid FROM enrollment_others AS hit CROSS JOIN enrollments AS e ON e.rowid = hit.rowid "
        + $"WHERE enrollment_others MATCH @match AND instr(e.other_text, @text) > 0 LIMIT {MaxOthers}) "
        + $"UNION ALL SELECT * FROM ({ByThumbprint} LIMIT {MaxOthers})";

    private static readonly string Walk = $"{Scope} AND (instr(key, @text) > 0 OR rowid IN ({Others}))";

    private readonly bool _isShort;

    /// <summary>Reads the text.</summary>
    /// <param name="text">Without case.</param>
    /// <param name="values">Receives what the conditions name.</param>
    public TextSearch(string text, DynamicParameters values)
    {
        values.Add("text", text);
        _isShort = text.Length < MinLength;
        if (_isShort)
        {
            values.Add("textEnd", text + char.MaxValue);
            return;
        }

        var pieces = string.Join(" AND ", Enumerable.Range(0, text.Length - MinLength + 1)
            .Select(start => "\"" + text.Substring(start, MinLength).Replace("\"", "\"\"", StringComparison.Ordinal) + "\"")
            .Distinct(StringComparer.Ordinal));
        values.Add("print", text.ToUpperInvariant().Replace(":", "", StringComparison.Ordinal));
        values.Add("match", pieces);
    }

    /// <summary>Counts, up to a little more than can be sorted, what the indexes say may match.</summary>
    public static string CountCandidates { get; } =
        $"SELECT (SELECT COUNT(*) FROM (SELECT 1 FROM enrollment_ids WHERE enrollment_ids MATCH @match LIMIT {MaxSorted + 1})) "
        + $"+ (SELECT COUNT(*) FROM (SELECT 1 FROM enrollment_others WHERE enrollment_others MATCH @match LIMIT {MaxSorted + 1}))";

    /// <summary>The condition to count by.</summary>
    /// <param name="count">Runs <see cref="CountCandidates"/>.</param>
    public string ForCount(Func<long> count) => _isShort ? Beginning : Last(count);

    private static string Beginning => $"{Scope} AND key >= @text AND key < @textEnd";

    /// <summary>The conditions to look by, each only where the one before did not fill the page; the last one finds everything.</summary>
    /// <param name="cursor">The condition that rows come after the cursor.</param>
    /// <param name="isDescending">Whether IDs come in descending order; null where rows come in an order that is not that of IDs.</param>
    /// <param name="count">Runs <see cref="CountCandidates"/>.</param>
    public IEnumerable<string> Conditions(string cursor, bool? isDescending, Func<long> count)
    {
        if (_isShort)
        {
            yield return Beginning;
            yield break;
        }

        if (isDescending is { } down)
        {
            var (least, end, order) = down ? (">=", "min", " DESC") : ("<=", "max", "");
            yield return $"{Walk} AND key {least} (SELECT {end}(key) FROM "
                + $"(SELECT key FROM enrollments WHERE {Scope}{cursor} ORDER BY key{order} LIMIT {Window}))";
        }

        yield return Last(count);
    }

    private static string Last(Func<long> count) => count() <= MaxSorted ? ByIndex : Walk;
}
