using System.Diagnostics;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Muster.Composition;
using Muster.Protocols.Sas;
using Muster.Tests;

namespace Muster.Hubs.Tests.Registration;

/// <summary>A server that is a process of its own, on free ports.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _folder;

    private ServerProcess(Process process, string folder)
    {
        _process = process;
        _folder = folder;
    }

    /// <summary>What it announced; once it is ready.</summary>
    public JsonElement Endpoints { get; private set; }

    /// <summary>Begins to start a server over a data folder.</summary>
    public static ServerProcess Start(string folder, params (string Name, string Value)[] environment)
    {
        File.Delete(Path.Combine(folder, "endpoints.json"));
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                typeof(MusterServer).Assembly.Location, "serve", "--data", folder,
                "--https-port", "0", "--mqtt-port", "0", "--amqp-port", "0", "--portal-port", "0", "--crl-port", "0",
            },
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new ServerProcess(process, folder);
    }

    /// <summary>Waits until it serves.</summary>
    public async Task ReadyAsync()
    {
        var file = Path.Combine(_folder, "endpoints.json");
        await Eventually.TrueAsync(() => Task.FromResult(File.Exists(file) || _process.HasExited), "the server serves");
        Assert.False(_process.HasExited);
        Endpoints = TwoHubs.Json(await File.ReadAllTextAsync(file));
    }

    /// <summary>Ends it at once, without any chance to write something.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Registers a device by its key, over HTTPS.</summary>
    /// <returns>The answer.</returns>
    public async Task<JsonElement> RegisterAsync(string id, string key)
    {
        using var client = CreateClient();
        var scope = Endpoints.GetProperty("idScope").GetString();
        var address = $"https://localhost:{Endpoints.GetProperty("httpsPort").GetInt32()}/{scope}/registrations/{id}/register?api-version=2021-06-01";
        return await SendAsync(client, address, $"{scope}/registrations/{id}", Convert.FromBase64String(key), "registration", "{}");
    }

    /// <summary>Creates an enrollment.</summary>
    public async Task EnrollAsync(string id, string body)
    {
        using var client = CreateClient();
        var parts = Endpoints.GetProperty("serviceConnectionString").GetString()!.Split(';').ToDictionary(
            part => part[..part.IndexOf('=', StringComparison.Ordinal)], part => part[(part.IndexOf('=', StringComparison.Ordinal) + 1)..]);
        var address = $"https://localhost:{Endpoints.GetProperty("httpsPort").GetInt32()}/enrollments/{id}?api-version=2021-10-01";
        await SendAsync(client, address, parts["HostName"], Convert.FromBase64String(parts["SharedAccessKey"]), parts["SharedAccessKeyName"], body);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await KillAsync();
        _process.Dispose();
    }

    private HttpClient CreateClient()
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(Endpoints.GetProperty("rootCertificate").GetString()!);
        return new HttpClient(new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy } });
    }

    private static async Task<JsonElement> SendAsync(
        HttpClient client, string address, string resource, byte[] key, string keyName, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, address);
        request.Headers.TryAddWithoutValidation(
            "Authorization", SasTokenBuilder.Create(resource, key, DateTimeOffset.UtcNow.AddHours(1), keyName));
        request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return TwoHubs.Json(text);
    }
}
