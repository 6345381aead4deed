using System.Text.RegularExpressions;

namespace Muster.Portal.Tests;

/// <summary>The lists in README.md that say where each row of the portal's specification holds: they are whole and name tests that exist.</summary>
public sealed partial class ChecklistTests
{
    private static readonly string Tests = Path.Combine(RepositoryRoot(), "tests");

    private static readonly string[] Rows =
    [
        .. Enumerable.Range(1, 48).Select(row => $"{row}"),
        .. Enumerable.Range(1, 25).Select(row => $"R{row}"),
        "T1", "T2", "T3", "T4a", "T4b", "T4c", "T4d",
        .. Enumerable.Range(5, 33).Select(row => $"T{row}"),
    ];

    [Fact]
    public async Task Every_row_names_tests_that_exist()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Tests, "Muster.Portal.Tests", "README.md"), TestContext.Current.CancellationToken);
        var rows = Row().Matches(text);
        Assert.Equal(Rows, rows.Select(row => row.Groups["row"].Value));
        foreach (Match row in rows)
        {
            var where = row.Groups["where"].Value;
            var named = Test().Matches(where);
            Assert.True(named.Count > 0 || Outside().IsMatch(where), $"Row {row.Groups["row"].Value} names no test.");
            foreach (Match test in named)
            {
                // A class of another project stands behind its folder.
                var (folder, type, method) = (test.Groups["folder"].Value, test.Groups["class"].Value, test.Groups["method"].Value);
                var exists = folder.Length == 0
                    ? GetType().Assembly.GetType($"Muster.Portal.Tests.{type}")?.GetMethod(method) is not null
                    : (await File.ReadAllTextAsync(Path.Combine(Tests, folder, type + ".cs"), TestContext.Current.CancellationToken))
                        .Contains($" {method}(", StringComparison.Ordinal);
                Assert.True(exists, $"Row {row.Groups["row"].Value} names {test.Value}, which does not exist.");
            }
        }
    }

    private static string RepositoryRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Muster.slnx"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }

    [GeneratedRegex(@"^\| (?<row>[RT]?\d+[a-d]?) \| (?<where>.+) \|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Row();

    [GeneratedRegex(@"`((?<folder>[\w./]+)/)?(?<class>\w+)\.(?<method>\w+)`", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Test();

    [GeneratedRegex(@"^(outside: page P\d+|measured: .+)", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Outside();
}
