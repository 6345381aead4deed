using Muster.Core.Quotas;

namespace Muster.Core.Tests.Quotas;

public sealed class QuotaServiceTests
{
    [Theory]
    [InlineData(null, true)]
    [InlineData(1L, true)]
    [InlineData(2147483647L, true)]
    [InlineData(0L, false)]
    [InlineData(-1L, false)]
    [InlineData(2147483648L, false)]
    public void Limit_of_a_count_is_checked(long? limit, bool isGood) =>
        Assert.Equal(isGood, QuotaService.Check(new InstanceQuotas { Registrations = limit }).Count == 0);

    [Theory]
    [InlineData(1, true)]
    [InlineData(1_000_000, true)]
    [InlineData(0, false)]
    [InlineData(1_000_001, false)]
    public void Limit_of_a_rate_is_checked(int calls, bool isGood) => Assert.Equal(
        isGood, QuotaService.Check(new InstanceQuotas { ServiceOperations = new RateLimit(calls, TimeSpan.FromMinutes(1)) }).Count == 0);

    [Fact]
    public void Every_mistake_is_told_by_its_member()
    {
        var refusals = QuotaService.Check(new InstanceQuotas { LinkedHubs = 0, X509Groups = -4, DevicePolls = new RateLimit(0, TimeSpan.FromSeconds(10)) });
        Assert.Equal(["x509Groups", "linkedHubs", "devicePolls"], refusals.Select(refusal => refusal.Message.Split(':')[0]));
    }

    [Theory]
    [InlineData("default", "Quotas")]
    [InlineData("Plant-2", "Quotas:Instances:Plant-2")]
    [InlineData("free", null)]
    public void Configuration_names_the_key_that_decides(string instance, string? key) =>
        Assert.Equal(key, new ConfiguredQuotas(["default", "plant-2"]).KeyOf(instance));
}
