using Muster.Core.Audit;

namespace Muster.ServiceApi.Tests;

/// <summary>Many writers of one enrollment, and what the log says of all this: checklist rows 116, 117 and 119.</summary>
public sealed class ConcurrencyTests(ServiceApiHost host) : IClassFixture<ServiceApiHost>
{
    private const int Writers = 1000;

    [Fact]
    public async Task Of_a_thousand_creations_one_succeeds()
    {
        var id = Bodies.Id();
        var replies = await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => host.PutAsync($"/enrollments/{id}", Bodies.Symmetric)));
        Assert.Single(replies, reply => reply.Status == 200);
        Assert.All(replies.Where(reply => reply.Status != 200), reply => reply.ShouldBe(409201));
        Assert.Single(await host.AuditAsync(new AuditFilter { EntityId = id }));
    }

    [Fact]
    public async Task Unconditional_writes_all_succeed_and_one_of_them_stands()
    {
        var id = Bodies.Id();
        (await host.PutAsync($"/enrollments/{id}", Bodies.Symmetric)).ShouldBe(200);
        var replies = await Task.WhenAll(Enumerable.Range(0, Writers).Select(i =>
            host.PutAsync($"/enrollments/{id}", Bodies.With($"\"deviceId\":\"d{i}\""), ("If-Match", "*"))));
        Assert.All(replies, reply => reply.ShouldBe(200));
        Assert.Equal(Writers, replies.Select(reply => reply.ETag).Distinct(StringComparer.Ordinal).Count());
        var stands = (await host.GetAsync($"/enrollments/{id}")).ShouldBe(200);
        var writer = Assert.Single(replies, reply => reply.ETag == stands.ETag);
        Assert.Equal(writer["deviceId"].GetString(), stands["deviceId"].GetString());
    }

    [Fact]
    public async Task Of_two_writes_with_one_etag_one_succeeds()
    {
        var id = Bodies.Id();
        for (var round = 0; round < 20; round++)
        {
            await host.DeleteAsync($"/enrollments/{id}");
            var etag = (await host.PutAsync($"/enrollments/{id}", Bodies.Symmetric)).ShouldBe(200).ETag!;
            var replies = await Task.WhenAll(
                host.PutAsync($"/enrollments/{id}", Bodies.Symmetric, ("If-Match", etag)),
                host.PutAsync($"/enrollments/{id}", Bodies.Symmetric, ("If-Match", etag)));
            Assert.Equal([200, 412], replies.Select(reply => reply.Status).Order());
        }
    }

    [Fact]
    public async Task Log_has_no_secrets()
    {
        var id = Bodies.Id();
        var token = host.Token();
        (await host.PutAsync($"/enrollments/{id}", Bodies.Symmetric, ("Authorization", token))).ShouldBe(200);
        (await host.PostAsync($"/enrollments/{id}/attestationmechanism", null, ("Authorization", token))).ShouldBe(200);
        (await host.PutAsync($"/enrollments/{id}", "{\"attestation\":" + Bodies.PrimaryKey)).ShouldBe(400001);
        (await host.GetAsync($"/enrollments/{id}", ("Authorization", token + "x"))).ShouldBe(401002);
        var signature = token[(token.IndexOf("sig=", StringComparison.Ordinal) + 4)..].Split('&')[0];
        foreach (var secret in new[] { Bodies.PrimaryKey, Bodies.SecondaryKey, signature, Uri.UnescapeDataString(signature) })
            Assert.DoesNotContain(secret, host.Log, StringComparison.Ordinal);
        Assert.Contains(id, host.Log, StringComparison.Ordinal);
    }
}
