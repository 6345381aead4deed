using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Muster.Core.Hubs;
using Muster.Core.Secrets;
using Muster.Protocols.Sas;

namespace Muster.TestKit;

/// <summary>
/// A hub with the IoT Hub REST API over HTTPS, apart from the product's own: it checks tokens, keeps devices and twins, and does what a
/// script says first - throttle, fail, hang, break off. It can be limited to a rate as real hubs are.
/// </summary>
public sealed class RestHub : IAsyncDisposable
{
    private const string KeyName = "dps";
    private readonly WebApplication _app;
    private readonly X509Certificate2 _certificate;
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly ConcurrentQueue<(Func<HttpRequest, bool> Matches, Func<HttpContext, Task> Step)> _script = new();
    private readonly Lock _mutex = new();
    private readonly double? _callsPerSecond;
    private double _tokens;
    private long _refilled;
    private long _version;

    private RestHub(string hostName, double? callsPerSecond)
    {
        HostName = hostName;
        _callsPerSecond = callsPerSecond;
        _tokens = callsPerSecond ?? 0;
        _refilled = TimeProvider.System.GetTimestamp();
        _certificate = Certificate(hostName);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(
            IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.UseHttps(_certificate);
            }));
        _app = builder.Build();
        _app.Run(HandleAsync);
    }

    public string HostName { get; }

    public int Port { get; private set; }

    /// <summary>Trusting this certificate trusts the hub.</summary>
    public string RootCertificate => _certificate.ExportCertificatePem();

    public ConcurrentDictionary<string, RestHubDevice> Devices { get; } = new(StringComparer.Ordinal);

    /// <summary>Every call as <c>PUT /devices/x</c>, refused ones included.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    /// <summary>How many calls were throttled.</summary>
    public int Throttled { get; private set; }

    public string ConnectionString => $"HostName={HostName};SharedAccessKeyName={KeyName};SharedAccessKey={Convert.ToBase64String(_key)}";

    /// <summary>Whether bearer tokens are accepted, and which.</summary>
    public string? BearerToken { get; set; }

    /// <summary>What to link this hub with.</summary>
    public LinkedHubDefinition Definition => new()
    {
        ConnectionString = new Secret(ConnectionString),
        Settings = new HubConnectorSettings { Address = "127.0.0.1", Port = Port, RootCertificates = RootCertificate, TimeoutSeconds = 5 },
    };

    public static async Task<RestHub> StartAsync(string hostName = "rest-hub.test", double? callsPerSecond = null)
    {
        var hub = new RestHub(hostName, callsPerSecond);
        await hub._app.StartAsync();
        var addresses = hub._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        hub.Port = new Uri(addresses.Addresses.Single()).Port;
        return hub;
    }

    /// <summary>Adds a step for the next call that begins with the method and path; the call goes no further.</summary>
    public void Next(string call, Func<HttpContext, Task> step) => _script.Enqueue((request => Name(request).StartsWith(call, StringComparison.Ordinal), step));

    /// <summary>A step that answers.</summary>
    public static Func<HttpContext, Task> Answer(int status, string body, params (string Name, string Value)[] headers) => async context =>
    {
        foreach (var (name, value) in headers) context.Response.Headers[name] = value;
        await WriteAsync(context, status, body);
    };

    /// <summary>A step that answers as a real hub refuses.</summary>
    public static Func<HttpContext, Task> Refuse(int status, string name, string text, params (string Name, string Value)[] headers) =>
        Answer(status, ErrorBody(name, text), [.. headers, ("iothub-errorcode", name)]);

    /// <summary>A step that breaks the connection off.</summary>
    public static Task BreakOff(HttpContext context)
    {
        context.Abort();
        return Task.CompletedTask;
    }

    /// <summary>A step that never answers.</summary>
    public static async Task Hang(HttpContext context)
    {
        var gone = new TaskCompletionSource();
        await using var registration = context.RequestAborted.Register(gone.SetResult);
        await gone.Task;
    }

    /// <summary>A step that lets the hub do the call as without a script.</summary>
    public Func<HttpContext, Task> Do => ServeAsync;

    /// <summary>A step that lets the hub do the call and then breaks the connection off.</summary>
    public Func<HttpContext, Task> DoAndBreakOff => async context =>
    {
        var body = context.Response.Body;
        context.Response.Body = new MemoryStream();
        await ServeAsync(context);
        context.Response.Body = body;
        context.Abort();
    };

    public static string ErrorBody(string name, string text) =>
        $$"""{"Message":"ErrorCode:{{name}};{{text}}","ExceptionMessage":"Tracking ID:0123456789abcdef0123456789abcdef-G:0-TimeStamp:11/22/2026 01:02:03"}""";

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _certificate.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        Calls.Enqueue(Name(context.Request));
        if (_script.TryPeek(out var next) && next.Matches(context.Request) && _script.TryDequeue(out next))
        {
            await next.Step(context);
            return;
        }

        if (!TakeToken())
        {
            await Refuse(429, "ThrottlingBacklogTimeout",
                "The request has been throttled. Wait 1 seconds and try again. Operation type: CRUD", ("Retry-After", "1"))(context);
            return;
        }

        await ServeAsync(context);
    }

    private async Task ServeAsync(HttpContext context)
    {
        if (!IsAuthorized(context.Request.Headers.Authorization.ToString()))
        {
            await Refuse(401, "IotHubUnauthorizedAccess", "Unauthorized")(context);
            return;
        }

        var segments = Path(context.Request).Trim('/').Split('/').Select(Uri.UnescapeDataString).ToArray();
        var body = await ReadAsync(context.Request);
        var ifMatch = context.Request.Headers.IfMatch.ToString().Trim('"');
        var (status, answer) = Serve(context.Request.Method, segments, body, ifMatch);
        await WriteAsync(context, status, answer);
    }

    private (int Status, string Body) Serve(string method, string[] segments, JsonNode? body, string ifMatch)
    {
        lock (_mutex)
        {
            if (segments is ["devices"] && method == "POST") return Import(body!.AsArray());
            if (segments is not [var collection, var id]) return (404, ErrorBody("GenericNotFound", "No such path"));
            var device = Devices.GetValueOrDefault(id);
            switch (collection, method)
            {
                case ("devices", "PUT") when ifMatch.Length == 0:
                    if (device is not null) return (409, ErrorBody("DeviceAlreadyExists", $"A device with ID '{id}' is already registered."));
                    Devices[id] = device = new RestHubDevice(body!.AsObject());
                    Touch(device);
                    return (200, device.Identity.ToJsonString());
                case (_, _) when device is null:
                    return (404, ErrorBody("DeviceNotFound", $"Device {id} is not registered."));
                case ("devices", "PUT") when ifMatch != "*" && ifMatch != (string?)device!.Identity["etag"]:
                    return (412, ErrorBody("PreconditionFailed", "The etag is stale."));
                case ("devices", "PUT"):
                    device!.Identity = body!.AsObject();
                    Touch(device);
                    return (200, device.Identity.ToJsonString());
                case ("devices", "GET"):
                    return (200, device!.Identity.ToJsonString());
                case ("devices", "DELETE"):
                    Devices.TryRemove(id, out _);
                    return (204, "");
                case ("twins", "GET"):
                    return (200, device!.Twin().ToJsonString());
                case ("twins", "PATCH"):
                    Merge(device!.Tags, body!["tags"]);
                    Merge(device.Desired, body["properties"]?["desired"]);
                    return (200, device.Twin().ToJsonString());
                case ("twins", "PUT"):
                    Replace(device!, body!);
                    return (200, device!.Twin().ToJsonString());
                default:
                    return (405, ErrorBody("GenericMethodNotAllowed", "No such method"));
            }
        }
    }

    private (int Status, string Body) Import(JsonArray entries)
    {
        foreach (var entry in entries)
        {
            if (!Devices.TryGetValue((string)entry!["id"]!, out var device)) return (400, """{"isSuccessful":false,"errors":[],"warnings":[]}""");
            Replace(device, entry);
            if (entry["properties"]?["reported"] is JsonObject reported) device.Reported = reported.DeepClone().AsObject();
        }

        return (200, """{"isSuccessful":true,"errors":[],"warnings":[]}""");
    }

    private void Touch(RestHubDevice device) =>
        device.Identity["etag"] = Convert.ToBase64String(BitConverter.GetBytes(Interlocked.Increment(ref _version)));

    private static void Replace(RestHubDevice device, JsonNode body)
    {
        if (body["tags"] is JsonObject tags) device.Tags = tags.DeepClone().AsObject();
        if (body["properties"]?["desired"] is JsonObject desired) device.Desired = desired.DeepClone().AsObject();
    }

    private static void Merge(JsonObject target, JsonNode? patch)
    {
        if (patch is not JsonObject members) return;
        foreach (var (name, value) in members)
        {
            if (value is JsonObject inner && target[name] is JsonObject existing) Merge(existing, inner);
            else if (value is null) target.Remove(name);
            else target[name] = value.DeepClone();
        }
    }

    private bool IsAuthorized(string header)
    {
        if (BearerToken is { } bearer && header == "Bearer " + bearer) return true;
        return SasToken.TryParse(header, out var token, out _) && token is not null
            && token.KeyName == KeyName && token.IsSignedWith(_key) && SasScope.Covers(token.Resource, HostName, "/devices")
            && !token.IsExpired(TimeProvider.System.GetUtcNow(), TimeSpan.Zero);
    }

    private bool TakeToken()
    {
        if (_callsPerSecond is not { } rate) return true;
        lock (_mutex)
        {
            var now = TimeProvider.System.GetTimestamp();
            _tokens = Math.Min(rate, _tokens + (TimeProvider.System.GetElapsedTime(_refilled, now).TotalSeconds * rate));
            _refilled = now;
            if (_tokens < 1)
            {
                Throttled++;
                return false;
            }

            _tokens--;
            return true;
        }
    }

    private static string Name(HttpRequest request) => $"{request.Method} {Path(request)}";

    private static string Path(HttpRequest request) =>
        request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?')[0];

    private static async Task<JsonNode?> ReadAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        var text = await reader.ReadToEndAsync();
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }

    private static async Task WriteAsync(HttpContext context, int status, string body)
    {
        context.Response.StatusCode = status;
        if (body.Length == 0) return;
        context.Response.ContentType = "application/json; charset=utf-8";
        await context.Response.WriteAsync(body);
    }

    private static X509Certificate2 Certificate(string hostName)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={hostName}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(hostName);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
    }
}
