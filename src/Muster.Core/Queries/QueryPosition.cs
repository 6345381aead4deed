namespace Muster.Core.Queries;

/// <summary>A place in an ordered list: right behind one item, which need not exist any more.</summary>
/// <param name="Key">That item's ID in lower case.</param>
/// <param name="SortValue">
/// Its value of the member that orders the list, as the store compares it: null, <see cref="long"/>, <see cref="double"/> or
/// <see cref="string"/>. Null where the ID alone orders the list.
/// </param>
public sealed record QueryPosition(string Key, object? SortValue);
