using Muster.Conformance.Calls;
using Muster.Conformance.Server;

namespace Muster.Conformance;

/// <summary><c>muster device register</c> against the running server.</summary>
public sealed class CommandLineTests(TwoHubServer muster)
{
    [Fact]
    public async Task A_device_registers_with_its_own_key()
    {
        var key = Keys.New();
        await muster.Clients.EnrollAsync(Enrollments.Individual("cli-own", key));
        var (code, output) = await RunAsync("--id", "cli-own", "--key", key);
        Assert.True(code == 0, output);
        Assert.Contains("Assigned: cli-own is provisioned.", output, StringComparison.Ordinal);
        Assert.Contains("hub-", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_registers_with_the_key_of_its_group()
    {
        var key = Keys.New();
        await muster.Clients.EnrollAsync(Enrollments.Group("cli-group", key));
        var (code, output) = await RunAsync("--id", "cli-member", "--group-key", key);
        Assert.True(code == 0, output);
        Assert.Contains("Assigned: cli-member is provisioned.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scope_and_endpoint_can_be_given_instead_of_the_data_folder()
    {
        var key = Keys.New();
        await muster.Clients.EnrollAsync(Enrollments.Individual("cli-remote", key));
        var endpoints = muster.Server.Endpoints;
        var (code, output) = await muster.Server.RunAsync(
            "device", "register", "--endpoint", endpoints.DeviceEndpoint, "--id-scope", endpoints.IdScope!,
            "--root-cert", endpoints.RootCertificate!, "--id", "cli-remote", "--key", key);
        Assert.True(code == 0, output);
    }

    [Fact]
    public async Task A_wrong_key_is_refused_in_words()
    {
        await muster.Clients.EnrollAsync(Enrollments.Individual("cli-wrong", Keys.New()));
        var wrong = Keys.New();
        var (code, output) = await RunAsync("--id", "cli-wrong", "--key", wrong);
        Assert.True(code == 1, output);
        Assert.Contains("Refused", output, StringComparison.Ordinal);
        Assert.Contains("What to do:", output, StringComparison.Ordinal);
        Assert.DoesNotContain(wrong, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disabled_enrollment_is_told_in_words()
    {
        var key = Keys.New();
        var enrollment = Enrollments.Individual("cli-disabled", key).With("provisioningStatus", "disabled");
        await muster.Clients.EnrollAsync(enrollment);
        var (code, output) = await RunAsync("--id", "cli-disabled", "--key", key);
        Assert.True(code == 1, output);
        Assert.Contains("Disabled", output, StringComparison.Ordinal);
    }

    private Task<(int ExitCode, string Output)> RunAsync(params string[] options) =>
        muster.Server.RunAsync(["device", "register", "--data", muster.Server.DataFolder, .. options]);
}
