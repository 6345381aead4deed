using System.Security.Cryptography;
using System.Text;

namespace Muster.Core.Secrets;

/// <summary>
/// A text that must not leak: a key, a connection string. It prints as <c>[secret]</c>, compares in constant time, and the
/// store encrypts it. Only <see cref="Reveal"/> gives the text.
/// </summary>
public sealed class Secret : IEquatable<Secret>
{
    private readonly string _text;

    /// <summary>Wraps <paramref name="text"/>.</summary>
    public Secret(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        _text = text;
    }

    /// <summary>The text itself. Callers hand it to a client that may know it, or to a cryptographic function, and nowhere else.</summary>
    public string Reveal() => _text;

    /// <inheritdoc/>
    public bool Equals(Secret? other) =>
        other is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(_text), Encoding.UTF8.GetBytes(other._text));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Secret);

    /// <inheritdoc/>
    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);

    /// <summary>Never the text.</summary>
    public override string ToString() => "[secret]";
}
