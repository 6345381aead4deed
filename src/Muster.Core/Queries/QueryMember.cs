namespace Muster.Core.Queries;

/// <summary>A member that queries may name.</summary>
/// <param name="Name">Its full name, or that of the free JSON object it lies in; spelled as in <see cref="QueryMembers"/>.</param>
/// <param name="Type">How its values compare.</param>
public sealed record QueryMember(string Name, QueryMemberType Type)
{
    /// <summary>The names below a free JSON object, outermost first, case-sensitive; empty for every other type.</summary>
    public IReadOnlyList<string> Path { get; init; } = [];

    /// <summary>The texts of an enumeration as they are stored.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];
}
