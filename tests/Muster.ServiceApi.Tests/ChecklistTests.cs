using System.Globalization;
using System.Text.RegularExpressions;

namespace Muster.ServiceApi.Tests;

/// <summary>The list in README.md that says where each row of the checklist holds: it is whole, and it names tests that exist.</summary>
public sealed partial class ChecklistTests
{
    private const int Rows = 119;

    private static readonly string Tests = Path.Combine(RepositoryRoot(), "tests");

    [Fact]
    public async Task Every_row_names_tests_that_exist()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Tests, "Muster.ServiceApi.Tests", "README.md"), TestContext.Current.CancellationToken);
        var rows = Row().Matches(text);
        Assert.Equal(Enumerable.Range(1, Rows), rows.Select(row => int.Parse(row.Groups["row"].Value, CultureInfo.InvariantCulture)));
        foreach (Match row in rows)
        {
            var named = Test().Matches(row.Groups["where"].Value);
            Assert.NotEmpty(named);
            foreach (Match test in named)
            {
                // A class of another project stands behind its folder.
                var (folder, type, method) = (test.Groups["folder"].Value, test.Groups["class"].Value, test.Groups["method"].Value);
                var exists = folder.Length == 0
                    ? GetType().Assembly.GetType($"Muster.ServiceApi.Tests.{type}")?.GetMethod(method) is not null
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

    [GeneratedRegex(@"^\| (?<row>\d+) \| (?<where>.+) \|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Row();

    [GeneratedRegex(@"`((?<folder>[\w./]+)/)?(?<class>\w+)\.(?<method>\w+)`", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Test();
}
