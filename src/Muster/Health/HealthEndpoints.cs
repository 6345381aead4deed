namespace Muster.Health;

/// <summary><c>GET /healthz</c>: the process is up. <c>GET /readyz</c>: every <see cref="IReadinessCheck"/> passes.</summary>
public static class HealthEndpoints
{
    /// <summary>Longest time a check may take before it counts as failed.</summary>
    private static readonly TimeSpan CheckTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Adds both endpoints.</summary>
    public static void Map(IEndpointRouteBuilder endpoints, IReadOnlyList<IReadinessCheck> checks, TimeProvider time)
    {
        endpoints.MapGet("/healthz", context => WriteAsync(context, StatusCodes.Status200OK, "healthy\n"));
        endpoints.MapGet("/readyz", async context =>
        {
            var problems = new List<string>();
            foreach (var check in checks)
            {
                if (await RunAsync(check, time, context.RequestAborted) is { } problem) problems.Add($"{check.Name}: {problem}\n");
            }

            if (problems.Count == 0)
                await WriteAsync(context, StatusCodes.Status200OK, "ready\n");
            else
                await WriteAsync(context, StatusCodes.Status503ServiceUnavailable, string.Concat(problems));
        });
    }

    private static async Task<string?> RunAsync(IReadinessCheck check, TimeProvider time, CancellationToken aborted)
    {
        using var timeout = new CancellationTokenSource(CheckTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, aborted);
        try
        {
            return await check.FindProblemAsync(either.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return $"no answer within {CheckTimeout.TotalSeconds} seconds";
        }
    }

    private static Task WriteAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(text, context.RequestAborted);
    }
}
