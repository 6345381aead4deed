using Muster.Core.Enrollments;

namespace Muster.ServiceApi.Tests;

/// <summary>Pages of the three queries: checklist rows 84 to 87.</summary>
public sealed class PagingTests(ServiceApiHost host) : IClassFixture<ServiceApiHost>
{
    private static readonly SemaphoreSlim Seeding = new(1, 1);

    // The header as sent, "" for none; then how many items the pages of 150 have, and what the answer echoes.
    [Theory]
    [InlineData("", "100 50")]
    [InlineData("50", "50 50 50")]
    [InlineData("75", "75 75")]
    [InlineData("150", "150")]
    [InlineData("1000", "150")]
    [InlineData("1001", "150")]
    [InlineData("99999999999999999999", "150")]
    [InlineData("0", "100 50")]
    [InlineData("-1", "100 50")]
    public async Task Page_size_decides_over_the_pages(string size, string expected)
    {
        await SeedAsync();
        foreach (var (path, itemType) in Lists)
        {
            var (counts, ids) = (new List<int>(), new List<string>());
            var continuation = "";
            while (true)
            {
                var reply = (await QueryAsync(path, "SELECT *", size, continuation)).ShouldBe(200);
                Assert.Equal(itemType, reply.Headers["x-ms-item-type"]);
                Assert.Equal(size.Length > 0, reply.Headers.TryGetValue("x-ms-max-item-count", out var echoed));
                if (size.Length > 0) Assert.Equal(size, echoed);
                counts.Add(reply.Json.GetArrayLength());
                ids.AddRange(reply.Json.EnumerateArray().Select(item => item.EnumerateObject().First().Value.GetString()!));
                if (!reply.Headers.TryGetValue("x-ms-continuation", out var next)) break;
                Assert.InRange(next.Length, 1, 2048);
                continuation = next;
            }

            Assert.Equal(expected, string.Join(' ', counts));
            Assert.Equal(150, ids.Distinct(StringComparer.OrdinalIgnoreCase).Count());
            Assert.Equal(ids.Order(StringComparer.OrdinalIgnoreCase), ids);
        }
    }

    [Theory]
    [InlineData("many")]
    [InlineData("1.5")]
    [InlineData("0x10")]
    [InlineData("1 2")]
    public async Task Page_size_that_is_no_number_is_refused(string size)
    {
        foreach (var (path, _) in Lists) (await QueryAsync(path, "*", size, "")).ShouldBe(400003);
    }

    [Fact]
    public async Task Page_size_may_change_between_pages()
    {
        await SeedAsync();
        var first = await QueryAsync("/enrollments/query", "*", "10", "");
        var second = (await QueryAsync("/enrollments/query", "*", "140", first.Headers["x-ms-continuation"])).ShouldBe(200);
        Assert.Equal(140, second.Json.GetArrayLength());
        Assert.DoesNotContain("x-ms-continuation", second.Headers.Keys);
    }

    [Fact]
    public async Task Token_belongs_to_one_operation_and_text()
    {
        await SeedAsync();
        var tokens = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (path, _) in Lists) tokens[path] = (await QueryAsync(path, "*", "10", "")).ShouldBe(200).Headers["x-ms-continuation"];
        foreach (var (path, _) in Lists)
        {
            foreach (var (origin, token) in tokens)
            {
                (await QueryAsync(path, "*", "10", token)).ShouldBe(origin == path ? 200 : 400005);
            }

            (await QueryAsync(path, "SELECT *", "10", tokens[path])).ShouldBe(400005);
            (await QueryAsync(path, "*", "10", "garbage")).ShouldBe(400005);
            (await QueryAsync(path, "*", "10", "[{\"token\":\"+RID:~x\",\"range\":{\"min\":\"\",\"max\":\"FF\"}}]")).ShouldBe(400005);
            (await QueryAsync(path, "*", "10", new string('A', 4000))).ShouldBe(400005);
        }

