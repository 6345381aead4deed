using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Muster.EmbeddedHub.Twins;

namespace Muster.EmbeddedHub.Tests.Twins;

public sealed class TwinMergeProperties
{
    private static readonly Gen<string> Name = Gen.Elements("a", "b", "c", "$v", "ü", "long name", "x.y", "\\n", "\\ud800", "");

    [Fact]
    public void No_patch_makes_the_check_or_the_merge_throw() =>
        Prop.ForAll(Arb.From(Objects(4)), Arb.From(Objects(4)), (current, patch) =>
        {
            var (left, right) = (Json.Parse(current), Json.Parse(patch));
            if (TwinLimits.Check("x", left) is not null || TwinLimits.Check("x", right) is not null) return true;
            var merged = TwinMerge.Values(TwinMerge.Clean(left), right);
            return TwinLimits.Check("x", merged) is null && TwinLimits.SizeOf(merged) >= 0;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_patch_laid_twice_is_laid_once() =>
        Prop.ForAll(Arb.From(Objects(3)), Arb.From(Objects(3)), (current, patch) =>
        {
            var (left, right) = (Json.Parse(current), Json.Parse(patch));
            if (TwinLimits.Check("x", left) is not null || TwinLimits.Check("x", right) is not null) return true;
            var once = TwinMerge.Values(TwinMerge.Clean(left), right);
            return JsonElement.DeepEquals(once, TwinMerge.Values(once, right));
        }).QuickCheckThrowOnFailure();

    private static Gen<string> Objects(int depth) =>
        from count in Gen.Choose(0, 4)
        from names in Name.ListOf(count)
        from values in Values(depth - 1).ListOf(count)
        select "{" + string.Join(',', names.Zip(values, (name, value) => $"\"{name}\":{value}")) + "}";

    private static Gen<string> Values(int depth)
    {
        var leaves = Gen.Elements(
            "null", "true", "1", "-4503599627370497", "1e400", "2.50", "\"ü\"", "\"\\ud800\"", "\"\\u0000\"", "{}", "[]");
        return depth <= 0
            ? leaves
            : Gen.OneOf(leaves, leaves, Objects(depth), Values(depth - 1).ListOf(2).Select(items => "[" + string.Join(',', items) + "]"));
    }
}
