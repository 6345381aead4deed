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