        (await QueryAsync("/registrations/other/query", "*", "10", tokens["/registrations/fleet/query"])).ShouldBe(400005);
        // The same operation in another spelling.
        (await QueryAsync("/REGISTRATIONS/FLEET/query", "*", "10", tokens["/registrations/fleet/query"])).ShouldBe(200);
    }

    [Fact]
    public async Task Header_names_are_lower_case_on_the_wire()
    {
        await SeedAsync();
        const string Body = "{\"query\":\"*\"}";
        var text = await host.SendRawAsync(
            $"POST /enrollments/query?api-version=2021-10-01 HTTP/1.1\r\nHost: {host.Host}\r\nAuthorization: {host.Token()}\r\n"
            + "Content-Type: application/json\r\nx-ms-max-item-count: 10\r\nConnection: close\r\n"
            + $"Content-Length: {Body.Length}\r\n\r\n{Body}");
        foreach (var name in new[] { "x-ms-item-type", "x-ms-continuation", "x-ms-max-item-count", "x-ms-request-id" })
            Assert.Contains($"\r\n{name}: ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\r\netag:", text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Condition_that_parses_narrows_the_list()
    {
        await SeedAsync();
        var reply = await QueryAsync("/enrollments/query", "SELECT * FROM enrollments WHERE startswith(registrationId, 'DEV-00') AND deviceId != null", "", "");
        Assert.Equal(10, reply.ShouldBe(200).Json.GetArrayLength());
        Assert.Equal(1, (await QueryAsync("/enrollmentGroups/query", "select * where enrollmentGroupId = 'DEV-007'", "", "")).Json.GetArrayLength());
        Assert.Equal(1, (await QueryAsync("/registrations/fleet/query", "select * where registrationId='DEV-007'", "", "")).Json.GetArrayLength());
        var descending = await QueryAsync("/enrollments/query", "select * order by registrationId desc", "2", "");
        Assert.Equal(
            "dev-149 dev-148", string.Join(' ', descending.Json.EnumerateArray().Select(item => item.GetProperty("registrationId").GetString())));
    }

    [Theory]
    [InlineData("not json", "text/plain")]
    [InlineData("[]", "application/json")]
    [InlineData("{\"query\":7}", "application/json")]
    [InlineData("{}", "")]
    public async Task Query_of_a_group_refuses_no_body(string body, string contentType)
    {
        await SeedAsync();
        var reply = await host.PostAsync("/registrations/fleet/query", body, ("Content-Type", contentType));
        Assert.Equal(100, reply.ShouldBe(200).Json.GetArrayLength());
    }

    private static readonly (string Path, string ItemType)[] Lists =
    [
        ("/enrollments/query", "Enrollment"), ("/enrollmentGroups/query", "EnrollmentGroup"), ("/registrations/fleet/query", "DeviceRegistration"),
    ];

    private Task<Reply> QueryAsync(string path, string text, string size, string continuation)
    {
        List<(string, string)> headers = [];
        if (size.Length > 0) headers.Add(("x-ms-max-item-count", size));
        if (continuation.Length > 0) headers.Add(("x-ms-continuation", continuation));
        return host.PostAsync(path, $$"""{"query":"{{text}}"}""", [.. headers]);
    }

    private async Task SeedAsync()
    {
        await Seeding.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            if ((await host.GetAsync("/enrollments/dev-000")).Status == 200) return;
            await Task.WhenAll(Enumerable.Range(0, 150).Select(async i =>
            {
                var id = i % 2 == 0 ? $"dev-{i:d3}" : $"DEV-{i:d3}";
                if (i >= 148) id = $"dev-{i:d3}";
                (await host.PutAsync($"/enrollmentGroups/{id}", Bodies.Symmetric)).ShouldBe(200);
                (await host.PutAsync($"/enrollments/{id}", Bodies.With("\"deviceId\":\"x\""))).ShouldBe(200);
                await host.RegisterAsync(Bodies.Record(host, id, EnrollmentKind.Group, "fleet"));
            }));
        }
        finally
        {
            Seeding.Release();
        }
    }
}
