using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Muster.Certificates;

namespace Muster.Tests.Registration;

/// <summary>An HTTPS server that gives prepared answers in order and remembers what it was asked.</summary>
internal sealed class ScriptedService : IAsyncDisposable
{
    private readonly ConcurrentQueue<(int Status, string? RetryAfter, string Body)> _answers;
    private readonly WebApplication _app;
    private readonly TemporaryFolder _folder = new();

    private ScriptedService((int Status, string? RetryAfter, string Body)[] answers)
    {
        _answers = new(answers);
        var root = CertificateAuthority.CreateRoot(DateTimeOffset.UtcNow);
        var server = CertificateAuthority.CreateServer(root, ["localhost"], "http://localhost/x.crl", DateTimeOffset.UtcNow);
        RootFile = _folder.Write("root.pem", root.ExportCertificatePem());
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(server)));
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    public string RootFile { get; }

    public List<(string Method, string Target, string Authorization, string Body)> Requests { get; } = [];

    public string Endpoint => _app.Urls.Single().Replace("127.0.0.1", "localhost", StringComparison.Ordinal);

    public static async Task<ScriptedService> StartAsync(params (int Status, string? RetryAfter, string Body)[] answers)
    {
        var service = new ScriptedService(answers);
        await service._app.StartAsync();
        return service;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var target = context.Request.Path + context.Request.QueryString.Value;
        Requests.Add((context.Request.Method, target, context.Request.Headers.Authorization.ToString(), await reader.ReadToEndAsync()));
        if (!_answers.TryDequeue(out var answer)) answer = (500, null, "the script has ended");
        context.Response.StatusCode = answer.Status;
        if (answer.RetryAfter is not null) context.Response.Headers.RetryAfter = answer.RetryAfter;
        context.Response.ContentType = "application/json; charset=utf-8";
        await context.Response.WriteAsync(answer.Body);
    }
}
