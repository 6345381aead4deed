using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Muster.EmbeddedHub.Http;
using Muster.EmbeddedHub.Hubs;
using Muster.EmbeddedHub.Storage;
using Muster.Protocols.Sas;

namespace Muster.EmbeddedHub.Tests;

/// <summary>Embedded hubs behind a real Kestrel on a loopback port, and a client that signs its requests.</summary>
public sealed class HubServer : IAsyncDisposable
{
    public const string HostName = "hub1.muster.test";
    public const string SecondHostName = "hub2.muster.test";

    private readonly WebApplication _application;
    private readonly HttpClient _client;

    private HubServer(WebApplication application, InMemoryHubStore store, ManualClock clock)
    {
        _application = application;
        Store = store;
        Clock = clock;
        _client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(application.Urls.First()) };
    }

    internal InMemoryHubStore Store { get; }

    internal ManualClock Clock { get; }

    public Uri Address => _client.BaseAddress!;

    public EmbeddedHubDirectory Directory => _application.Services.GetRequiredService<EmbeddedHubDirectory>();

    public EmbeddedHubDescription Hub => Directory.Find(HostName)!;

    public static async Task<HubServer> StartAsync(EmbeddedHubDescription? known = null)
    {
        var (store, clock) = (new InMemoryHubStore(), new ManualClock());
        if (known is not null) await store.PutHubAsync(known, CancellationToken.None);

        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IEmbeddedHubStore>(store);
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Services.AddEmbeddedHub();
        var application = builder.Build();
        application.MapEmbeddedHub();
        await application.Services.GetRequiredService<EmbeddedHubDirectory>()
            .EnsureCreatedAsync([HostName, SecondHostName], CancellationToken.None);
        await application.StartAsync();
        return new HubServer(application, store, clock);
    }

    public string Token(string policy = "iothubowner", string resource = HostName, bool secondary = false, TimeSpan? lifetime = null)
    {
        var keys = Hub.FindPolicy(policy)!;
        var key = Convert.FromBase64String(secondary ? keys.SecondaryKey : keys.PrimaryKey);
        return SasTokenBuilder.Create(resource, key, Clock.Now + (lifetime ?? TimeSpan.FromHours(1)), policy);
    }

    /// <summary>Sends a request; the path gets an api-version unless it has a query.</summary>
    public async Task<HubAnswer> SendAsync(
        string method,
        string path,
        string? body = null,
        string? ifMatch = null,
        string? token = null,
        string host = HostName)
    {
        var target = path.Contains('?', StringComparison.Ordinal) ? path : path + "?api-version=2021-04-12";
        using var request = new HttpRequestMessage(new HttpMethod(method), target);
        request.Headers.Host = host;
        request.Headers.TryAddWithoutValidation("Authorization", token ?? Token());
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using var response = await _client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new HubAnswer(
            (int)response.StatusCode,
            text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text),
            response.Headers.ETag?.ToString(),
            response.Headers.TryGetValues("iothub-errorcode", out var codes) ? codes.Single() : null,
            response.Content.Headers.ContentType?.ToString());
    }

    public Task<HubAnswer> CreateAsync(string deviceId, string body = "{}") =>
        SendAsync("PUT", "/devices/" + Uri.EscapeDataString(deviceId), body);

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _application.DisposeAsync();
    }
}

/// <summary>What came back.</summary>
public sealed record HubAnswer(int Status, JsonElement Body, string? ETag, string? ErrorCode, string? ContentType)
{
    public string? Message =>
        Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty(nameof(Message), out var text) ? text.GetString() : null;

    public string? Text(params string[] path)
    {
        var element = Body;
        foreach (var name in path) element = element.GetProperty(name);
        return element.ToString();
    }

    /// <summary>The refusal in all its places: status, header, body.</summary>
    public void ShouldBe(int status, string errorName)
    {
        Assert.Equal((status, errorName), (Status, ErrorCode));
        Assert.Matches($"^ErrorCode:{errorName};[^;]+$", Message);
        Assert.Matches(
            @"^Tracking ID:[0-9a-f]{32}-G:0-TimeStamp:\d\d/\d\d/\d{4} \d\d:\d\d:\d\d$",
            Body.GetProperty("ExceptionMessage").GetString());
        Assert.Equal("application/json; charset=utf-8", ContentType);
    }
}
