using Muster.Core.Quotas;

namespace Muster.Core.Tests.Quotas;

public sealed class QuotaServiceTests
{
    public static TheoryData<string, long?, bool> Limits
    {
        get
        {
            var rows = new TheoryData<string, long?, bool>();
            foreach (var member in QuotaMember.All)
            {
                foreach (var good in new long?[] { null, 1, member.Highest }) rows.Add(member.Name, good, true);
                foreach (var bad in new long[] { 0, -1, member.Highest + 1L }) rows.Add(member.Name, bad, false);
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Limits))]
    public void Limit_is_checked_by_its_member(string name, long? limit, bool isGood)
    {
        var refusal = Member(name).Check(limit);
        Assert.Equal(isGood, refusal is null);
        if (refusal is not null) Assert.StartsWith($"{name}: a limit is a whole number from 1 to", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Highest_count_is_as_high_as_a_number_goes_and_the_highest_rate_a_million() => Assert.Equal(
        [(null, int.MaxValue), (TimeSpan.FromSeconds(10), 1_000_000), (TimeSpan.FromMinutes(1), 1_000_000)],
        QuotaMember.All.Select(member => (member.Period, member.Highest)).Distinct().OrderBy(pair => pair.Period));

    [Fact]
    public void Every_limit_of_the_original_is_a_member_that_reads_what_it_writes()
    {
        var copy = QuotaMember.All.Aggregate(InstanceQuotas.Unlimited, static (quotas, member) => member.With(quotas, member.Of(InstanceQuotas.Azure)));
        Assert.Equal(InstanceQuotas.Azure, copy);
        Assert.Equal(InstanceQuotas.Unlimited, QuotaMember.All.Aggregate(copy, static (quotas, member) => member.With(quotas, null)));
    }

    [Theory]
    [InlineData("default", "Quotas")]
    [InlineData("Plant-2", "Quotas:Instances:Plant-2")]
    [InlineData("free", null)]
    public void Configuration_names_the_key_that_decides(string instance, string? key) =>
        Assert.Equal(key, new ConfiguredQuotas(["default", "plant-2"]).KeyOf(instance));

    private static QuotaMember Member(string name) => QuotaMember.All.Single(member => member.Name == name);
}
