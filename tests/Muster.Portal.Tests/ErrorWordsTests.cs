using System.Reflection;
using Muster.Core.Errors;
using Muster.Portal.Frame;

namespace Muster.Portal.Tests;

/// <summary>Every code that the service gives is explained (portal 5 rule 9, behaviour B-19).</summary>
public sealed class ErrorWordsTests
{
    public static TheoryData<int> Catalogue()
    {
        var data = new TheoryData<int>();
        var constant = typeof(Refusals).GetProperties(BindingFlags.Public | BindingFlags.Static).Select(property => property.GetValue(null)).OfType<Refusal>();
        Refusal[] made =
        [
            Refusals.MalformedBody("x"), Refusals.UnsupportedApiVersion("x", ["y"]), Refusals.InvalidHeader("x", "y"), Refusals.InvalidMember("x", "y"),
            Refusals.Forbidden("x"), Refusals.QuotaReached("x", 1), Refusals.BodyTooLarge(1), Refusals.Throttled(TimeSpan.FromSeconds(1)),
        ];
        foreach (var code in constant.Concat(made).Select(refusal => refusal.Code).Concat([400207, 400208, 400209, 401001, 401002, 404201, 404202, 409203]).Distinct().Order()) data.Add(code);
        return data;
    }

    [Theory]
    [MemberData(nameof(Catalogue))]
    public void A_code_of_the_catalogue_has_words_of_its_own(int code)
    {
        Assert.Contains(code, ErrorWords.Known);
        Assert.EndsWith(".", ErrorWords.Explain(code), StringComparison.Ordinal);
        Assert.NotEqual("", ErrorWords.NameOf(code / 1000));
    }

    [Theory]
    [InlineData(409999, "does not go together")]
    [InlineData(400999, "breaks a rule")]
    [InlineData(777000, "not known here")]
    public void Another_code_has_the_words_of_its_status(int code, string words) => Assert.Contains(words, ErrorWords.Explain(code), StringComparison.Ordinal);

    [Fact]
    public void What_is_copied_has_every_member_and_the_words()
    {
        var failure = new Failure(409201, "Enrollment already exists.", Guid.Parse("2d2cdab1-4d98-4886-8fde-ba8599923626"), new DateTimeOffset(2026, 11, 25, 1, 2, 3, TimeSpan.FromHours(2)).AddTicks(1234567));
        Assert.Equal(
            [
                "HTTP status: 409 Conflict", "errorCode: 409201", "message: Enrollment already exists.", "trackingId: 2d2cdab1-4d98-4886-8fde-ba8599923626",
                "timestampUtc: 2026-11-24T23:02:03.1234567Z", ErrorWords.Explain(409201),
            ],
            failure.Copied.Split(Environment.NewLine));
    }
}
