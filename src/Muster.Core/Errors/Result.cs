using System.Diagnostics.CodeAnalysis;

namespace Muster.Core.Errors;

/// <summary>Either a value or the <see cref="Refusal"/> that explains why there is none.</summary>
/// <typeparam name="T">The value's type.</typeparam>
public readonly struct Result<T>
    where T : class
{
    private Result(T? value, Refusal? refusal)
    {
        Value = value;
        Refusal = refusal;
    }

    /// <summary>The value; null when refused.</summary>
    public T? Value { get; }

    /// <summary>The refusal; null on success.</summary>
    public Refusal? Refusal { get; }

    /// <summary>Whether there is a value, and hands out both sides.</summary>
    public bool Try([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out Refusal? refusal)
    {
        value = Value;
        refusal = Refusal;
        return value is not null;
    }

    /// <summary>A success.</summary>
    public static implicit operator Result<T>(T value) => new(value, null);

    /// <summary>A failure.</summary>
    public static implicit operator Result<T>(Refusal refusal) => new(null, refusal);
}
