using System.Text;
using Muster.Core.Registration;
using Muster.DeviceApi.Tests.Http;
using Muster.DeviceApi.Tests.Mqtt;
using Muster.Protocols.Tests.Mqtt;
using Muster.TestKit;

namespace Muster.DeviceApi.Tests.X509;

/// <summary>
/// Chains that hold a certificate of the right name and the wrong key. The platform's own look at such a chain finds a signature that
/// does not verify, with key identifiers or without; neither may end the handshake, over no protocol and no version of TLS.
/// </summary>
public sealed class WrongKeyDoorTests(DeviceApiFixture fixture) : IClassFixture<DeviceApiFixture>
{
    private const string NoGroup = "Signing certificate info did not match chain elements.";

    private static readonly TestCertificate Root = TestCertificate.SelfSigned("CN=Key root");
    private static readonly CertificateShape Authority = CertificateShape.Authority;
    private static readonly CertificateShape Identified = Authority with { HasKeyIdentifiers = true };
    private static readonly CertificateShape IdentifiedLeaf = new() { HasKeyIdentifiers = true };

    private readonly RunningServer _server = fixture.Server;

    public static IEnumerable<TheoryDataRow<string, string, bool, string>> Rows() =>
        from version in new[] { "-tls1_2", "-tls1_3" }
        from isIdentified in new[] { false, true }
        from row in new (string Case, string Element)[]
        {
            ("intermediate", "'CN=Key line'"),
            ("two intermediates", "'CN=Key line'"),
            ("root", "'CN=Key root'"),
            ("RSA intermediate", "'CN=Key line'"),
        }
        select new TheoryDataRow<string, string, bool, string>(version, row.Case, isIdentified, row.Element);

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Wrong_key_is_refused_over_https_with_the_reason(string version, string name, bool isIdentified, string element)
    {
        var (id, chain) = await PrepareAsync("https", version, name, isIdentified);
        var request = $"PUT /{_server.IdScope}/registrations/{id}/register?api-version=2021-10-01 HTTP/1.1\r\nHost: localhost\r\n"
            + "Content-Length: 0\r\nConnection: close\r\n\r\n";

        var (answer, errors) = await OpensslClient.SendAsync(_server.Server.HttpsPort, version, chain, Encoding.ASCII.GetBytes(request));

        var text = Encoding.UTF8.GetString(answer);
        Assert.True(text.StartsWith("HTTP/1.1 401 ", StringComparison.Ordinal), text + errors);
        Assert.Contains("\"errorCode\":401002", text, StringComparison.Ordinal);
        Assert.Contains($"\"message\":\"{NoGroup}\"", text, StringComparison.Ordinal);
        await ExpectTraceAsync(id, element);
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Wrong_key_is_refused_over_mqtt_with_the_reason(string version, string name, bool isIdentified, string element)
    {
        var (id, chain) = await PrepareAsync("mqtt", version, name, isIdentified);
        var connect = ClientPackets.Connect(id, MqttDevice.UserName(_server, id), null);

        var (answer, errors) = await OpensslClient.SendAsync(_server.Server.Endpoints.MqttPort, version, chain, connect);

        Assert.True(Convert.ToHexString(answer) == "20020005", Convert.ToHexString(answer) + " " + errors);
        await ExpectTraceAsync(id, element);
    }

    private async Task<(string Id, TestCertificate[] Chain)> PrepareAsync(string door, string version, string name, bool isIdentified)
    {
        await _server.AddCaAsync("key", Root);
        await _server.EnrollWithAsync("/enrollmentGroups/key", CertificateDevice.Reference("key"));
        var id = $"{door}{version}-{name}-{(isIdentified ? "identified" : "bare")}".Replace(' ', '-').ToLowerInvariant();
        var authority = isIdentified ? Identified : Authority;
        var subject = "CN=" + id;
        var leaf = isIdentified ? IdentifiedLeaf : new CertificateShape();
        return (id, name switch
        {
            "intermediate" => [Line().Issue(subject, leaf), Line()],
            "two intermediates" => [Line().Issue(subject, leaf), Line(), Line()],
            "RSA intermediate" => [Line("RSA-2048").Issue(subject, leaf), Line("RSA-2048")],
            "root" => Under(OtherRoot().IssueAuthority("CN=Key line", authority), OtherRoot()),
            _ => throw new ArgumentException(name, nameof(name)),
        });

        TestCertificate Line(string key = "P-256") => Root.IssueAuthority("CN=Key line", authority with { Key = key });
        TestCertificate OtherRoot() => TestCertificate.SelfSigned("CN=Key root", authority);
        TestCertificate[] Under(TestCertificate issuer, TestCertificate above) => [issuer.Issue(subject, leaf), issuer, above];
    }

    private async Task ExpectTraceAsync(string id, string element)
    {
        var trace = await _server.EventuallyTracedAsync(id);
        Assert.Equal((AttemptOutcome.Refused, 401002, NoGroup), (trace.Outcome, trace.ErrorCode, trace.ErrorMessage));
        Assert.Contains(trace.Checks, one =>
            !one.Passed && one.Check == "chain signature" && one.Detail.Contains(element, StringComparison.Ordinal));
    }
}
