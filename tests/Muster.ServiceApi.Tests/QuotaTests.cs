using System.Globalization;
using Muster.Core.Enrollments;
using Muster.Core.Quotas;

namespace Muster.ServiceApi.Tests;

/// <summary>Counts and rates of an instance: checklist rows 114 and 115.</summary>
public sealed class QuotaTests : IAsyncLifetime
{
    private readonly ServiceApiHost _host = new();

    public ValueTask InitializeAsync() => _host.InitializeAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Hundred_groups_of_a_mechanism_are_the_most_of_the_azure_profile()
    {
        await _host.ChangeAsync(instance => instance with { Quotas = InstanceQuotas.Azure with { ServiceOperations = null } });
        await Task.WhenAll(Enumerable.Range(0, 100).Select(async i => (await _host.PutAsync($"/enrollmentGroups/g{i}", Bodies.Symmetric)).ShouldBe(200)));

        var refused = (await _host.PutAsync("/enrollmentGroups/more", Bodies.Symmetric)).ShouldBe(403101);
        Assert.Equal("The quota of 100 symmetric key enrollment groups is reached.", refused.Message);
        (await _host.GetAsync("/enrollmentGroups/more")).ShouldBe(404204);
        // The mechanisms are counted apart, and replacing makes no more.
        (await _host.PutAsync("/enrollmentGroups/x", Bodies.X509("signingCertificates", Bodies.Slot(Bodies.Base64Certificate()), null))).ShouldBe(200);
        (await _host.PutAsync("/enrollmentGroups/g0", Bodies.Symmetric, ("If-Match", "*"))).ShouldBe(200);
        (await _host.DeleteAsync("/enrollmentGroups/g0")).ShouldBe(204);
        (await _host.PutAsync("/enrollmentGroups/more", Bodies.Symmetric)).ShouldBe(200);
        Assert.Equal(new InstanceUsage(0, 1, 100, 0), await _host.Store.GetUsageAsync("default", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Quota_holds_under_concurrent_creations_and_in_bulk()
    {
        await _host.ChangeAsync(instance => instance with { Quotas = new InstanceQuotas { IndividualEnrollments = 5 } });
        var replies = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => _host.PutAsync($"/enrollments/d{i}", Bodies.Symmetric)));
        Assert.Equal(5, replies.Count(reply => reply.Status == 200));
        Assert.All(replies.Where(reply => reply.Status != 200), reply => reply.ShouldBe(403101));

        var bulk = await _host.PostAsync(
            "/enrollments", """{"mode":"create","enrollments":[{"registrationId":"b","attestation":{"type":"symmetricKey"}}]}""");
        Assert.Equal(403101, bulk.ShouldBe(200)["errors"][0].GetProperty("errorCode").GetInt32());
    }

    [Fact]
    public async Task Sixth_call_of_five_a_minute_waits()
    {
        await _host.ChangeAsync(instance => instance with
        {
            Quotas = new InstanceQuotas { ServiceOperations = new RateLimit(5, TimeSpan.FromMinutes(1)) },
        });
        for (var i = 0; i < 5; i++) (await _host.GetAsync("/enrollments/missing")).ShouldBe(404201);

        var throttled = (await _host.GetAsync("/enrollments/missing")).ShouldBe(429001);
        Assert.InRange(int.Parse(throttled.Headers["Retry-After"], CultureInfo.InvariantCulture), 1, 12);
        Assert.Equal("429001", throttled.Headers["x-ms-error-code"]);
        // Who is not let in counts for nothing, and limits that are lifted are lifted at once.
        (await _host.GetAsync("/enrollments/missing", ("Authorization", ""))).ShouldBe(401002);
        await _host.ChangeAsync(instance => instance with { Quotas = null });
        (await _host.GetAsync("/enrollments/missing")).ShouldBe(404201);
    }

    [Fact]
    public async Task Use_is_counted_through_every_way_of_change()
    {
        (await _host.PutAsync("/enrollments/a", Bodies.Symmetric)).ShouldBe(200);
        (await _host.PutAsync("/enrollments/b", Bodies.Symmetric)).ShouldBe(200);
        (await _host.PutAsync("/enrollments/b", Bodies.Symmetric, ("If-Match", "*"))).ShouldBe(200);
        await _host.RegisterAsync(Bodies.Record(_host, "a", EnrollmentKind.Individual, "a"));
        await _host.RegisterAsync(Bodies.Record(_host, "a", EnrollmentKind.Individual, "a"));
        Assert.Equal(new InstanceUsage(2, 0, 0, 1), await _host.Store.GetUsageAsync("DEFAULT", TestContext.Current.CancellationToken));
        (await _host.DeleteAsync("/enrollments/a")).ShouldBe(204);
        Assert.Equal(new InstanceUsage(1, 0, 0, 0), await _host.Store.GetUsageAsync("default", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Quotas_are_part_of_the_stored_instance()
    {
        await _host.ChangeAsync(instance => instance with { Quotas = InstanceQuotas.Azure });
        var stored = Assert.Single(await _host.Store.ListInstancesAsync(TestContext.Current.CancellationToken));
        Assert.Equal(InstanceQuotas.Azure, stored.Quotas);
    }
}
