using Muster.Core.Enrollments;
using Xunit;

namespace Muster.Core.Tests.Enrollments;

/// <summary>service-api S-6.10, behaviour B-1.</summary>
public sealed class IdentifiersTests
{
    [Theory]
    [InlineData("a", true)]
    [InlineData("Dev-A.b_c:9", true)]
    [InlineData("ends-in-hyphen-", true)]
    [InlineData("-starts", true)]
    [InlineData(".starts", true)]
    [InlineData("SymmetricKey:0f8fad5b-d9cb-469f-a165-70867728950e", true)]
    [InlineData("ends.", false)]
    [InlineData("ends_", false)]
    [InlineData("ends:", false)]
    [InlineData("a b", false)]
    [InlineData("a/b", false)]
    [InlineData("a%2Fb", false)]
    [InlineData("a+b", false)]
    [InlineData("ü", false)]
    [InlineData("a\0", false)]
    [InlineData("a\n", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Registration_id_rule(string? text, bool valid) => Assert.Equal(valid, Identifiers.IsRegistrationId(text));

    [Theory]
    [InlineData(128, true)]
    [InlineData(129, false)]
    public void Registration_id_length(int length, bool valid) =>
        Assert.Equal(valid, Identifiers.IsRegistrationId(new string('a', length)));

    [Theory]
    [InlineData("dev-.%_*?!(),:=@$'", true)]
    [InlineData("Case", true)]
    [InlineData("a b", false)]
    [InlineData("a/b", false)]
    [InlineData("a#b", false)]
    [InlineData("", false)]
    public void Device_id_rule(string text, bool valid) => Assert.Equal(valid, Identifiers.IsDeviceId(text));

    [Theory]
    [InlineData("abc", true)]
    [InlineData("a-1", true)]
    [InlineData("ab", false)]
    [InlineData("Abc", false)]
    [InlineData("-bc", false)]
    [InlineData("ab-", false)]
    [InlineData("a_c", false)]
    public void Namespace_rule(string text, bool valid) => Assert.Equal(valid, Identifiers.IsNamespaceName(text));

    [Theory]
    [InlineData("Abc", true)]
    [InlineData("ab-", true)]
    [InlineData("-bc", false)]
    [InlineData("ab", false)]
    [InlineData("a.c", false)]
    public void Authority_and_policy_name_rule(string text, bool valid) => Assert.Equal(valid, Identifiers.IsIssuingName(text));
}
