using System.Collections.Concurrent;

namespace Muster.ServiceApi.Tests;

/// <summary>Pages while others write: checklist row 87.</summary>
public sealed class ScanTests(ServiceApiHost host) : IClassFixture<ServiceApiHost>
{
    private const int Lasting = 120;
    private const int Passing = 60;

    [Theory]
    [InlineData("/enrollments", "SELECT *")]
    [InlineData("/enrollmentGroups", "*")]
    [InlineData("/enrollments", "select * order by registrationId desc")]
    [InlineData("/enrollments", "select * where provisioningStatus = 'enabled' order by createdDateTimeUtc")]
    public async Task What_is_there_throughout_appears_exactly_once(string path, string query)
    {
        var prefix = Bodies.Id();
        var lasting = Enumerable.Range(0, Lasting).Select(i => $"{prefix}-{i:d3}-stays").ToArray();
        var passing = Enumerable.Range(0, Passing).Select(i => $"{prefix}-{2 * i:d3}-goes").ToArray();
        foreach (var id in lasting.Concat(passing)) (await host.PutAsync($"{path}/{id}", Bodies.Symmetric)).ShouldBe(200);

        // A page, then some writes before and behind it, and so on: no page sees two states, each sees another one.
        var waiting = new ConcurrentQueue<string>(passing);
        var seen = new List<string>();
        var (continuation, page) = ("", 0);
        do
        {
            (string, string)[] headers = continuation.Length == 0
                ? [("x-ms-max-item-count", "7")]
                : [("x-ms-max-item-count", "7"), ("x-ms-continuation", continuation)];
            var reply = (await host.PostAsync(path + "/query", $$"""{"query":"{{query}}"}""", headers)).ShouldBe(200);
            seen.AddRange(reply.Json.EnumerateArray().Select(item => item.EnumerateObject().First().Value.GetString()!));
            continuation = reply.Headers.GetValueOrDefault("x-ms-continuation", "");
            page++;
            await Task.WhenAll(
                DeleteAsync(waiting), DeleteAsync(waiting), DeleteAsync(waiting),
                CreateAsync($"{prefix}-{(page * 37) % 120:d3}-new-{page}"), CreateAsync($"{prefix}-{page % 120:d3}-a-new-{page}"),
                UpdateAsync(lasting[page * 11 % Lasting]));
        }
        while (continuation.Length > 0);

        Assert.Equal(lasting, seen.Where(id => id.EndsWith("-stays", StringComparison.Ordinal) && id.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Equal(seen.Count, seen.Distinct(StringComparer.Ordinal).Count());

        async Task DeleteAsync(ConcurrentQueue<string> ids)
        {
            if (ids.TryDequeue(out var id)) (await host.DeleteAsync($"{path}/{id}")).ShouldBe(204);
        }

        async Task CreateAsync(string id) => (await host.PutAsync($"{path}/{id}", Bodies.Symmetric)).ShouldBe(200);

        async Task UpdateAsync(string id) => (await host.PutAsync($"{path}/{id}", Bodies.Symmetric, ("If-Match", "*"))).ShouldBe(200);
    }
}
