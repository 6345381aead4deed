using System.Diagnostics.CodeAnalysis;

namespace Muster.EmbeddedHub.Errors;

/// <summary>Either the value an operation made or the <see cref="HubError"/> it was refused with.</summary>
/// <typeparam name="T">What the operation makes.</typeparam>
public sealed record HubResult<T>
    where T : notnull
{
    private HubResult(T? value, HubError? error)
    {
        Value = value;
        Error = error;
    }

    /// <summary>The value; only meaningful when <see cref="IsSuccess"/>.</summary>
    public T? Value { get; }

    /// <summary>The refusal; null on success.</summary>
    public HubError? Error { get; }

    /// <summary>Whether the operation was done.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsSuccess => Error is null;

    /// <summary>A success.</summary>
    public static implicit operator HubResult<T>(T value) => new(value, null);

    /// <summary>A refusal.</summary>
    public static implicit operator HubResult<T>(HubError error) => new(default, error);
}
