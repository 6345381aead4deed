using System.Diagnostics;
using Muster.Composition;

namespace Muster.Tests.CommandLine;

public sealed class ProcessTests
{
    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task A_signal_stops_the_server_with_exit_code_0(string signal)
    {
        using var folder = new TemporaryFolder();
        var start = new ProcessStartInfo("dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "muster.dll"), "serve", "--data", folder.Path,
            "--https-port", "0", "--mqtt-port", "0", "--amqp-port", "0", "--portal-port", "0", "--crl-port", "0",
        ])
        { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEndAsync();
            EndpointsDocument? endpoints = null;
            await Eventually.TrueAsync(() =>
            {
                endpoints = EndpointsDocument.TryLoad(folder.Combine("endpoints.json"));
                return Task.FromResult(endpoints is not null || process.HasExited);
            }, "the endpoints file appears");
            Assert.NotNull(endpoints);

            // The file appears when every door answers.
            using var client = new HttpClient();
            Assert.Equal("ready\n", await client.GetStringAsync(new Uri(new Uri(endpoints.Portal), "/readyz")));

            await Shell.RunAsync("sh", ["-c", $"kill -{signal} {process.Id}"]);
            await process.WaitForExitAsync();

            Assert.Equal(0, process.ExitCode);
            Assert.Contains("is serving", await output);
            Assert.Empty(await error);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }
}
