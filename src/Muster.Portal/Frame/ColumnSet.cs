namespace Muster.Portal.Frame;

/// <summary>Which columns of a list show; the address of the page holds those that do not.</summary>
/// <param name="All">The titles that a person may switch off.</param>
/// <param name="Address">What the address says: titles between commas, "none" for none; null for the list as it is at first.</param>
/// <param name="HiddenAtFirst">The title that the plain address hides; null where it hides none.</param>
public sealed record ColumnSet(IReadOnlyList<string> All, string? Address, string? HiddenAtFirst = null)
{
    private const string None = "none";

    private IEnumerable<string> Hidden =>
        (Address ?? HiddenAtFirst ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Whether the list has this column and shows it.</summary>
    public bool Shows(string title) => All.Contains(title) && !Hidden.Contains(title, StringComparer.OrdinalIgnoreCase);

    /// <summary>What the address says once a column is switched on or off; null for the list as it is at first.</summary>
    public string? With(string title, bool on)
    {
        var hidden = Hidden.Where(one => one != None && one != title).ToList();
        if (!on) hidden.Add(title);
        var text = string.Join(',', hidden);
        return text == (HiddenAtFirst ?? "") ? null : hidden.Count == 0 ? None : text;
    }
}
