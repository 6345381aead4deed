using Muster.CommandLine;
using Muster.TestKit;

namespace Muster.ManagementApi.Tests;

/// <summary><c>muster certificate</c> and <c>muster device register --certificate</c> against a running server: words and exit codes.</summary>
public sealed class CommandLineTests(ManagementFixture fixture) : IClassFixture<ManagementFixture>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("muster-test-").FullName;

    [Fact]
    public async Task Fleet_is_enrolled_rolled_and_shut_out_from_the_command_line()
    {
        var root = TestCertificate.SelfSigned("CN=Fleet root");
        var line = root.IssueAuthority("CN=Line 1");
        var file = Write("root.pem", root.Pem);

        await RunAsync(0, "Added: fleet is unverified.", "certificate", "add", "--name", "fleet", "--file", file);
        await RunAsync(1, "use --replace where the name is taken", "certificate", "add", "--name", "fleet", "--file", file);
        await RunAsync(0, "fleet  unverified  Fleet root", "certificate", "list");
        var code = (await RunAsync(0, "openssl x509 -req", "certificate", "code", "--name", "fleet")).Split('\n')[0].Trim();
        await RunAsync(1, "not the verification code", "certificate", "verify", "--name", "fleet", "--file", file);
        await RunAsync(0, "Verified: fleet.", "certificate", "verify", "--name", "fleet", "--file", Write("proof.pem", root.Issue("CN=" + code).Pem));
        await RunAsync(0, "fleet is verified.", "certificate", "show", "--name", "FLEET");

        await fixture.Server.EnrollWithAsync("/enrollmentGroups/fleet", CertificateDevice.Reference("fleet"));
        var leaf = line.Issue("CN=dev-1");
        string[] register =
        [
            "device", "register", "--id", "dev-1", "--certificate", Write("dev.pem", leaf.Pem), "--certificate-key", Write("dev.key", leaf.KeyPem),
        ];
        await RunAsync(1, "--chain holds the intermediates", register);
        register = [.. register, "--chain", Write("line.pem", line.Pem)];
        await RunAsync(0, "Assigned: dev-1 is provisioned.", register);

        var list = Path.Combine(_folder, "list.crl");
        await File.WriteAllBytesAsync(list, root.RevocationList(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(7), line));
        await RunAsync(0, "list revokes 1", "certificate", "revocation", "--name", "fleet", "--list", list);
        await RunAsync(1, "401002", register);
        await RunAsync(0, "Revocation checking of fleet is off.", "certificate", "revocation", "--name", "fleet", "--off");
        await RunAsync(0, "Assigned", register);

        await RunAsync(0, "Deleted: fleet.", "certificate", "delete", "--name", "fleet");
        await RunAsync(0, "There is no CA certificate fleet.", "certificate", "delete", "--name", "fleet");
        await RunAsync(0, "There are no CA certificates.", "certificate", "list");
        await RunAsync(1, "does not exist", "certificate", "show", "--name", "fleet");
    }

    [Fact]
    public async Task Mistakes_are_told_all_at_once()
    {
        var text = await RunAsync(2, "options are wrong:", "certificate", "add", "--file", Path.Combine(_folder, "missing.pem"), "--colour", "red");
        Assert.Contains("--colour: There is no such option.", text, StringComparison.Ordinal);
        Assert.Contains("--name: It is missing.", text, StringComparison.Ordinal);
        Assert.Contains("--file is", text, StringComparison.Ordinal);
        await RunAsync(2, "--certificate-key: It is missing.", "device", "register", "--id", "a", "--certificate", Write("a.pem", "x"));
        await RunAsync(2, "--chain", "device", "register", "--id", "a", "--key", "AAAA", "--chain", Write("b.pem", "x"));
    }

    public static TheoryData<int, string, string> Refusals() => new()
    {
        { 1, "private key", "certificate add --name keyed --file KEYED" },
        { 1, "certificate", "certificate add --name garbage --file GARBAGE" },
        { 1, "look at --instance", "certificate list --instance nobody" },
        { 1, "was not found", "certificate add --name a --file CA --instance nobody" },
        { 1, "'muster certificate list' shows the names", "certificate show --name nobody" },
        { 1, "'muster certificate list' shows the names", "certificate code --name nobody" },
        { 1, "'muster certificate code' makes a new code", "certificate verify --name nobody --file CA" },
        { 1, "it must be a current list", "certificate revocation --name nobody --list GARBAGE" },
        { 0, "There is no CA certificate nobody.", "certificate delete --name nobody" },
        { 2, "--name: It is missing.", "certificate add --file CA" },
        { 2, "--file: It is missing.", "certificate add --name a" },
        { 2, "--name: It is missing.", "certificate show" },
        { 2, "--name: It is missing.", "certificate code" },
        { 2, "--name: It is missing.", "certificate delete" },
        { 2, "--file: It is missing.", "certificate verify --name a" },
        { 2, "--name: It is missing.", "certificate revocation --off" },
        { 2, "--off", "certificate revocation --name a --off --list CA" },
        { 2, "--off", "certificate revocation --name a --off --url http://ca.example.org/a.crl" },
        { 2, "more than once", "certificate show --name a --name b" },
        { 2, "cannot be read", "certificate add --name a --file missing.pem" },
        { 2, "larger than", "certificate add --name a --file HUGE" },
        { 2, "no such option", "certificate list --name a" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task What_cannot_be_done_is_said_in_words_with_its_exit_code(int exitCode, string words, string command)
    {
        var ca = TestCertificate.SelfSigned("CN=Command line");
        var files = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["CA"] = Write("ca.pem", ca.Pem),
            ["KEYED"] = Write("keyed.pem", ca.Pem + "\n" + ca.KeyPem),
            ["GARBAGE"] = Write("garbage.pem", "not a certificate"),
            ["HUGE"] = Write("huge.pem", new string('x', 4 * 1024 * 1024 + 1)),
        };
        await RunAsync(exitCode, words, [.. command.Split(' ').Select(word => files.GetValueOrDefault(word, word))]);
    }

    [Fact]
    public async Task Data_folder_without_a_server_is_a_mistake_and_a_dead_server_is_not_reached()
    {
        using var output = new StringWriter();
        Assert.Equal(2, await MusterCommand.RunAsync(["certificate", "list", "--data", _folder], output, output));
        Assert.Contains("There is no readable", output.ToString(), StringComparison.Ordinal);

        await using var server = await RunningServer.StartAsync();
        var endpoints = await File.ReadAllTextAsync(Path.Combine(server.Folder, "endpoints.json"));
        await server.StopAsync();
        await File.WriteAllTextAsync(Path.Combine(_folder, "endpoints.json"), endpoints);
        Assert.Equal(4, await MusterCommand.RunAsync(["certificate", "list", "--data", _folder], output, output));
        Assert.Contains("cannot be reached", output.ToString(), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<string> RunAsync(int exitCode, string words, params string[] args)
    {
        using var output = new StringWriter();
        var code = await MusterCommand.RunAsync([.. args, "--data", fixture.Server.Folder], output, output);
        var text = output.ToString();
        var traces = await fixture.Server.Store.ListAttemptTracesAsync("default", new() { Limit = 1 }, CancellationToken.None);
        var why = string.Join('\n', traces.SelectMany(trace => trace.Checks));
        Assert.True(code == exitCode, $"exit code {code}: {text} {why}");
        Assert.Contains(words, text, StringComparison.Ordinal);
        return text;
    }

    private string Write(string name, string content)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        return path;
    }
}
