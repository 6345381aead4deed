using Muster.Core.Store;

namespace Muster.Portal.Frame;

/// <summary>How heads of columns and addresses name the order of a list.</summary>
internal static class ListSort
{
    /// <summary>The order that an address names; by ID for any other text.</summary>
    public static ListOrder Of(string? address) => Enum.TryParse<ListOrder>(address, out var order) && Enum.IsDefined(order) ? order : ListOrder.Id;

    /// <summary>How the column of IDs is sorted, as "aria-sort" says it; null where another column is.</summary>
    public static string? ById(ListOrder order) => order switch
    {
        ListOrder.Id => "ascending",
        ListOrder.IdDescending => "descending",
        _ => null,
    };

    /// <summary>How the column of times is sorted, as "aria-sort" says it; null where another column is.</summary>
    public static string? ByTime(ListOrder order) => order switch
    {
        ListOrder.LastUpdated => "ascending",
        ListOrder.LastUpdatedDescending => "descending",
        _ => null,
    };

    /// <summary>What the address says once the head of the IDs was pressed; null for the order at first.</summary>
    public static string? NextById(ListOrder order) => order == ListOrder.Id ? nameof(ListOrder.IdDescending) : null;

    /// <summary>What the address says once the head of the times was pressed: the newest first, then the oldest.</summary>
    public static string NextByTime(ListOrder order) =>
        order == ListOrder.LastUpdatedDescending ? nameof(ListOrder.LastUpdated) : nameof(ListOrder.LastUpdatedDescending);
}
