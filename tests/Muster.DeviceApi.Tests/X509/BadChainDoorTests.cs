using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Muster.Core.Registration;
using Muster.DeviceApi.Tests.Http;
using Muster.TestKit;

namespace Muster.DeviceApi.Tests.X509;

/// <summary>
/// Bad chains over real TLS: the handshake lets each in, so that the device hears the documented text and the operator reads what
/// failed. The whole corpus is judged in the tests of the core; chains that no client library would send are sent by openssl, in
/// <see cref="WrongKeyDoorTests"/> and in the conformance tests.
/// </summary>
public sealed class BadChainDoorTests(DeviceApiFixture fixture) : IClassFixture<DeviceApiFixture>
{
    private const string Invalid = "Invalid certificate.";
    private const string NoGroup = "Signing certificate info did not match chain elements.";
    private const string Unauthorized = "Unauthorized";

    private static readonly TestCertificate Root = TestCertificate.SelfSigned("CN=Bad root");
    private static readonly TestCertificate Line = Root.IssueAuthority("CN=Bad line");
    private static readonly CertificateShape Authority = CertificateShape.Authority;

    private readonly RunningServer _server = fixture.Server;

    public static IEnumerable<TheoryDataRow<SslProtocols, string, string, string, string>> Rows() =>
        from version in new[] { SslProtocols.Tls12, SslProtocols.Tls13 }
        from row in new (string Case, string Told, string Check, string Element)[]
        {
            ("expired leaf", Invalid, "leaf validity", "'CN={id}'"),
            ("leaf not yet valid", Invalid, "leaf validity", "'CN={id}'"),
            ("missing intermediate", NoGroup, "chain issuer", "'CN=Bad line'"),
            ("path length exceeded", Unauthorized, "chain path length", "'CN=Short'"),
            ("issuer with CA:FALSE", Unauthorized, "chain CA flag", "'CN=No CA'"),
            ("issuer without keyCertSign", Unauthorized, "chain key usage", "'CN=No signer'"),
            ("common name of another device", Invalid, "common name", "'CN=other'"),
            ("leaf that is its own CA", NoGroup, "group", "No element"),
        }
        select new TheoryDataRow<SslProtocols, string, string, string, string>(version, row.Case, row.Told, row.Check, row.Element);

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Bad_chain_is_let_into_the_handshake_and_refused_with_the_reason(
        SslProtocols version, string name, string told, string check, string element)
    {
        await _server.AddCaAsync("bad", Root);
        await _server.EnrollWithAsync("/enrollmentGroups/bad", CertificateDevice.Reference("bad"));
        var id = $"{version}-{name}".Replace(' ', '-').Replace(':', '-').ToLowerInvariant();
        var chain = Chain(name, id);
        var answer = await _server.RegisterAsync(id, chain[0], chain[1..], version);

        Assert.Equal((HttpStatusCode.Unauthorized, 401002, told), (answer.Status, answer.ErrorCode, answer.Json.GetProperty("message").GetString()));
        var trace = await _server.LastTraceAsync(id);
        Assert.Equal((AttemptOutcome.Refused, 401002), (trace.Outcome, trace.ErrorCode));
        var failed = Assert.Single(trace.Checks, one => !one.Passed && one.Check == check);
        Assert.Contains(element.Replace("{id}", id, StringComparison.Ordinal), failed.Detail, StringComparison.Ordinal);
        Assert.Null(await _server.Store.FindRegistrationAsync(_server.Instance.Name, id, CancellationToken.None));
    }

    private static TestCertificate[] Chain(string name, string id)
    {
        var leafName = "CN=" + id;
        switch (name)
        {
            case "expired leaf": return [Line.Issue(leafName, new() { Begins = TimeSpan.FromDays(-9), Ends = TimeSpan.FromDays(-1) }), Line];
            case "leaf not yet valid": return [Line.Issue(leafName, new() { Begins = TimeSpan.FromDays(1) }), Line];
            case "missing intermediate": return [Line.Issue(leafName)];
            case "path length exceeded":
                var shortOne = Root.IssueAuthority("CN=Short", Authority with { PathLength = 0 });
                return Under(shortOne.IssueAuthority("CN=Too much"), shortOne);
            case "issuer with CA:FALSE": return Under(Root.IssueAuthority("CN=No CA", Authority with { IsAuthority = false }));
            case "issuer without keyCertSign":
                return Under(Root.IssueAuthority("CN=No signer", Authority with { Usage = X509KeyUsageFlags.DigitalSignature }));
            case "common name of another device": return [Line.Issue("CN=other"), Line];
            case "leaf that is its own CA": return [TestCertificate.SelfSigned(leafName)];
            default: throw new ArgumentException(name, nameof(name));
        }

        TestCertificate[] Under(TestCertificate issuer, params TestCertificate[] more) => [issuer.Issue(leafName), issuer, .. more];
    }
}
