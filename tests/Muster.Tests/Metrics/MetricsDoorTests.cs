using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using Muster.Certificates;
using Muster.Composition;
using Muster.Core.Audit;
using Muster.Core.Certificates;
using Muster.Core.Concurrency;
using Muster.Core.Instances;

namespace Muster.Tests.Metrics;

/// <summary>Metrics have a door of their own: opened when asked for, on this machine only.</summary>
public sealed class MetricsDoorTests
{
    [Fact]
    public async Task Nothing_is_opened_unless_a_port_is_chosen()
    {
        await using var server = await RunningServer.StartAsync();
        Assert.Null(server.Server.MetricsPort);
        Assert.DoesNotContain("metricsPort", await File.ReadAllTextAsync(server.Folder.Combine("endpoints.json")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_are_served_at_their_own_door_and_at_no_other()
    {
        await using var server = await RunningServer.StartAsync(change: options => options with { MetricsPort = 0 });
        using var plain = new HttpClient();
        var port = server.Server.MetricsPort;
        Assert.Contains($"\"metricsPort\": {port},", await File.ReadAllTextAsync(server.Folder.Combine("endpoints.json")), StringComparison.Ordinal);

        using var answer = await plain.GetAsync(new Uri($"http://localhost:{port}/metrics"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await plain.PostAsync(new Uri($"http://localhost:{port}/metrics"), content: null)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await plain.GetAsync(new Uri($"http://localhost:{port}/healthz"))).StatusCode);

        using var client = server.Client();
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(new Uri("/metrics", UriKind.Relative))).StatusCode);
        using var stranger = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        Assert.NotEqual(HttpStatusCode.OK, (await stranger.GetAsync(new Uri(server.Portal, "/metrics"))).StatusCode);
    }

    [Fact]
    public async Task Certificates_that_end_are_counted_by_how_soon()
    {
        await using var server = await RunningServer.StartAsync(new ProvisioningParts(), options => options with { MetricsPort = 0, AmqpPort = 0 });
        var instance = server.Server.Services.GetRequiredService<InstanceDirectory>().Instances[0];
        var authorities = server.Server.Services.GetRequiredService<CaCertificateService>();
        foreach (var days in new[] { -1, 3, 20, 21, 60, 400 })
        {
            var added = await authorities.PutAsync(
                AuditCaller.Process, instance, $"ends-{days}", SelfSigned(days), isVerified: true, ETagCondition.None, default);
            Assert.Null(added.Refusal);
        }

        await server.Server.Services.GetRequiredService<CertificateMetrics>().CountAsync(default);
        using var client = new HttpClient();
        var text = await client.GetStringAsync(new Uri($"http://localhost:{server.Server.MetricsPort}/metrics"));
        foreach (var (days, count) in new[] { (0, 1), (7, 2), (30, 4), (90, 5) })
        {
            Assert.Contains(
                $"\nmuster_certificates_expiring{{ProvisioningServiceName=\"{instance.Name}\",WithinDays=\"{days}\"}} {count}\n", text, StringComparison.Ordinal);
        }
    }

    private static string SelfSigned(int endsInDays)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=ends {endsInDays}", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-9), DateTimeOffset.UtcNow.AddDays(endsInDays).AddHours(-1));
        return certificate.ExportCertificatePem();
    }
}
