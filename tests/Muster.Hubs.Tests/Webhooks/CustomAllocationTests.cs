using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Muster.Core.Allocation;
using Muster.Core.Attestation;
using Muster.Core.Enrollments;
using Muster.Core.Hubs;
using Muster.Core.Registration;
using Muster.Core.Secrets;
using Muster.Hubs.Tests.Registration;
using Muster.ServiceApi.Enrollments;
using Muster.TestKit;
using Muster.Tests;

namespace Muster.Hubs.Tests.Webhooks;

/// <summary>Custom allocation, by the tables of iot-hub 5.5.</summary>
public sealed class CustomAllocationTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    // The table of results: answers in order, the code or hub, and how often the webhook was asked.
    public static TheoryData<string[], string, int> Results => new()
    {
        { ["""200 {"iotHubHostName":"hub-a.test"}"""], "hub-a.test", 1 },
        { ["""200 {"iotHubHostName":"HUB-B.test","more":[1],"initialTwin":null}"""], "hub-b.test", 1 },
        { ["""200 {"iotHubHostName":null}"""], "400208", 1 },
        { ["""200 {"iotHubHostName":""}"""], "400208", 1 },
        { ["200 {}"], "400208", 1 },
        { ["401 "], "400209", 1 },
        { ["400 "], "400207 Custom allocation failed with status code: 400", 1 },
        { ["302 "], "400207 Custom allocation failed with status code: 302", 1 },
        { ["204 "], "400207 Custom allocation failed with status code: 204", 1 },
        { ["""200 {"iotHubHostName":"hub-z.test"}"""], "400207", 1 },
        { ["503 ", "503 ", "503 ", """200 {"iotHubHostName":"hub-a.test"}"""], "hub-a.test", 4 },
        { ["429 ", """200 {"iotHubHostName":"hub-a.test"}"""], "hub-a.test", 2 },
        { ["500 "], "400207 Custom allocation failed with status code: 500", 11 },
        { ["200 <html>"], "400207", 11 },
        { ["200 []"], "400207", 11 },
        { ["""200 {"iotHubHostName":5}"""], "400207", 11 },
        { ["""200 {"iotHubHostName":"hub-a.test","initialTwin":"x"}"""], "400207", 11 },
        { ["never"], "400207", 11 },
        { ["never", """200 {"iotHubHostName":"hub-a.test"}"""], "hub-a.test", 2 },
        { ["huge"], "400207", 1 },
    };

    // Behaviour checklist 27, iot-hub checklist 89 and 91.
    [Theory]
    [MemberData(nameof(Results))]
    public async Task Each_result_of_the_webhook_has_its_outcome(string[] answers, string outcome, int calls)
    {
        var clock = new ManualTimeProvider(Start, skipsWaits: true);
        var webhook = new ScriptedWebhook(answers);
        var policy = Policy(webhook, clock);

        var result = await policy.AllocateAsync(Request(), default);

        var actual = result.Value?.HubHostName ?? $"{result.Refusal!.Code} {result.Refusal.Message}";
        Assert.StartsWith(outcome, actual, StringComparison.Ordinal);
        Assert.Equal(calls, webhook.Calls);
    }

    [Fact]
    public async Task Retries_wait_longer_and_longer()
    {
        var clock = new ManualTimeProvider(Start, skipsWaits: true);
        await Policy(new ScriptedWebhook(["500 "]), clock).AllocateAsync(Request(), default);
        var waits = clock.Waits.Where(wait => wait != TimeSpan.FromSeconds(5)).Select(wait => wait.TotalSeconds);
        Assert.Equal([1, 10, 19, 28, 37, 46, 55, 64, 73, 82], waits);
    }

    // iot-hub checklist 88.
    [Fact]
    public async Task The_request_is_the_original_s_without_secrets()
    {
        var webhook = new ScriptedWebhook(["""200 {"iotHubHostName":"hub-a.test"}"""]);
        var request = Request() with
        {
            Enrollment = Group(),
            Payload = TwoHubs.Json("""{"modelId":"dtmi:x;1"}"""),
            Current = new("hub-a.test", "dev-001"),
        };

        await Policy(webhook, TimeProvider.System).AllocateAsync(request, default);

        var expected = """
            {"enrollmentGroup":{"enrollmentGroupId":"contoso-custom","attestation":{"type":"symmetricKey"},"capabilities":{"iotEdge":false},
            "etag":"\"13003fea-0000-0300-0000-62d1d5e50000\"","provisioningStatus":"enabled",
            "reprovisionPolicy":{"updateHubAssignment":true,"migrateDeviceData":true},
            "createdDateTimeUtc":"2022-07-05T21:27:16.8123235Z","lastUpdatedDateTimeUtc":"2022-07-15T21:02:29.5922255Z",
            "allocationPolicy":"custom","iotHubs":["hub-a.test","hub-b.test"],
            "customAllocationDefinition":{"webhookUrl":"https://fn.example.net/api/HttpTrigger1?****","apiVersion":"2021-10-01"}},
            "deviceRuntimeContext":{"registrationId":"dev-001","currentIotHubHostName":"hub-a.test","currentDeviceId":"dev-001",
            "symmetricKey":{},"payload":{"modelId":"dtmi:x;1"}},"linkedHubs":["hub-a.test","hub-b.test"]}
            """.ReplaceLineEndings("");
        Assert.Equal(expected, webhook.Body);
        Assert.Equal("https://fn.example.net/api/HttpTrigger1?code=very-secret", webhook.Url);
    }

    [Fact]
    public async Task The_certificate_or_the_TPM_keys_of_the_device_are_sent()
    {
        var webhook = new ScriptedWebhook(["""200 {"iotHubHostName":"hub-a.test"}"""]);
        var policy = Policy(webhook, TimeProvider.System);
        var x509 = new X509CaReferenceAttestation("root", null);
        await policy.AllocateAsync(
            Request() with { Enrollment = Group() with { Attestation = x509 }, Evidence = new X509Evidence(new byte[] { 1, 2, 3 }, []) }, default);
        Assert.Equal("AQID", Context(webhook).GetProperty("x509").GetProperty("clientCertificate").GetString());
        Assert.False(Context(webhook).TryGetProperty("currentIotHubHostName", out _));
        Assert.False(Context(webhook).TryGetProperty("payload", out _));
    }

    // Rows 7 and 8 of behaviour B-10.2 and checklist 35, over HTTP into the record.
    [Fact]
    public async Task Under_never_the_webhook_is_asked_with_one_hub_and_its_payload_returned()
    {
        await using var webhook = await WebhookServer.StartAsync();
        await using var hubs = await StartAsync();
        await EnrollAsync(hubs, webhook, TwoHubs.Never);
        webhook.Next(WebhookServer.Answer(200, """{"iotHubHostName":"hub-a.test","payload":{"n":1}}"""));
        Assert.Equal("hub-a.test/initialAssignment", await hubs.OutcomeAsync());

        webhook.Next(WebhookServer.Answer(200, """{"iotHubHostName":"hub-b.test","payload":{"n":2}}"""));
        var answer = (await hubs.RegisterAsync(payload: """{"device":"says"}""")).GetProperty("registrationState");

        Assert.Equal(("hub-a.test", 2), (answer.GetProperty("assignedHub").GetString(), answer.GetProperty("payload").GetProperty("n").GetInt32()));
        using var asked = JsonDocument.Parse(webhook.Bodies.Last());
        Assert.Equal("""["hub-a.test"]""", asked.RootElement.GetProperty("linkedHubs").GetRawText());
        var context = asked.RootElement.GetProperty("deviceRuntimeContext");
        Assert.Equal("hub-a.test", context.GetProperty("currentIotHubHostName").GetString());
        Assert.Equal("says", context.GetProperty("payload").GetProperty("device").GetString());
        Assert.DoesNotContain("very-secret", webhook.Bodies.Last(), StringComparison.Ordinal);
        Assert.DoesNotContain(hubs.Key, webhook.Bodies.Last(), StringComparison.Ordinal);
    }

    // iot-hub checklist 90.
    [Theory]
    [InlineData(TwoHubs.Migrate, "hub-b.test", "hub-b.test/deviceDataMigrated", """{"from":"webhook"} {} {}""")]
    [InlineData(TwoHubs.Reset, "hub-b.test", "hub-b.test/deviceDataReset", """{"from":"webhook"} {} {}""")]
    [InlineData(TwoHubs.Reset, "hub-a.test", "hub-a.test/reprovisionedToInitialAssignment", """{"from":"webhook"} {} {}""")]
    [InlineData(TwoHubs.Migrate, "hub-a.test", "hub-a.test/reprovisionedToInitialAssignment", """{"site":"used"} {"interval":9} {"firmware":"1.2"}""")]
    [InlineData(TwoHubs.Never, "hub-b.test", "hub-a.test/initialAssignment", """{"site":"used"} {"interval":9} {"firmware":"1.2"}""")]
    public async Task Row_8_a_twin_that_the_webhook_returns_replaces_migrated_data(string policy, string hub, string outcome, string twin)
    {
        await using var webhook = await WebhookServer.StartAsync();
        await using var hubs = await StartAsync();
        await EnrollAsync(hubs, webhook, policy);
        webhook.Next(WebhookServer.Answer(200, """{"iotHubHostName":"hub-a.test"}"""));
        await hubs.OutcomeAsync();
        await hubs.UseAsync(TwoHubs.A);
        webhook.Next(WebhookServer.Answer(200, "{\"iotHubHostName\":\"" + hub + "\",\"initialTwin\":{\"tags\":{\"from\":\"webhook\"}}}"));

        Assert.Equal(outcome, await hubs.OutcomeAsync());
        Assert.Equal(twin, await hubs.TwinAsync(outcome.Split('/')[0]));
    }

    [Fact]
    public async Task The_exchange_stands_in_the_trace_without_its_secret()
    {
        await using var webhook = await WebhookServer.StartAsync();
        await using var hubs = await StartAsync();
        await EnrollAsync(hubs, webhook, TwoHubs.Migrate);
        webhook.Next(WebhookServer.Answer(400, "no"));
        Assert.Equal("failed 400207", await hubs.OutcomeAsync());
        var trace = await hubs.Server.LastTraceAsync(TwoHubs.Device);
        var details = trace.Checks.Where(check => check.Check == "webhook").Select(check => check.Detail).ToList();
        Assert.Contains("/allocate?****", details[0], StringComparison.Ordinal);
        Assert.Contains("hub-a.test, hub-b.test", details[0], StringComparison.Ordinal);
        Assert.Equal("Custom allocation failed with status code: 400", details[1]);

        webhook.Next(WebhookServer.Answer(200, """{"iotHubHostName":"hub-b.test","initialTwin":{"tags":{"a":"very-secret"}},"payload":{"wifi":"very-secret"}}"""));
        await hubs.RegisterAsync(payload: """{"line":"very-secret"}""");
        var good = await hubs.Server.LastTraceAsync(TwoHubs.Device);
        details = [.. good.Checks.Where(check => check.Check == "webhook").Select(check => check.Detail)];
        Assert.Contains("Individual enrollment 'dev-1' without its secrets, device 'dev-1', payload with the members line;", details[0], StringComparison.Ordinal);
        Assert.Contains("iotHubHostName 'hub-b.test', initialTwin (28 characters), payload with the members wifi.", details[1], StringComparison.Ordinal);
        Assert.DoesNotContain(trace.Checks.Concat(good.Checks), check => check.Detail.Contains("very-secret", StringComparison.Ordinal));
    }

    // What goes wrong at the webhook, over the wire into the record: unknown hub, wrong JSON, 10 MB, silence, a redirect.
    [Theory]
    [InlineData("unknown", "the webhook chose 'hub-z.test', which is none of the hubs it was given.")]
    [InlineData("html", "the webhook's answer is not valid JSON.")]
    [InlineData("huge", "the webhook's answer is larger than 64 KB.")]
    [InlineData("silent", "the webhook did not answer within 1 seconds.")]
    [InlineData("broken", "the webhook cannot be reached: ")]
    [InlineData("redirect", "Custom allocation failed with status code: 302")]
    public async Task A_webhook_that_misbehaves_fails_the_registration_and_nothing_else(string kind, string expected)
    {
        await using var webhook = await WebhookServer.StartAsync();
        await using var hubs = await StartAsync(kind == "silent" ? TimeSpan.FromSeconds(1) : null);
        await EnrollAsync(hubs, webhook, TwoHubs.Migrate);
        webhook.Next(kind switch
        {
            "unknown" => WebhookServer.Answer(200, """{"iotHubHostName":"hub-z.test"}"""),
            "html" => WebhookServer.Answer(200, "<html>the wrong page</html>"),
            "huge" => context => WebhookServer.Flood(context, 10 * 1024 * 1024),
            "silent" => WebhookServer.Hang,
            "broken" => WebhookServer.BreakOff,
            _ => context =>
            {
                context.Response.Redirect("/elsewhere");
                return Task.CompletedTask;
            }
            ,
        });

        Assert.Equal("failed 400207", await hubs.OutcomeAsync());
        var record = (await hubs.RecordAsync())!;
        Assert.Contains(expected, record.ErrorMessage, StringComparison.Ordinal);
        Assert.Null(record.Assignment);
        Assert.Single(webhook.Requests);
        if (kind == "html")
            Assert.Contains((await hubs.Server.LastTraceAsync(TwoHubs.Device)).Checks, check => check.Detail.EndsWith("It begins: <html>the wrong page</html>", StringComparison.Ordinal));

        webhook.Next(WebhookServer.Answer(200, """{"iotHubHostName":"hub-a.test"}"""));
        Assert.Equal("hub-a.test/initialAssignment", await hubs.OutcomeAsync());
    }

    // The server stops while the webhook considers; the next one asks again, with all that the device had presented.
    [Fact]
    public async Task A_registration_that_is_taken_up_again_tells_the_webhook_the_device_s_certificate_too()
    {
        var folder = Directory.CreateTempSubdirectory("muster-test-").FullName;
        try
        {
            await using var webhook = await WebhookServer.StartAsync();
            var leaf = TestCertificate.SelfSigned($"CN={TwoHubs.Device}", new CertificateShape());
            await using (var hubs = await StartAsync(folder: folder))
            {
                var body = $$$"""
                    {"attestation":{{{CertificateDevice.Client(leaf)}}},"allocationPolicy":"custom",
                    "customAllocationDefinition":{"webhookUrl":"{{{webhook.Url.AbsoluteUri}}}","apiVersion":"2021-10-01"}}
                    """;
                var enrolled = await hubs.Server.ServiceAsync(HttpMethod.Put, $"/enrollments/{TwoHubs.Device}", body);
                Assert.True(enrolled.Status == System.Net.HttpStatusCode.OK, enrolled.Text);
                webhook.Next(WebhookServer.Hang);
                var answer = await hubs.Server.RegisterAsync(TwoHubs.Device, leaf);
                Assert.Equal("assigning", answer.Json.GetProperty("status").GetString());
            }

            webhook.Next(WebhookServer.Answer(200, """{"iotHubHostName":"hub-b.test"}"""));
            await using var restarted = await StartAsync(folder: folder);
            await Eventually.TrueAsync(
                async () => await restarted.RecordAsync() is { Status: RegistrationStatus.Assigned }, "the registration is taken up and ends");

            Assert.Equal(2, webhook.Bodies.Count);
            foreach (var body in webhook.Bodies)
            {
                var context = TwoHubs.Json(body).GetProperty("deviceRuntimeContext");
                Assert.Equal(leaf.Base64, context.GetProperty("x509").GetProperty("clientCertificate").GetString());
            }

            Assert.Equal(leaf.Sha256, (await restarted.FindAsync(TwoHubs.B))!.Identity.Authentication.PrimaryThumbprint);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Task<TwoHubs> StartAsync(TimeSpan? timeout = null, string? folder = null) => TwoHubs.StartAsync(
        services => services.AddSingleton(
            new WebhookOptions { AllowsHttp = true, AllowsOwnAddresses = true, Retries = 0, Timeout = timeout ?? TimeSpan.FromMinutes(1) }),
        folder,
        budget: folder is null ? null : TimeSpan.FromSeconds(1));

    private static Task EnrollAsync(TwoHubs hubs, WebhookServer webhook, string policy)
    {
        var definition = $$""","customAllocationDefinition":{"webhookUrl":"{{webhook.Url.AbsoluteUri}}","apiVersion":"2021-10-01"}""";
        var more = ",\"allocationPolicy\":\"custom\",\"reprovisionPolicy\":" + policy + definition;
        return hubs.Server.EnrollAsync(TwoHubs.Device, hubs.Key, more);
    }

    private static CustomAllocationPolicy Policy(IAllocationWebhook webhook, TimeProvider clock) =>
        new(webhook, new WebhookRequestBody(new EnrollmentFormat()), new WebhookOptions(), clock);

    private static JsonElement Context(ScriptedWebhook webhook) => TwoHubs.Json(webhook.Body).GetProperty("deviceRuntimeContext");

    private static AllocationRequest Request() => new()
    {
        RegistrationId = "dev-001",
        Enrollment = Group(),
        Candidates = [Hub("hub-a.test"), Hub("hub-b.test")],
    };

    private static LinkedHub Hub(string name) =>
        new() { InstanceName = "default", HostName = name, Connector = "embedded", ConnectionString = new Secret(""), ETag = "e" };

    private static EnrollmentGroup Group() => new()
    {
        InstanceName = "default",
        Id = "contoso-custom",
        Attestation = new SymmetricKeyAttestation(new SymmetricKeyPair(new Secret("cHJpbWFyeS1rZXktMTIzNA=="), new Secret("c2Vjb25kYXJ5LWtleS0xMg=="))),
        Capabilities = new DeviceCapabilities(IotEdge: false),
        ETag = Convert.ToBase64String(Encoding.ASCII.GetBytes("\"13003fea-0000-0300-0000-62d1d5e50000\"")),
        ProvisioningStatus = ProvisioningStatus.Enabled,
        ReprovisionPolicy = new ReprovisionPolicy(UpdateHubAssignment: true, MigrateDeviceData: true),
        CreatedUtc = new DateTimeOffset(2022, 7, 5, 21, 27, 16, TimeSpan.Zero).AddTicks(8123235),
        LastUpdatedUtc = new DateTimeOffset(2022, 7, 15, 21, 2, 29, TimeSpan.Zero).AddTicks(5922255),
        AllocationPolicy = AllocationPolicyKind.Custom,
        IotHubs = ["hub-a.test", "hub-b.test"],
        CustomAllocationDefinition = new("https://fn.example.net/api/HttpTrigger1?code=very-secret", "2021-10-01"),
    };

    /// <summary>Answers in order, the last one again and again.</summary>
    private sealed class ScriptedWebhook(string[] answers) : IAllocationWebhook
    {
        public int Calls { get; private set; }

        public string Url { get; private set; } = "";

        public string Body { get; private set; } = "";

        public async Task<WebhookAnswer> PostAsync(string url, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
        {
            Url = url;
            Body = Encoding.UTF8.GetString(body.Span);
            var answer = answers[Math.Min(Calls++, answers.Length - 1)];
            if (answer == "never") await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            if (answer == "huge") return new WebhookAnswer(null, default, "the webhook's answer is larger than 64 KB.");
            return new WebhookAnswer(int.Parse(answer[..3], null), Encoding.UTF8.GetBytes(answer[4..]));
        }
    }
}
