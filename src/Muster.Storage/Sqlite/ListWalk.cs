using Dapper;
using Muster.Core.Store;

namespace Muster.Storage.Sqlite;

/// <summary>How a list is walked: its order, and where its page begins. Constants only; values travel as parameters.</summary>
internal sealed class ListWalk
{
    /// <summary>The time of the last write of a row, word for word as the indexes have it.</summary>
    public const string Updated = "json_extract(CAST(document AS TEXT), '$.lastUpdatedUtc')";

    /// <summary>What a page's cursor is read from; both orders have the same cursor.</summary>
    public const string CursorColumn = $"{Updated} || '|' || key AS cursor";

    private const char Separator = '|';

    /// <summary>Adds the values of the cursor to those of the query.</summary>
    public ListWalk(ListOrder order, string? after, DynamicParameters values)
    {
        IsByTime = order is ListOrder.LastUpdated or ListOrder.LastUpdatedDescending;
        IsDescending = order is ListOrder.IdDescending or ListOrder.LastUpdatedDescending;
        if (after is null) return;
        var cut = after.IndexOf(Separator, StringComparison.Ordinal);
        values.Add("afterKey", after[(cut + 1)..]);
        values.Add("afterTime", after[..Math.Max(cut, 0)]);
        var direction = IsDescending ? '<' : '>';
        Cursor = IsByTime ? $" AND ({Updated}, key) {direction} (@afterTime, @afterKey)" : $" AND key {direction} @afterKey";
    }

    /// <summary>Whether rows come by the time of their last write and not by ID.</summary>
    public bool IsByTime { get; }

    /// <summary>Whether the order is turned round.</summary>
    public bool IsDescending { get; }

    /// <summary>The condition that the page begins after the cursor; nothing for the first page.</summary>
    public string Cursor { get; } = "";

    /// <summary>What to order by, so that an index of that order is walked.</summary>
    public string Order => (IsByTime, IsDescending) switch
    {
        (false, false) => "key",
        (false, true) => "key DESC",
        (true, false) => $"{Updated}, key",
        (true, true) => $"{Updated} DESC, key DESC",
    };

    /// <summary>What to order by where the rows are few, so that they are found by their filters and sorted.</summary>
    public string SortedOrder => IsByTime ? "+" + Order : Order;
}
