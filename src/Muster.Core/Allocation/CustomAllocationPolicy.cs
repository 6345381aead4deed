using System.Collections.Concurrent;
using Muster.Core.Errors;
using Muster.Core.Hubs;

namespace Muster.Core.Allocation;

/// <summary>
/// Custom allocation: the enrollment's webhook decides (iot-hub 5.5, behaviour B-9.4). It is asked on every registration, also where the
/// device keeps its hub, because it may return a payload.
/// </summary>
public sealed class CustomAllocationPolicy : IAllocationPolicy
{
    private const int FirstRetriedStatus = 429;
    private const string TraceName = "webhook";

    private readonly IAllocationWebhook _webhook;
    private readonly WebhookRequestBody _body;
    private readonly WebhookOptions _options;
    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<string, HubLane> _lanes = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Makes the policy.</summary>
    public CustomAllocationPolicy(IAllocationWebhook webhook, WebhookRequestBody body, WebhookOptions options, TimeProvider clock)
    {
        _webhook = webhook;
        _body = body;
        _options = options;
        _clock = clock;
    }

    /// <inheritdoc/>
    public AllocationPolicyKind Kind => AllocationPolicyKind.Custom;

    /// <inheritdoc/>
    public async ValueTask<Result<AllocationResult>> AllocateAsync(AllocationRequest request, CancellationToken cancellationToken)
    {
        if (request.Enrollment.CustomAllocationDefinition is not { } webhook)
            return AllocationRefusals.CustomUnusable("the enrollment names no webhook.");
        if (!Uri.TryCreate(webhook.WebhookUrl, UriKind.Absolute, out var url))
            return AllocationRefusals.CustomUnusable("the enrollment's webhook is not a URL.");

        var shown = WebhookRequestBody.Masked(webhook.WebhookUrl);
        var body = _body.Write(request, webhook);
        var candidates = string.Join(", ", request.Candidates.Select(hub => hub.HostName));
        request.Trace?.Pass(TraceName, WebhookExchange.Describe(request, shown, body.Length));
        if (!(await AskAsync(url, webhook.WebhookUrl, body, request, cancellationToken)).Try(out var answer, out var refusal)) return refusal;

        if (request is { KeepsHub: true, Current: { } current })
            return new AllocationResult(current.HubHostName, "The webhook was asked for its payload only.") { Payload = answer.Payload };

        if (answer.HubHostName is null) return AllocationRefusals.CustomNamedNoHub;
        var chosen = request.Candidates.FirstOrDefault(hub => hub.HostName.Equals(answer.HubHostName, StringComparison.OrdinalIgnoreCase));
        return chosen is null
            ? AllocationRefusals.CustomUnusable($"the webhook chose '{Shorten(answer.HubHostName)}', which is none of the hubs it was given.")
            : new AllocationResult(chosen.HostName, $"The webhook {shown} chose it among {candidates}.")
            {
                InitialTwin = answer.InitialTwin,
                Payload = answer.Payload,
            };
    }

    private async Task<Result<WebhookResponseBody>> AskAsync(
        Uri url, string address, ReadOnlyMemory<byte> body, AllocationRequest request, CancellationToken cancellationToken)
    {
        var lane = _lanes.GetOrAdd(url.Authority, host => new HubLane(host, _options.Concurrency, _clock));
        for (var retry = 0; ; retry++)
        {
            WebhookAnswer answer;

            // Only the call itself takes a place, so that waiting ones do not hold up others of the same webhook.
            using (await lane.EnterAsync(cancellationToken)) answer = await PostAsync(address, body, cancellationToken);
            var parsed = Read(answer, out var mayRetry);
            if (parsed.Try(out var said, out var refusal))
            {
                request.Trace?.Pass(TraceName, WebhookExchange.Describe(said, answer.Body.Length));
                return parsed;
            }

            request.Trace?.Fail(TraceName, refusal.Message + WebhookExchange.Beginning(answer.Body));
            if (!mayRetry || retry >= _options.Retries) return refusal;
            await Task.Delay(_options.FirstWait + (retry * _options.WaitIncrement), _clock, cancellationToken);
        }
    }

    private async Task<WebhookAnswer> PostAsync(string address, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_options.Timeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await _webhook.PostAsync(address, body, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new WebhookAnswer(Status: null, ReadOnlyMemory<byte>.Empty,
                $"the webhook did not answer within {_options.Timeout.TotalSeconds:0.#} seconds.", MayRetry: true);
        }
    }

    /// <summary>The table of results of iot-hub 5.5.</summary>
    private static Result<WebhookResponseBody> Read(WebhookAnswer answer, out bool mayRetry)
    {
        mayRetry = answer.MayRetry;
        if (answer.Problem is { } problem) return AllocationRefusals.CustomUnusable(problem);
        switch (answer.Status)
        {
            case 200:
                mayRetry = true;
                return WebhookResponseBody.Parse(answer.Body);
            case 401:
                return AllocationRefusals.CustomUnauthorized;
            case { } status:
                mayRetry = status >= FirstRetriedStatus;
                return AllocationRefusals.CustomStatus(status);
            default:
                return AllocationRefusals.CustomUnusable("the webhook did not answer.");
        }
    }

    private static string Shorten(string text) => text.Length <= 64 ? text : text[..64] + "...";
}
