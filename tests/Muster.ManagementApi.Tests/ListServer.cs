using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Muster.ManagementApi.Tests;

/// <summary>A web server of a CA on a loopback port; a test says what each path answers.</summary>
public sealed class ListServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _requests = [];
    private readonly ConcurrentDictionary<string, RequestDelegate> _answers = new(StringComparer.Ordinal);
    private WebApplication? _app;

    public string Address { get; private set; } = "";

    /// <summary>The paths that were asked for, in order.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Run(context =>
        {
            var path = context.Request.Path.Value!;
            _requests.Enqueue(path);
            if (_answers.TryGetValue(path, out var answer)) return answer(context);
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
        await _app.StartAsync();
        Address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
    }

    public void Serve(string path, RequestDelegate answer) => _answers[path] = answer;

    public void Serve(string path, byte[] list) => Serve(path, context => context.Response.Body.WriteAsync(list).AsTask());

    public void Redirect(string path, string target) => Serve(path, context =>
    {
        context.Response.Redirect(target);
        return Task.CompletedTask;
    });

    public ValueTask DisposeAsync() => _app?.DisposeAsync() ?? ValueTask.CompletedTask;
}
