using Muster.Core.Quotas;

namespace Muster.Core.Tests.Quotas;

public sealed class TokenBucketTests
{
    private readonly SteppedClock _clock = new();

    [Fact]
    public void Burst_passes_and_then_calls_come_evenly()
    {
        var bucket = new TokenBucket(new RateLimit(5, TimeSpan.FromSeconds(10)), _clock);
        for (var i = 0; i < 5; i++) Assert.Null(bucket.TryTake());
        Assert.Equal(TimeSpan.FromSeconds(2), bucket.TryTake());
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.FromSeconds(1), bucket.TryTake());
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(bucket.TryTake());
        Assert.NotNull(bucket.TryTake());
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.True(bucket.IsFull);
        for (var i = 0; i < 5; i++) Assert.Null(bucket.TryTake());
        Assert.NotNull(bucket.TryTake());
    }

    [Theory]
    [InlineData("azure", true)]
    [InlineData("Azure", true)]
    [InlineData("unlimited", false)]
    public void Profile_is_found_by_name(string name, bool isAzure) =>
        Assert.Same(isAzure ? InstanceQuotas.Azure : InstanceQuotas.Unlimited, InstanceQuotas.Profile(name));

    [Fact]
    public void Azure_profile_has_the_numbers_of_the_original()
    {
        var azure = InstanceQuotas.Azure;
        Assert.Equal((1_000_000L, 100L, 100L, 1_000_000L), (azure.IndividualEnrollments, azure.X509Groups, azure.SymmetricKeyGroups, azure.Registrations));
        Assert.Equal((25L, 50L), (azure.CaCertificates, azure.LinkedHubs));
        Assert.Equal(new RateLimit(1000, TimeSpan.FromMinutes(1)), azure.ServiceOperations);
        Assert.Equal(new RateLimit(1000, TimeSpan.FromMinutes(1)), azure.DeviceRegistrations);
        Assert.Equal(new RateLimit(5, TimeSpan.FromSeconds(10)), azure.DevicePolls);
        Assert.Null(InstanceQuotas.Profile("other"));
    }
}
