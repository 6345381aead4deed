using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Muster.Portal.Tests;

/// <summary>The lines of the TPM walkthrough, run as they stand there against a software TPM, give a key that the form takes.</summary>
[Collection(PortalCollection.Name)]
public sealed class TpmToolsTests(PortalFixture portal)
{
    [Fact]
    public async Task R25_The_lines_of_the_TPM_walkthrough_give_the_endorsement_key_that_the_form_takes()
    {
        var page = await portal.OpenAsync("/walkthroughs/tpm");
        await Expect(page.Locator("pre").First).ToContainTextAsync("tpm2_createek");
        var lines = await page.Locator("pre").AllTextContentsAsync();
        Assert.Equal(2, lines.Count);

        var folder = Directory.CreateTempSubdirectory("muster-tpm-").FullName;
        var port = TwoFreePorts();
        using var tpm = Process.Start("swtpm",
        [
            "socket", "--tpm2", "--tpmstate", $"dir={folder}", "--server", $"type=tcp,port={port}", "--ctrl", $"type=tcp,port={port + 1}",
            "--flags", "not-need-init,startup-clear",
        ]);
        try
        {
            await UntilItListensAsync(port);
            var made = await RunAsync(lines[0], folder, port);
            var read = await RunAsync(lines[1], folder, port);
            Assert.Equal(made, read);

            await portal.GoAsync(page, "/i/default/enrollments/individual/new");
            await page.GetByLabel("Trusted Platform Module (TPM)").CheckAsync();
            await page.GetByLabel("Registration ID").FillAsync("tpm-tools-device");
            await page.GetByRole(AriaRole.Textbox, new() { Name = "Endorsement key" }).FillAsync(made);
            await page.Button("Review + create").First.ClickAsync();
            await page.Button("Create").ClickAsync();
            await Expect(page.GetByText("Its devices can register now")).ToBeVisibleAsync();
        }
        finally
        {
            tpm.Kill();
            await tpm.WaitForExitAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<string> RunAsync(string lines, string folder, int port)
    {
        var start = new ProcessStartInfo("sh", ["-e", "-c", lines]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["TPM2TOOLS_TCTI"] = $"swtpm:host=127.0.0.1,port={port}";
        using var shell = Process.Start(start)!;
        var errors = shell.StandardError.ReadToEndAsync();
        var output = await shell.StandardOutput.ReadToEndAsync();
        await shell.WaitForExitAsync();
        Assert.True(shell.ExitCode == 0, await errors);

        // tpm2_readpublic tells about the key before base64 prints it.
        return output.Trim().Split('\n')[^1];
    }

    // The tools look for the control channel at the port that follows.
    private static int TwoFreePorts()
    {
        while (true)
        {
            using var first = new TcpListener(IPAddress.Loopback, 0);
            first.Start();
            var port = ((IPEndPoint)first.LocalEndpoint).Port;
            using var second = new TcpListener(IPAddress.Loopback, port + 1);
            try
            {
                second.Start();
                return port;
            }
            catch (SocketException)
            {
            }
        }
    }

    // The socket serves one connection after another, so that trying it does no harm to the next.
    private static async Task UntilItListensAsync(int port)
    {
        var since = Stopwatch.StartNew();
        while (true)
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException) when (since.Elapsed < TimeSpan.FromMinutes(1))
            {
                await Task.Yield();
            }
        }
    }
}
