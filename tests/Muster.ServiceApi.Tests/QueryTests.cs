using Xunit;

namespace Muster.ServiceApi.Tests;

/// <summary>Query texts and items: checklist rows 82, 83, 88 and 89.</summary>
public sealed class QueryTests(ServiceApiHost host) : IClassFixture<ServiceApiHost>
{
    private static readonly SemaphoreSlim Seeding = new(1, 1);

    [Theory]
    [InlineData("SELECT *")]
    [InlineData("*")]
    [InlineData("select * from enrollments")]
    [InlineData("SELECT * FROM enrollmentGroups")]
    [InlineData("this is not a query")]
    public async Task Any_text_selects_everything(string text)
    {
        await SeedAsync();
        foreach (var (path, idMember, itemType) in new[]
        {
            ("/enrollments", "registrationId", "Enrollment"), ("/enrollmentGroups", "enrollmentGroupId", "EnrollmentGroup"),
        })
        {
            var reply = (await host.PostAsync(path + "/query", $$"""{"query":"{{text}}"}""", ("x-ms-max-item-count", "1000"))).ShouldBe(200);
            Assert.Equal(itemType, reply.Headers["x-ms-item-type"]);
            Assert.Equal("nosniff", reply.Headers["X-Content-Type-Options"]);
            Assert.Equal("application/json; charset=utf-8", reply.Headers["Content-Type"]);
            Assert.DoesNotContain("x-ms-continuation", reply.Headers.Keys);
            var ids = reply.Json.EnumerateArray().Select(item => item.GetProperty(idMember).GetString());
            Assert.Equal(250, ids.Distinct(StringComparer.Ordinal).Count());
            Assert.Equal(250, reply.Json.GetArrayLength());
            foreach (var item in reply.Json.EnumerateArray())
            {
                Assert.Equal("""{"type":"symmetricKey"}""", item.GetProperty("attestation").GetRawText());
                Assert.False(item.TryGetProperty("registrationState", out _));
            }
        }
    }

    [Theory]
    [InlineData("{}", 400004)]
    [InlineData("{\"query\":null}", 400004)]
    [InlineData("{\"query\":1}", 400004)]
    [InlineData("{\"query\":\"\"}", 400004)]
    [InlineData("[]", 400001)]
    [InlineData("", 400001)]
    [InlineData("{", 400001)]
    public async Task Query_needs_a_text(string body, int expected)
    {
        (await host.PostAsync("/enrollments/query", body)).ShouldBe(expected);
        (await host.PostAsync("/enrollmentGroups/query", body)).ShouldBe(expected);
    }

    [Fact]
    public async Task Query_text_is_limited_and_needs_its_content_type()
    {
        (await host.PostAsync("/enrollments/query", "{\"query\":\"" + new string('*', 4097) + "\"}")).ShouldBe(400004);
        (await host.PostAsync("/enrollments/query", "{\"query\":\"*\"}", ("Content-Type", "text/plain"))).ShouldBe(415000);
    }

    private async Task SeedAsync()
    {
        await Seeding.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            if ((await host.GetAsync("/enrollments/dev-0")).Status == 200) return;
            await Task.WhenAll(Enumerable.Range(0, 250).SelectMany(i => new[]
            {
                host.PutAsync($"/enrollmentGroups/dev-{i}", Bodies.Symmetric), host.PutAsync($"/enrollments/dev-{i}", Bodies.Symmetric),
            }));
        }
        finally
        {
            Seeding.Release();
        }
    }
}

/// <summary>What an empty store answers.</summary>
public sealed class EmptyQueryTests(ServiceApiHost host) : IClassFixture<ServiceApiHost>
{
    [Theory]
    [InlineData("/enrollments/query", "Enrollment")]
    [InlineData("/enrollmentGroups/query", "EnrollmentGroup")]
    public async Task Empty_store_gives_an_empty_array(string path, string itemType)
    {
        var reply = (await host.PostAsync(path, "{\"query\":\"SELECT *\"}")).ShouldBe(200);
        Assert.Equal("[]", reply.Text);
        Assert.Equal(itemType, reply.Headers["x-ms-item-type"]);
        Assert.DoesNotContain("x-ms-continuation", reply.Headers.Keys);
    }
}
