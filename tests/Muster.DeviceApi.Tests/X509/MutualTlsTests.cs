using System.Net;
using System.Security.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Muster.Core.Attestation;
using Muster.Core.Hubs;
using Muster.Core.Registration;
using Muster.DeviceApi.Tests.Http;
using Muster.TestKit;

namespace Muster.DeviceApi.Tests.X509;

/// <summary>Certificates over real TLS: the whole chain arrives, in both versions, and the answer is that of device-protocols 1.5.</summary>
public sealed class MutualTlsTests(DeviceApiFixture fixture) : IClassFixture<DeviceApiFixture>
{
    private static readonly TestCertificate Root = TestCertificate.SelfSigned("CN=Door root");
    private static readonly TestCertificate One = Root.IssueAuthority("CN=Door one");
    private static readonly TestCertificate Two = One.IssueAuthority("CN=Door two");

    private readonly RunningServer _server = fixture.Server;

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Chain_with_two_intermediates_arrives_whole(SslProtocols protocols)
    {
        await EnrollGroupAsync();
        var id = "door-" + protocols;
        var leaf = Two.Issue("CN=" + id.ToUpperInvariant());
        var answer = await _server.RegisterAsync(id, leaf, [Two, One], protocols);

        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        Assert.Equal("assigned", answer.Json.GetProperty("status").GetString());
        Assert.Equal("door", answer.State.GetProperty("x509").GetProperty("enrollmentGroupId").GetString());
        Assert.StartsWith("{\"x509\":", answer.State.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("two, one", "assigned")]
    [InlineData("two", "Signing certificate info did not match chain elements.")]
    [InlineData("", "Signing certificate info did not match chain elements.")]
    public async Task Group_of_the_root_needs_every_intermediate(string sent, string expected)
    {
        await EnrollGroupAsync();
        var id = "sent-" + sent.Replace(", ", "-", StringComparison.Ordinal) + "x";
        TestCertificate[] others = [.. sent.Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(name => name == "two" ? Two : One)];
        var answer = await _server.RegisterAsync(id, Two.Issue("CN=" + id), others);
        Assert.Equal(expected, answer.Status == HttpStatusCode.Accepted
            ? answer.Json.GetProperty("status").GetString()
            : answer.Json.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Connections_do_not_see_each_others_intermediates()
    {
        await EnrollGroupAsync();
        var (first, second) = (Two.Issue("CN=neighbour-1"), Two.Issue("CN=neighbour-2"));
        Assert.Equal(HttpStatusCode.Accepted, (await _server.RegisterAsync("neighbour-1", first, [Two, One])).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await _server.RegisterAsync("neighbour-2", second)).Status);
    }

    [Fact]
    public async Task One_connection_serves_one_identity_whatever_ID_a_request_names()
    {
        await EnrollGroupAsync();
        using var client = _server.CreateClient(Two.Issue("CN=only-me"), [Two, One]);
        Assert.Equal(HttpStatusCode.Accepted, await PutAsync("only-me"));
        Assert.Equal(HttpStatusCode.Unauthorized, await PutAsync("somebody-else"));
        Assert.Equal(HttpStatusCode.Accepted, await PutAsync("ONLY-me"));

        async Task<HttpStatusCode> PutAsync(string id)
        {
            using var answer = await client.PutAsync(
                new Uri($"/{_server.IdScope}/registrations/{id}/register?api-version=2021-10-01", UriKind.Relative), content: null);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task Authorization_header_decides_where_a_certificate_is_presented_too()
    {
        await EnrollGroupAsync();
        await _server.EnrollAsync("both", DeviceApiFixture.Key);
        var leaf = Two.Issue("CN=both");
        Assert.Equal(HttpStatusCode.Accepted,
            (await _server.RegisterAsync("both", leaf, [Two, One], authorization: _server.DeviceToken("both", DeviceApiFixture.Key))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await _server.RegisterAsync("both", leaf, [Two, One])).Status);
    }

    [Fact]
    public async Task Individual_answers_an_empty_x509_object()
    {
        var leaf = TestCertificate.SelfSigned("CN=alone", new CertificateShape());
        await _server.EnrollWithAsync("/enrollments/alone", CertificateDevice.Client(leaf));
        var answer = await _server.RegisterAsync("alone", leaf);
        Assert.Equal("{}", answer.State.GetProperty("x509").GetRawText());
    }

    [Fact]
    public async Task Refusal_leaves_a_trace_that_names_the_missing_element()
    {
        await EnrollGroupAsync();
        var answer = await _server.RegisterAsync("traced", Two.Issue("CN=traced"), [Two]);
        Assert.Equal((HttpStatusCode.Unauthorized, 401002), (answer.Status, answer.ErrorCode));
        var trace = await _server.LastTraceAsync("traced");
        Assert.Equal((AttemptOutcome.Refused, AttestationType.X509), (trace.Outcome, trace.Presented));
        Assert.Contains(trace.Checks, check => !check.Passed && check.Check == "chain issuer"
            && check.Detail.Contains("'CN=Door two' was issued by 'CN=Door one'", StringComparison.Ordinal));
    }

    [Fact] // checklist items 11, 12 and 14
    public async Task Hub_gets_the_thumbprint_of_the_presented_leaf_and_one_record_stays()
    {
        var hub = new ScriptedHub();
        await using var server = await RunningServer.StartAsync(configure: services => Replace(services, hub));
        var (first, second) = (Two.Issue("CN=slots"), Two.Issue("CN=slots"));
        await server.EnrollWithAsync("/enrollments/slots", CertificateDevice.Client(first, second));
        foreach (var leaf in new[] { first, second })
        {
            Assert.Equal(HttpStatusCode.Accepted, (await server.RegisterAsync("slots", leaf)).Status);
            Assert.Equal(new HubThumbprints(leaf.Sha256, leaf.Sha256), hub.Ensured.Last().Credential);
        }

        var taken = await server.ServiceAsync(HttpMethod.Put, "/enrollments/other", $$"""{"attestation":{{CertificateDevice.Client(first)}}}""");
        Assert.Equal((HttpStatusCode.Conflict, 409204), (taken.Status, taken.ErrorCode));
        var twice = One.Issue("CN=twice");
        await server.EnrollWithAsync("/enrollments/twice", CertificateDevice.Client(twice, twice));
    }

    [Fact]
    public async Task Registration_that_a_restart_interrupted_is_resumed_with_the_thumbprint_of_its_leaf()
    {
        var leaf = TestCertificate.SelfSigned("CN=resumed", new CertificateShape());
        var folder = Directory.CreateTempSubdirectory("muster-test-").FullName;
        try
        {
            var stuck = new ScriptedHub();
            var release = new TaskCompletionSource();
            stuck.Next(() => release.Task);
            await using (var server = await RunningServer.StartAsync(folder, configure: services => Replace(services, stuck)
                .AddSingleton(new RegistrationOptions { AnswerBudget = TimeSpan.FromMilliseconds(50) })))
            {
                await server.EnrollWithAsync("/enrollments/resumed", CertificateDevice.Client(leaf));
                var answer = await server.RegisterAsync("resumed", leaf);
                Assert.Equal("assigning", answer.Json.GetProperty("status").GetString());
            }

            var hub = new ScriptedHub();
            await using var again = await RunningServer.StartAsync(
                folder, configure: services => Replace(services, hub));
            var ensured = await WaitAsync(() => hub.Ensured.LastOrDefault());
            Assert.Equal(new HubThumbprints(leaf.Sha256, leaf.Sha256), ensured.Credential);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task EnrollGroupAsync()
    {
        await _server.AddCaAsync("door-root", Root);
        await _server.EnrollWithAsync("/enrollmentGroups/door", CertificateDevice.Reference("door-root"));
    }

    private static IServiceCollection Replace(IServiceCollection services, ScriptedHub hub) =>
        services.RemoveAll<IHubConnectorFactory>().AddSingleton<IHubConnectorFactory>(hub);

    private static async Task<T> WaitAsync<T>(Func<T?> find)
        where T : class
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            if (find() is { } found) return found;
            await Task.Delay(20, limit.Token);
        }
    }
}
