namespace Muster.Portal.Frame;

/// <summary>One row of a <see cref="DataList{TItem}"/>: the same row as long as its key is the same, whatever its item became.</summary>
/// <typeparam name="TItem">What the list lists.</typeparam>
/// <param name="key">What tells the rows of one list apart.</param>
/// <param name="item">The item as it is now.</param>
public sealed class DataRow<TItem>(object key, TItem item) : IEquatable<DataRow<TItem>>
{
    /// <summary>The item as it is now.</summary>
    public TItem Item => item;

    private object Key => key;

    /// <inheritdoc/>
    public bool Equals(DataRow<TItem>? other) => other is not null && Key.Equals(other.Key);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as DataRow<TItem>);

    /// <inheritdoc/>
    public override int GetHashCode() => Key.GetHashCode();
}
