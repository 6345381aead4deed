using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Muster.Api.Errors;
using Muster.Api.Requests;
using Muster.Core.Audit;
using Muster.Core.Certificates;
using Muster.Core.Concurrency;
using Muster.Core.Enrollments;
using Muster.Core.Hubs;
using Muster.Core.Instances;
using Muster.Core.Registration;
using Muster.Core.Secrets;
using Muster.Core.Store;
using Muster.Protocols.Sas;
using Muster.Storage.Sqlite;
using Xunit;

namespace Muster.ServiceApi.Tests;

/// <summary>The service API on a loopback port over a fresh SQLite store, with one linked hub, and the means to call it.</summary>
public sealed class ServiceApiHost : IAsyncLifetime
{
    public const string Version = "2021-10-01";
    public const string LinkedHubName = "hub1.example.net";

    private readonly string _folder = Directory.CreateTempSubdirectory("muster-service-api-").FullName;
    private readonly LogCapture _log = new();
    private HttpClient _client = null!;
    private WebApplication _app = null!;
    private SqliteProvisioningStore _store = null!;

    /// <summary>Adds services before the API's own.</summary>
    public Action<IServiceCollection>? Configure { get; init; }

    /// <summary>Host and port.</summary>
    public string Host { get; private set; } = "";

    public ProvisioningInstance Instance { get; private set; } = null!;

    public IProvisioningStore Store => _store;

    /// <summary>What the keys of access policies were used for.</summary>
    public PolicyKeyUses KeyUses => _app.Services.GetRequiredService<PolicyKeyUses>();

    /// <summary>What is mapped.</summary>
    public IEnumerable<RouteEndpoint> Routes => _app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();

    /// <summary>Everything logged so far.</summary>
    public string Log => _log.Text;

    /// <summary>The first line that was logged as an error or that shows a secret; null when there is none.</summary>
    public string? Problem => _log.Problem;

