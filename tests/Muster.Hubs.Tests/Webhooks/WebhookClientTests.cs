using System.Net;
using System.Text;
using Muster.Core.Allocation;
using Muster.Hubs.Webhooks;

namespace Muster.Hubs.Tests.Webhooks;

/// <summary>What the webhook client does not do: follow, read too much, or call where it must not.</summary>
public sealed class WebhookClientTests
{
    private static readonly WebhookOptions Here = new() { AllowsHttp = true, AllowsOwnAddresses = true };
    private static readonly ReadOnlyMemory<byte> Body = Encoding.UTF8.GetBytes("{}");

    [Fact]
    public async Task A_body_is_posted_as_JSON_and_the_answer_read()
    {
        await using var server = await WebhookServer.StartAsync();
        server.Next(WebhookServer.Answer(200, """{"iotHubHostName":"a"}"""));
        var answer = await PostAsync(server.Url.AbsoluteUri);
        Assert.Equal((200, """{"iotHubHostName":"a"}"""), (answer.Status, Encoding.UTF8.GetString(answer.Body.Span)));
        Assert.Equal("POST /allocate?code=very-secret application/json; charset=utf-8", server.Requests.Single());
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var server = await WebhookServer.StartAsync();
        server.Next(context =>
        {
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = "/elsewhere";
            return Task.CompletedTask;
        });
        Assert.Equal(307, (await PostAsync(server.Url.AbsoluteUri)).Status);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_answer_of_ten_megabytes_is_not_read(bool tellsLength)
    {
        await using var server = await WebhookServer.StartAsync();
        server.Next(async context =>
        {
            if (tellsLength) context.Response.ContentLength = 10 * 1024 * 1024;
            var chunk = new byte[64 * 1024];
            for (var sent = 0; sent < 160 && !context.RequestAborted.IsCancellationRequested; sent++)
                await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
        });
        var answer = await PostAsync(server.Url.AbsoluteUri);
        Assert.Contains("larger than 64 KB", answer.Problem, StringComparison.Ordinal);
        Assert.False(answer.MayRetry);
    }

    [Theory]
    [InlineData("http://127.0.0.1:1/", false, false, "not https")]
    [InlineData("ftp://example.net/", true, true, "not https")]
    [InlineData("https://127.0.0.1:1/", false, false, "own")]
    [InlineData("https://localhost:1/", false, false, "own")]
    [InlineData("https://[::1]:1/", false, false, "own")]
    [InlineData("https://0.0.0.0:1/", false, false, "own")]
    [InlineData("https://[::ffff:127.0.0.1]:1/", false, false, "own")]
    [InlineData("https://169.254.169.254/latest", true, true, "link-local")]
    [InlineData("https://[fe80::1]/", true, true, "link-local")]
    [InlineData("https://[::ffff:169.254.169.254]/", true, true, "link-local")]
    [InlineData("https://224.0.0.1/", true, true, "no address of a single host")]
    public async Task Addresses_that_only_the_server_can_reach_are_not_called(string url, bool allowsHttp, bool allowsOwn, string problem)
    {
        using var webhook = new HttpAllocationWebhook(new WebhookOptions { AllowsHttp = allowsHttp, AllowsOwnAddresses = allowsOwn });
        var answer = await webhook.PostAsync(url, Body, default);
        Assert.Contains(problem, answer.Problem, StringComparison.Ordinal);
        Assert.False(answer.MayRetry);
    }

    [Theory]
    [InlineData("10.1.2.3", null)]
    [InlineData("203.0.113.7", null)]
    [InlineData("2001:db8::1", null)]
    [InlineData("fd00:ec2::254", "link-local")]
    [InlineData("255.255.255.255", "single host")]
    [InlineData("0.1.2.3", "own")]
    [InlineData("127.9.9.9", "own")]
    public void Addresses_are_judged_by_what_they_are(string address, string? problem)
    {
        var verdict = WebhookAddresses.Check(IPAddress.Parse(address), allowsOwn: false);
        if (problem is null) Assert.Null(verdict);
        else Assert.Contains(problem, verdict, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_closed_port_may_be_tried_again_and_its_message_has_no_secret()
    {
        var answer = await PostAsync("http://127.0.0.1:1/allocate?code=very-secret");
        Assert.True(answer.MayRetry);
        Assert.DoesNotContain("very-secret", answer.Problem, StringComparison.Ordinal);
    }

    private static async Task<WebhookAnswer> PostAsync(string url)
    {
        using var webhook = new HttpAllocationWebhook(Here);
        return await webhook.PostAsync(url, Body, default);
    }
}
