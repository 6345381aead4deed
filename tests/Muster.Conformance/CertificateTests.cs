using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Muster.Conformance.Calls;
using Muster.Conformance.Sandbox;
using Muster.Conformance.Server;
using Muster.TestKit;

namespace Muster.Conformance;

/// <summary>Devices with certificates: azure-iot-security-x509, curl, and openssl s_client for chains that no client library would send.</summary>
public sealed class CertificateTests(TwoHubServer muster) : IDisposable
{
    private static readonly TestCertificate Root = TestCertificate.SelfSigned("CN=Conformance root");
    private static readonly TestCertificate One = Root.IssueAuthority("CN=Conformance one");
    private static readonly TestCertificate Two = One.IssueAuthority("CN=Conformance two");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Official_client_registers_with_a_certificate_of_its_own_in_either_slot()
    {
        var (first, second) = (TestCertificate.SelfSigned("CN=node-own", new()), Root.Issue("CN=node-own"));
        await muster.Clients.EnrollAsync(new JsonObject
        {
            ["registrationId"] = "node-own",
            ["attestation"] = X509("clientCertificates", new JsonObject
            {
                ["primary"] = new JsonObject { ["certificate"] = first.Pem },
                ["secondary"] = new JsonObject { ["certificate"] = second.Pem },
            }),
        });
        foreach (var leaf in new[] { first, second })
        {
            var result = (await muster.Clients.RegisterWithCertificateAsync("node-own", leaf.Pem, leaf.KeyPem)).Value;
            Assert.Equal("assigned", (string?)result["status"]);
            var device = (await muster.Clients.HubAsync((string)result["assignedHub"]!, "get", "node-own")).Value;
            Assert.Equal("selfSigned", (string?)device["authentication"]!["type"]);
            Assert.Equal(leaf.Sha256, (string?)device["authentication"]!["x509Thumbprint"]!["primaryThumbprint"]);
        }

        var stranger = TestCertificate.SelfSigned("CN=node-own", new());
        (await muster.Clients.RegisterWithCertificateAsync("node-own", stranger.Pem, stranger.KeyPem)).FailedWith("UnauthorizedError");
    }

    [Theory]
    [InlineData("signingCertificates", "https", "UnauthorizedError")]
    [InlineData("caReferences", "https", "UnauthorizedError")]
    [InlineData("signingCertificates", "mqtt", "Error")]
    [InlineData("caReferences", "mqtt", "Error")]
    [InlineData("signingCertificates", "mqtt-ws", "Error")]
    [InlineData("caReferences", "mqtt-ws", "Error")]
    public async Task Official_client_registers_through_a_group_with_its_chain(string kind, string transport, string refusal)
    {
        await AddRootAsync();
        var id = $"node-{transport}-{kind.ToLowerInvariant()}";
        await EnrollGroupAsync("node-group-" + kind, kind);
        var leaf = Two.Issue("CN=" + id);
        var result = (await muster.Clients.RegisterWithCertificateAsync(id, leaf.Pem + "\n" + Two.Pem + "\n" + One.Pem, leaf.KeyPem, transport)).Value;
        Assert.Equal("assigned", (string?)result["status"]);
        Assert.StartsWith("node-group-", (string?)result["x509"]?["enrollmentGroupId"], StringComparison.Ordinal);
        var alone = Two.Issue("CN=" + id);
        (await muster.Clients.RegisterWithCertificateAsync(id, alone.Pem, alone.KeyPem, transport)).FailedWith(refusal);
        await muster.Clients.ServiceAsync("deleteEnrollmentGroup", "node-group-" + kind);
    }

    [Theory]
    [InlineData("1.2")]
    [InlineData("1.3")]
    public async Task Curl_registers_with_a_chain(string version)
    {
        await AddRootAsync();
        await EnrollGroupAsync("curl-group", "caReferences");
        var id = "curl-" + version;
        var (chain, key) = Files(id, Two.Issue("CN=" + id), Two, One);
        var (code, output) = await muster.ShellAsync(
            $"curl -sS --cacert $ROOT --tlsv{version} --tls-max {version} --cert {chain} --key {key} -X PUT -H 'Content-Type: application/json' "
            + $"-d '{{}}' \"https://$HOST/$SCOPE/registrations/{id}/register?api-version=2021-10-01\"");
        Assert.True(code == 0, output);
        Assert.Contains("\"status\":\"assigned\"", output, StringComparison.Ordinal);
        await muster.Clients.ServiceAsync("deleteEnrollmentGroup", "curl-group");
    }

