using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Muster.Hubs.Tests.Webhooks;

/// <summary>An allocation webhook over plain http that answers as a script says and remembers what it was asked.</summary>
internal sealed class WebhookServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Func<HttpContext, Task>> _script = new();

    private WebhookServer()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            Bodies.Enqueue(await reader.ReadToEndAsync());
            Requests.Enqueue($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString} {context.Request.ContentType}");
            await (_script.TryDequeue(out var step) ? step(context) : Default(context));
        });
    }

    public Uri Url { get; private set; } = null!;

    public ConcurrentQueue<string> Bodies { get; } = new();

    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>What it does when the script is at its end.</summary>
    public Func<HttpContext, Task> Default { get; set; } = Answer(200, "{}");

    public static async Task<WebhookServer> StartAsync()
    {
        var server = new WebhookServer();
        await server._app.StartAsync();
        var address = server._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        server.Url = new Uri(new Uri(address), "/allocate?code=very-secret");
        return server;
    }

    public void Next(Func<HttpContext, Task> step) => _script.Enqueue(step);

    public static Func<HttpContext, Task> Answer(int status, string body) => async context =>
    {
        context.Response.StatusCode = status;
        await context.Response.WriteAsync(body);
    };

    /// <summary>A step that sends without end in sight, and without saying how much.</summary>
    public static async Task Flood(HttpContext context, int bytes)
    {
        var chunk = new byte[64 * 1024];
        for (var sent = 0; sent < bytes && !context.RequestAborted.IsCancellationRequested; sent += chunk.Length)
            await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
    }

    /// <summary>A step that never answers.</summary>
    public static async Task Hang(HttpContext context)
    {
        var gone = new TaskCompletionSource();
        await using var registration = context.RequestAborted.Register(gone.SetResult);
        await gone.Task;
    }

    /// <summary>A step that breaks the connection off.</summary>
    public static Task BreakOff(HttpContext context)
    {
        context.Abort();
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
