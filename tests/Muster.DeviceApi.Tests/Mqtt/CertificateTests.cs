using System.Net;
using System.Security.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Muster.Core.Audit;
using Muster.Core.Certificates;
using Muster.Core.Concurrency;
using Muster.Core.Registration;
using Muster.DeviceApi.Tests.Http;
using Muster.TestKit;

namespace Muster.DeviceApi.Tests.Mqtt;

/// <summary>Devices with certificates: they are judged when they connect (device-protocols 3.5).</summary>
public sealed class CertificateTests(DeviceApiFixture fixture) : IClassFixture<DeviceApiFixture>
{
    private const string Key = DeviceApiFixture.Key;

    private RunningServer Server => fixture.Server;

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Enrolled_certificate_is_assigned(SslProtocols version)
    {
        var id = "x509-" + version.ToString().ToLowerInvariant();
        var certificate = TestCertificate.SelfSigned("CN=" + id, new CertificateShape());
        await EnrollAsync("/enrollments/" + id, "clientCertificates", certificate);
        await using var device = await MqttDevice.OpenAsync(Server, certificate.WithKey(), version);

        Assert.Equal(0, await device.ConnectAsync(Server, id, token: null));
        var answer = await device.RegisterAsync();

        Assert.Equal("assigned", answer.Status);
        Assert.Equal("{}", answer.State.GetProperty("x509").GetRawText());
    }

    [Fact]
    public async Task Chain_that_the_device_sends_leads_to_its_group()
    {
        var root = TestCertificate.SelfSigned("CN=mqtt root");
        var authorities = Server.Server.Services.GetRequiredService<CaCertificateService>();
        Assert.Null((await authorities.PutAsync(
            AuditCaller.Process, Server.Instance, "mqtt-root", root.Pem, isVerified: true, ETagCondition.None, CancellationToken.None)).Refusal);
        var factory = root.IssueAuthority("CN=mqtt factory");
        var line = factory.IssueAuthority("CN=mqtt line");
        var leaf = line.Issue("CN=x509-chain");
        await EnrollAsync("/enrollmentGroups/x509-group", "signingCertificates", factory);
        await using var device = await MqttDevice.OpenAsync(Server, leaf.WithKey(), chain: [line.WithoutKey(), factory.WithoutKey(), root.WithoutKey()]);

        Assert.Equal(0, await device.ConnectAsync(Server, "x509-chain", token: null));
        var answer = await device.RegisterAsync();

        Assert.Equal("assigned", answer.Status);
        Assert.Equal("x509-group", answer.State.GetProperty("x509").GetProperty("enrollmentGroupId").GetString());
    }

    [Theory]
    [InlineData("x509-other-cn", "CN=somebody-else", true, "another common name")]
    [InlineData("x509-unknown", "CN=x509-unknown", false, "no enrollment")]
    public async Task Certificate_that_proves_nothing_is_refused_at_connect(string id, string subject, bool isEnrolled, string what)
    {
        var certificate = TestCertificate.SelfSigned(subject, new CertificateShape());
        if (isEnrolled) await EnrollAsync("/enrollments/" + id, "clientCertificates", certificate);
        await using var device = await MqttDevice.OpenAsync(Server, certificate.WithKey());

        Assert.Equal(5, await device.ConnectAsync(Server, id, token: null));

        await device.ExpectEndAsync();
        var trace = await Server.LastTraceAsync(id);
        Assert.True((trace.Outcome, trace.Operation) == (AttemptOutcome.Refused, DeviceRequest.Connect), what);
    }

    [Fact]
    public async Task Empty_password_counts_as_none()
    {
        var certificate = TestCertificate.SelfSigned("CN=x509-empty", new CertificateShape());
        await EnrollAsync("/enrollments/x509-empty", "clientCertificates", certificate);
        await using var device = await MqttDevice.OpenAsync(Server, certificate.WithKey());

        Assert.Equal(0, await device.ConnectAsync(Server, "x509-empty", token: ""));
        Assert.Equal("assigned", (await device.RegisterAsync()).Status);
    }

    [Fact]
    public async Task Token_decides_where_a_certificate_is_sent_as_well()
    {
        var certificate = TestCertificate.SelfSigned("CN=machine", new CertificateShape());
        await Server.EnrollAsync("x509-token", Key);
        await using var device = await MqttDevice.OpenAsync(Server, certificate.WithKey());

        Assert.Equal(0, await device.ConnectAsync(Server, "x509-token", Server.DeviceToken("x509-token", Key)));
        Assert.Equal("assigned", (await device.RegisterAsync()).Status);
    }

    private async Task EnrollAsync(string path, string use, TestCertificate certificate)
    {
        var body = """{"attestation":{"type":"x509","x509":{"USE":{"primary":{"certificate":"CERTIFICATE"}}}}}"""
            .Replace("USE", use, StringComparison.Ordinal).Replace("CERTIFICATE", certificate.Base64, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await Server.ServiceAsync(HttpMethod.Put, path, body)).Status);
    }
}