    [Theory]
    [InlineData("-tls1_2", "two, one", true)]
    [InlineData("-tls1_2", "one, root, two", true)]
    [InlineData("-tls1_2", "two", false)]
    [InlineData("-tls1_2", "one", false)]
    [InlineData("-tls1_3", "two, one", true)]
    [InlineData("-tls1_3", "root, stranger, one, two", true)]
    [InlineData("-tls1_3", "two, stranger", false)]
    [InlineData("-tls1_3", "", false)]
    public async Task Chain_in_any_order_is_judged_and_a_resumed_session_keeps_its_chain(string version, string sent, bool isAdmitted)
    {
        await AddRootAsync();
        await EnrollGroupAsync("openssl-group", "caReferences");
        var id = $"s-client{version}-{sent.Replace(", ", "-", StringComparison.Ordinal)}-x";
        TestCertificate[] others = [.. sent.Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(name => name switch
        {
            "one" => One,
            "two" => Two,
            "root" => Root,
            _ => TestCertificate.SelfSigned("CN=Stranger"),
        })];
        var leaf = Two.Issue("CN=" + id);
        var (certificate, key) = Files(id, leaf);
        var (chain, _) = Files(id + "-chain", leaf, others);
        var session = Path.Combine(_folder.Path, id + ".session");
        var request = $"PUT /$SCOPE/registrations/{id}/register?api-version=2021-10-01 HTTP/1.1\\r\\nHost: $HOST\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n";

        // s_client ends when the server closes; the session is written once it has come.
        var (_, output) = await muster.ShellAsync($"""
            for option in "-sess_out {session}" "-sess_in {session}"; do
              printf "{request}" | openssl s_client -connect $HOST:443 -servername $HOST {version} -CAfile $ROOT -ign_eof \
                -cert {certificate} -key {key} {(others.Length > 0 ? "-cert_chain " + chain : "")} $option 2>/dev/null | tr -d '\r'
            done
            """);

        Assert.Equal(2, Count(output, isAdmitted ? "\"status\":\"assigned\",\"registrationState\"" : "\"errorCode\":401002"));
        Assert.Equal(1, Count(output, "Reused, TLS"));

        // Groups of other tests name certificates of the same chain; the nearest one to the leaf would win.
        await muster.Clients.ServiceAsync("deleteEnrollmentGroup", "openssl-group");
    }

    [Theory]
    [InlineData("-tls1_2", "leaf with weak RSA", "Invalid certificate.")]
    [InlineData("-tls1_3", "leaf with weak RSA", "Invalid certificate.")]
    [InlineData("-tls1_2", "intermediate with weak RSA", "Unauthorized")]
    [InlineData("-tls1_3", "intermediate with weak RSA", "Unauthorized")]
    [InlineData("-tls1_2", "leaf signed with SHA-1", "Invalid certificate.")]
    [InlineData("-tls1_3", "leaf signed with SHA-1", "Invalid certificate.")]
    [InlineData("-tls1_2", "100 certificates", "Invalid certificate.")]
    [InlineData("-tls1_3", "100 certificates", "Invalid certificate.")]
    [InlineData("-tls1_2", "wrong issuer key under the right name", "Signing certificate info did not match chain elements.")]
    [InlineData("-tls1_3", "wrong issuer key under the right name", "Signing certificate info did not match chain elements.")]
    public async Task Chain_that_no_client_library_would_send_is_refused_in_words(string version, string name, string told)
    {
        await AddRootAsync();
        await EnrollGroupAsync("weak-group", "caReferences");
        var id = $"weak{version}-{name.Replace(' ', '-').ToLowerInvariant()}";
        var subject = "CN=" + id;
        var weak = Root.IssueAuthority("CN=Conformance weak", CertificateShape.Authority with { Key = "RSA-1024" });
        var rsa = TestCertificate.SelfSigned("CN=Conformance RSA", CertificateShape.Authority with { Key = "RSA-2048" });
        var identified = CertificateShape.Authority with { HasKeyIdentifiers = true };
        TestCertificate[] sent = name switch
        {
            "wrong issuer key under the right name" =>
            [
                Root.IssueAuthority("CN=Conformance twin", identified).Issue(subject, new() { HasKeyIdentifiers = true }),
                Root.IssueAuthority("CN=Conformance twin", identified),
            ],
            "leaf with weak RSA" => [One.Issue(subject, new() { Key = "RSA-1024" }), One],
            "intermediate with weak RSA" => [weak.Issue(subject), weak],
            "leaf signed with SHA-1" => [rsa.Issue(subject, new() { Hash = HashAlgorithmName.SHA1 })],
            _ => [One.Issue(subject), .. Enumerable.Range(0, 100).Select(number => Root.IssueAuthority("CN=Crowd " + number))],
        };
        var (certificate, key) = Files(id, sent[0]);
        var (chain, _) = Files(id + "-chain", sent[0], sent[1..]);
        var request = $"PUT /$SCOPE/registrations/{id}/register?api-version=2021-10-01 HTTP/1.1\\r\\nHost: $HOST\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n";
        var (_, output) = await muster.ShellAsync($"""
            printf "{request}" | openssl s_client -connect $HOST:443 -servername $HOST {version} -cipher DEFAULT@SECLEVEL=0 -CAfile $ROOT -ign_eof \
              -cert {certificate} -key {key} {(sent.Length > 1 ? "-cert_chain " + chain : "")} 2>&1 | tr -d '\r'
            """);
        Assert.True(output.Contains("\"errorCode\":401002", StringComparison.Ordinal) && output.Contains($"\"message\":\"{told}\"", StringComparison.Ordinal), output);
        await muster.Clients.ServiceAsync("deleteEnrollmentGroup", "weak-group");
    }