    public async ValueTask InitializeAsync()
    {
        var options = new SqliteStoreOptions { Path = Path.Combine(_folder, "muster.db"), SecretsKey = new byte[32] };
        _store = await SqliteProvisioningStore.OpenAsync(options, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);

        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().AddProvider(_log).SetMinimumLevel(LogLevel.Trace);
        builder.Services.AddSingleton<IProvisioningStore>(_store);
        Configure?.Invoke(builder.Services);
        builder.Services.AddServiceApi();
        _app = builder.Build();
        _app.UseRequestTracking();
        _app.UseErrorBodies();
        _app.UseRouting();
        _app.MapServiceApi();

        Instance = await _app.Services.GetRequiredService<InstanceDirectory>().EnsureDefaultAsync(CancellationToken.None);
        await _store.CommitAsync([new PutLinkedHub(Hub(), null)], CancellationToken.None);
        await _app.StartAsync();
        var address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Host = address["http://".Length..];
        _log.Secrets = [.. _log.Secrets, Instance.AccessPolicies[0].Keys.Primary.Reveal(), Instance.AccessPolicies[0].Keys.Secondary.Reveal()];
        _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
        await _store.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Adds a policy and returns it.</summary>
    public async Task<AccessPolicy> AddPolicyAsync(string name, AccessRights rights)
    {
        var policy = new AccessPolicy(name, SymmetricKeyPair.Generate(), rights);
        await ChangeAsync(instance => instance with { AccessPolicies = [.. instance.AccessPolicies, policy] });
        return policy;
    }

    /// <summary>Changes the instance while it serves.</summary>
    public async Task ChangeAsync(Func<ProvisioningInstance, ProvisioningInstance> change)
    {
        var changed = change(Instance) with { ETag = ETag.Create(DateTimeOffset.UtcNow) };
        Assert.Equal(
            CommitOutcome.Committed,
            await _app.Services.GetRequiredService<InstanceDirectory>().PutAsync(AuditCaller.Process, Instance, changed, CancellationToken.None));
        Instance = changed;
    }

    /// <summary>Audit entries, newest first.</summary>
    public Task<IReadOnlyList<AuditRecord>> AuditAsync(AuditFilter filter) =>
        _store.ListAsync(Instance.Name, filter, TestContext.Current.CancellationToken);

    /// <summary>Adds a CA certificate that groups can refer to.</summary>
    public async Task AddCaCertificateAsync(string name)
    {
        var now = DateTimeOffset.UtcNow;
        using var certificate = X509CertificateLoader.LoadCertificate(Convert.FromBase64String(Bodies.Base64Certificate("CN=" + name)));
        var der = Convert.ToBase64String(certificate.RawData);
        var authority = new CaCertificate
        {
            InstanceName = Instance.Name,
            Name = name,
            Certificate = new EnrolledCertificate(der, X509CertificateInfo.From(certificate)),
            UploadedText = der,
            CreatedUtc = now,
            UpdatedUtc = now,
            ETag = ETag.Create(now),
        };
        await _store.CommitAsync([new PutCaCertificate(authority, IfETag: null)], CancellationToken.None);
    }

    /// <summary>A token of the owner, or of another policy.</summary>
    public string Token(AccessPolicy? policy = null, string? resource = null, TimeSpan? lifetime = null)
    {
        policy ??= Instance.AccessPolicies[0];
        return SasTokenBuilder.Create(
            resource ?? Host,
            Convert.FromBase64String(policy.Keys.Primary.Reveal()),
            DateTimeOffset.UtcNow + (lifetime ?? TimeSpan.FromHours(1)),
            policy.Name);
    }

    public Task<Reply> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync("GET", path, null, headers);

    public Task<Reply> PutAsync(string path, string body, params (string Name, string Value)[] headers) =>
        SendAsync("PUT", path, body, headers);

    public Task<Reply> PostAsync(string path, string? body = null, params (string Name, string Value)[] headers) =>
        SendAsync("POST", path, body, headers);

    public Task<Reply> DeleteAsync(string path, params (string Name, string Value)[] headers) => SendAsync("DELETE", path, null, headers);

    /// <summary>
    /// Sends a request with an owner token, JSON content type and the current version, unless the headers or the path say otherwise.
    /// An empty <c>Authorization</c> or <c>Content-Type</c> sends none.
    /// </summary>
    public Task<Reply> SendAsync(string method, string path, string? body, params (string Name, string Value)[] headers) =>
        SendBodyAsync(method, path, body is null ? null : Encoding.UTF8.GetBytes(body), headers);

    /// <summary>As <see cref="SendAsync"/>, with a body that need not be a text.</summary>
    public async Task<Reply> SendBodyAsync(string method, string path, byte[]? body, params (string Name, string Value)[] headers)
    {
        var query = path.Contains('?', StringComparison.Ordinal) ? path : $"{path}?api-version={Version}";
        var uri = new Uri($"http://{Host}{query}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(new HttpMethod(method), uri);
        var contentType = "application/json; charset=utf-8";
        var authorization = Token();
        foreach (var (name, value) in headers)
        {
            switch (name)
            {
                case "Content-Type": contentType = value; break;
                case "Authorization": authorization = value; break;
                default: Assert.True(request.Headers.TryAddWithoutValidation(name, value)); break;
            }
        }

        if (authorization.Length > 0) request.Headers.TryAddWithoutValidation("Authorization", authorization);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            if (contentType.Length > 0) request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        using var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        var reply = new Reply(
            (int)response.StatusCode,
            response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated)
                .ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Check(reply);
        return reply;
    }

    /// <summary>Sends a text as it is and gives back everything that came, for what a client library would smooth over.</summary>
    public Task<string> SendRawAsync(string request) => SendBytesAsync(Encoding.UTF8.GetBytes(request), Timeout.InfiniteTimeSpan);

    /// <summary>Sends bytes as they are and gives back everything that came until the server closed the connection.</summary>
    /// <param name="request">The bytes.</param>
    /// <param name="patience">How long to wait for more.</param>
    /// <param name="hangsUp">Whether the client goes away without waiting for an answer.</param>
    public async Task<string> SendBytesAsync(byte[] request, TimeSpan patience, bool hangsUp = false)
    {
        var colon = Host.LastIndexOf(':');
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Parse(Host[..colon]), int.Parse(Host[(colon + 1)..]), TestContext.Current.CancellationToken);
        await using var stream = client.GetStream();
        await stream.WriteAsync(request, TestContext.Current.CancellationToken);
        if (hangsUp) return "";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(patience);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync(limit.Token);
    }

    /// <summary>Puts a record into the store as if the device had registered.</summary>
    public async Task<RegistrationRecord> RegisterAsync(RegistrationRecord record)
    {
        var stored = await _store.FindRegistrationAsync(record.InstanceName, record.RegistrationId, CancellationToken.None);
        var outcome = await _store.CommitAsync([new PutRegistration(record, stored?.ETag)], CancellationToken.None);
        Assert.Equal(CommitOutcome.Committed, outcome);
        return record;
    }

    // What holds for every answer, whatever was asked: checklist rows 19, 20 and 119.
    private void Check(Reply reply)
    {
        Assert.True(Problem is null, Problem);
        Assert.True(reply.Status != 500, reply.Text);
        Assert.DoesNotContain("ETag", reply.Headers.Keys);
        // What the HTTP parser refuses never comes to our code, and has no body.
        if (reply.Status != 400 || reply.Text.Length > 0) Assert.True(Guid.TryParse(reply.Headers["x-ms-request-id"], out _));
        if (reply.Status == 204)
        {
            Assert.Equal("", reply.Text);
            Assert.DoesNotContain("Content-Type", reply.Headers.Keys);
        }
        else if (reply.Text.Length > 0)
        {
            Assert.Equal("application/json; charset=utf-8", reply.Headers["Content-Type"]);
        }
    }

    private LinkedHub Hub() => new()
    {
        InstanceName = Instance.Name,
        HostName = LinkedHubName,
        Connector = "embedded",
        ConnectionString = new Secret("HostName=hub1.example.net"),
        ETag = ETag.Create(DateTimeOffset.UtcNow),
    };

    private sealed class LogCapture : ILoggerProvider, ILogger
    {
        private readonly StringBuilder _text = new();

        /// <summary>What must not be logged: keys, and the beginnings of tokens, signatures and private keys.</summary>
        public string[] Secrets { get; set; } =
            [Bodies.PrimaryKey, Bodies.SecondaryKey, "sig=", "sig%3D", "SharedAccessSignature sr", "Bearer ey", "PRIVATE KEY", "code=secret"];

        public string? Problem { get; private set; }

        public string Text
        {
            get
            {
                lock (_text) return _text.ToString();
            }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var line = formatter(state, exception);
            lock (_text)
            {
                _text.AppendLine(line);
                if (Problem is not null) return;
                if (logLevel >= LogLevel.Error || Array.Exists(Secrets, secret => line.Contains(secret, StringComparison.Ordinal)))
                    Problem = $"{logLevel}: {line} {exception}";
            }
        }

        public void Dispose()
        {
        }
    }
}

/// <summary>An answer.</summary>
public sealed record Reply(int Status, IReadOnlyDictionary<string, string> Headers, string Text)
{
    /// <summary>The body as JSON.</summary>
    public JsonElement Json { get; } = Parse(Text);

    /// <summary>The member at a dotted path; undefined when there is none.</summary>
    public JsonElement this[string path] => path.Split('.').Aggregate(
        Json, (element, name) =>
            element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : default);

    public string? ETag => this["etag"].GetString();

    public int ErrorCode => this["errorCode"] is { ValueKind: JsonValueKind.Number } code ? code.GetInt32() : 0;

    public string? Message => this["message"] is { ValueKind: JsonValueKind.String } message ? message.GetString() : null;

    /// <summary>Names of the root object's members, in order.</summary>
    public string Members => string.Join(' ', Json.EnumerateObject().Select(member => member.Name));

    public Reply ShouldBe(int statusOrErrorCode)
    {
        var expectedStatus = statusOrErrorCode > 999 ? statusOrErrorCode / 1000 : statusOrErrorCode;
        Assert.True(expectedStatus == Status, $"Expected {statusOrErrorCode}, got {Status}: {Text}");
        if (statusOrErrorCode > 999) Assert.True(statusOrErrorCode == ErrorCode, $"Expected {statusOrErrorCode}: {Text}");
        return this;
    }

    public void ShouldBeBelow500() => Assert.True(Status < 500, Text);

    private static JsonElement Parse(string text)
    {
        if (text.Length == 0) return default;
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
