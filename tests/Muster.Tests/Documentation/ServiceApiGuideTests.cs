using System.Text;
using System.Text.RegularExpressions;
using Muster.Composition;

namespace Muster.Tests.Documentation;

/// <summary>Runs the examples of <c>docs/service-api.md</c> against a fresh server and compares what comes with what is written.</summary>
public sealed partial class ServiceApiGuideTests
{
    private const string Marker = "@@@@@@";

    private static readonly string Docs = Path.Combine(RepositoryRoot(), "docs");

    [Fact]
    public async Task Every_example_answers_as_the_guide_says()
    {
        await using var server = await RunningServer.StartAsync(new ProvisioningParts());
        using var folder = new TemporaryFolder();
        Directory.CreateSymbolicLink(Path.Combine(folder.Path, "data"), server.Folder.Path);
        var examples = Examples(await File.ReadAllTextAsync(Path.Combine(Docs, "service-api.md"), TestContext.Current.CancellationToken));
        Assert.True(examples.Count > 20, $"{examples.Count} examples");

        var script = new StringBuilder($"set -u\ncd '{folder.Path}'\n").AppendLine(await SasAsync());
        foreach (var (commands, _) in examples) script.AppendLine(Filled(commands, server)).AppendLine($"printf '\\n{Marker}\\n'");
        var (_, output) = await Shell.RunAsync("bash", ["-s"], script.ToString());

        var answers = output.Replace("\r", "", StringComparison.Ordinal).Split(Marker);
        Assert.Equal(examples.Count, answers.Length - 1);
        foreach (var ((commands, expected), answer) in examples.Zip(answers))
        {
            if (expected is not null) Assert.True(Fixed(expected) == Fixed(answer), $"{commands}\nanswered\n{answer.Trim()}\nand not\n{expected.Trim()}");
        }
    }

    [Fact]
    public async Task Guide_has_an_example_of_each_operation()
    {
        var guide = await File.ReadAllTextAsync(Path.Combine(Docs, "service-api.md"), TestContext.Current.CancellationToken);
        var operations = Call().Matches(guide)
            .Select(call => $"{call.Groups["method"].Value} {Id().Replace(call.Groups["path"].Value, "/${list}/{id}")}")
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        string[] both =
        [
            "DELETE /X/{id}", "GET /X/{id}", "POST /X", "POST /X/query", "POST /X/{id}/attestationmechanism", "PUT /X/{id}",
        ];
        Assert.Equal(
            both.Select(operation => operation.Replace("X", "enrollments", StringComparison.Ordinal))
                .Concat(both.Select(operation => operation.Replace("X", "enrollmentGroups", StringComparison.Ordinal)))
                .Concat(["DELETE /registrations/{id}", "GET /registrations/{id}", "POST /registrations/{id}/query"])
                .Order(StringComparer.Ordinal),
            operations);
    }

    // A block of commands, and the block of output that follows it at once, if one does.
    private static List<(string Commands, string? Expected)> Examples(string guide) =>
        [.. Block().Matches(guide).Select(block => (block.Groups["commands"].Value, block.Groups["answer"].Success ? block.Groups["answer"].Value : null))];

    private static string Filled(string commands, RunningServer server)
    {
        var parts = server.Server.Endpoints.ServiceConnectionString!.Split(';')
            .Select(part => part.Split('=', 2)).ToDictionary(part => part[0], part => part[1], StringComparer.Ordinal);
        return commands.Replace(
            "HOST=...  NAME=...  KEY=...",
            $"HOST='{parts["HostName"]}' NAME='{parts["SharedAccessKeyName"]}' KEY='{parts["SharedAccessKey"]}'", StringComparison.Ordinal);
    }

    private static async Task<string> SasAsync()
    {
        var quickStart = await File.ReadAllTextAsync(Path.Combine(Docs, "quick-start.md"), TestContext.Current.CancellationToken);
        return SasFunction().Match(quickStart).Value;
    }

    // What differs between two runs.
    private static string Fixed(string text) =>
        Continuation().Replace(Time().Replace(Etag().Replace(Guids().Replace(text, "GUID"), "\"etag\":\"E\""), "TIME"), "x-ms-continuation: C").Trim();

    private static string RepositoryRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Muster.slnx"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }

    [GeneratedRegex(@"^```sh\n(?<commands>.*?)^```\n(```\n(?<answer>.*?)^```\n)?", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Block();

    [GeneratedRegex(@"^sas\(\) \{.*?^\}", RegexOptions.Multiline | RegexOptions.Singleline, 10_000)]
    private static partial Regex SasFunction();

    [GeneratedRegex(@"^call (?<method>[A-Z]+) (?<path>/\S+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Call();

    [GeneratedRegex(@"^/(?<list>\w+)/(?!query$)[^/]+", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Id();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", RegexOptions.None, 10_000)]
    private static partial Regex Guids();

    [GeneratedRegex("\"etag\":\"[A-Za-z0-9+/=]+\"", RegexOptions.None, 10_000)]
    private static partial Regex Etag();

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Time();

    [GeneratedRegex("x-ms-continuation: .+", RegexOptions.None, 10_000)]
    private static partial Regex Continuation();
}