    [Fact]
    public async Task Commands_of_the_guide_run_as_they_are_printed()
    {
        var guide = Blocks("docs/certificates.md", "sh");
        var quickStart = Blocks("docs/quick-start.md", "bash");
        var sas = quickStart[quickStart.IndexOf("sas() {", StringComparison.Ordinal)..];
        File.WriteAllText(Path.Combine(_folder.Path, "guide.sh"), $$"""
            cd {{_folder.Path}} && ln -s {{muster.Server.DataFolder}} data || exit 9
            muster() { dotnet {{RepositoryFiles.ServerAssembly}} "$@"; }
            {{sas[..(sas.IndexOf("\n}", StringComparison.Ordinal) + 2)]}}
            {{guide}}
            """);
        var (code, output) = await muster.RunAsync("bash", Path.Combine(_folder.Path, "guide.sh"));
        Assert.True(code == 0, output);
        foreach (var (words, count) in new[]
        {
            ("Verified: fleet-root", 2), ("Assigned: dev1 is provisioned.", 3), ("Assigned: solo is provisioned.", 1), ("Assigned: dev2 is provisioned.", 1),
            ("Deleted: fleet-root.", 1), ("Disabled: the enrollment of dev2 is disabled.", 1), ("shut out, exit code 1", 2),
            ("list revokes 1", 2), ("Revocation checking of fleet-root-2 is off.", 1), ("errorCode", 0), ("wrong", 0),
        })
        {
            Assert.True(Count(output, words) == count, $"'{words}' is there {Count(output, words)} times: {output}");
        }
    }

    private static string Blocks(string file, string language) => string.Join('\n', Regex
        .Matches(File.ReadAllText(Path.Combine(RepositoryFiles.Root, file)), $"^```{language}\\n(.*?)^```",
            RegexOptions.Singleline | RegexOptions.Multiline, TimeSpan.FromSeconds(10))
        .Select(match => match.Groups[1].Value));

    private static int Count(string text, string words) => text.Split(words).Length - 1;

    private async Task AddRootAsync()
    {
        var (file, _) = Files("root", Root);
        var (code, output) = await muster.Server.RunAsync(
            "certificate", "add", "--data", muster.Server.DataFolder, "--name", "conformance", "--file", file, "--verified", "--replace");
        Assert.True(code == 0, output);
    }

    private async Task EnrollGroupAsync(string id, string kind)
    {
        JsonNode primary = kind == "caReferences" ? "conformance" : new JsonObject { ["certificate"] = Root.Pem };
        var answer = await muster.Clients.ServiceAsync("createOrUpdateEnrollmentGroup", new JsonObject
        {
            ["enrollmentGroupId"] = id,
            ["attestation"] = X509(kind, new JsonObject { ["primary"] = primary }),
        });
        if (answer.ErrorBody?.Contains("409202", StringComparison.Ordinal) != true) answer.Succeeded();
    }

    private static JsonObject X509(string kind, JsonObject slots) => new() { ["type"] = "x509", ["x509"] = new JsonObject { [kind] = slots } };

    private (string Chain, string Key) Files(string name, TestCertificate leaf, params IReadOnlyList<TestCertificate> others)
    {
        var chain = Path.Combine(_folder.Path, name + ".pem");
        var key = Path.Combine(_folder.Path, name + ".key");
        File.WriteAllText(chain, string.Join('\n', new[] { leaf }.Concat(others).Select(certificate => certificate.Pem)) + "\n");
        File.WriteAllText(key, leaf.KeyPem + "\n");
        return (chain, key);
    }
}
