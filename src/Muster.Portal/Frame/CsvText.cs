namespace Muster.Portal.Frame;

/// <summary>Rows for spreadsheets.</summary>
internal static class CsvText
{
    /// <summary>One row, without its end of line.</summary>
    public static string Row(params ReadOnlySpan<string?> cells)
    {
        var row = new System.Text.StringBuilder();
        for (var i = 0; i < cells.Length; i++) row.Append(i == 0 ? "" : ",").Append(Cell(cells[i]));
        return row.ToString();
    }

    // A cell that begins like a formula would be run by a spreadsheet.
    private static string Cell(string? text)
    {
        text ??= "";
        if (text.Length > 0 && "=+-@\t\r".Contains(text[0], StringComparison.Ordinal)) text = "'" + text;
        return text.AsSpan().IndexOfAny(",\"\n\r") >= 0 ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }
}
