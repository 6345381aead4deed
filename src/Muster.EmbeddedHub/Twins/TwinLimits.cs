using System.Text;
using System.Text.Json;
using Muster.EmbeddedHub.Errors;

namespace Muster.EmbeddedHub.Twins;

/// <summary>The limits of twin sections (iot-hub 3.2): names, values, depth, size. Pure.</summary>
public static class TwinLimits
{
    /// <summary>The largest tags, in bytes as <see cref="SizeOf"/> counts.</summary>
    public const int MaxTagsBytes = 8 * 1024;

    /// <summary>The largest desired or reported properties, in bytes as <see cref="SizeOf"/> counts.</summary>
    public const int MaxPropertiesBytes = 32 * 1024;

    /// <summary>How many objects or arrays may stand inside one another below the section.</summary>
    public const int MaxDepth = 10;

    /// <summary>The longest member name, in bytes of UTF-8.</summary>
    public const int MaxKeyBytes = 1024;

    /// <summary>The longest string value, in bytes of UTF-8.</summary>
    public const int MaxStringBytes = 4096;

    /// <summary>The smallest integer.</summary>
    public const long MinInteger = -4503599627370496;

    /// <summary>The largest integer.</summary>
    public const long MaxInteger = 4503599627370495;

    private const int NumberSize = 8;
    private const int LiteralSize = 4;

    /// <summary>Whether what a caller sends for a section keeps the rules for names, values and depth.</summary>
    /// <param name="section">How the refusal calls the section, for example <c>properties.desired</c>.</param>
    /// <param name="values">What was sent.</param>
    /// <returns>ArgumentInvalid saying what and where, or null. Members that start with <c>$</c> are not looked at.</returns>
    public static HubError? Check(string section, JsonElement values)
    {
        if (values.ValueKind != JsonValueKind.Object) return HubErrors.ArgumentInvalid.Because($"'{section}' is not a JSON object.");
        try
        {
            return CheckValue(section, values, depth: 0) is { } problem ? HubErrors.ArgumentInvalid.Because(problem) : null;
        }
        catch (InvalidOperationException)
        {
            // The JSON reader's answer to an escaped lone surrogate.
            return HubErrors.ArgumentInvalid.Because($"'{section}' holds text that is not valid Unicode.");
        }
    }

    /// <summary>Whether a section, as it would be stored, keeps its size.</summary>
    public static HubError? CheckSize(string section, JsonElement values, int maxBytes)
    {
        var size = SizeOf(values);
        return size <= maxBytes
            ? null
            : HubErrors.ArgumentInvalid.Because($"'{section}' would have {size} bytes, {maxBytes} are allowed.");
    }

    /// <summary>
    /// The size that counts against the limits: names as UTF-8, strings by characters without control characters, numbers 8,
    /// booleans 4 (and null inside arrays 4, so that it is not free).
    /// </summary>
    public static long SizeOf(JsonElement value)
    {
        long size = 0;
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject())
                    size += Encoding.UTF8.GetByteCount(property.Name) + SizeOf(property.Value);
                return size;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray()) size += SizeOf(item);
                return size;
            case JsonValueKind.String:
                foreach (var character in value.GetString()!)
                {
                    if (!char.IsControl(character)) size++;
                }

                return size;
            case JsonValueKind.Number:
                return NumberSize;
            default:
                return LiteralSize;
        }
    }

    private static string? CheckValue(string path, JsonElement value, int depth)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object or JsonValueKind.Array when depth > MaxDepth:
                return $"'{Shorten(path)}' is nested deeper than {MaxDepth} levels.";
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject())
                {
                    if (property.Name.StartsWith('$')) continue;
                    var problem = CheckKey(path, property.Name) ?? CheckValue($"{path}.{property.Name}", property.Value, depth + 1);
                    if (problem is not null) return problem;
                }

                return null;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    if (CheckValue(path, item, depth + 1) is { } problem) return problem;
                }

                return null;
            case JsonValueKind.String:
                return Encoding.UTF8.GetByteCount(value.GetString()!) <= MaxStringBytes
                    ? null
                    : $"The string '{Shorten(path)}' is longer than {MaxStringBytes} bytes.";
            case JsonValueKind.Number:
                return CheckNumber(path, value);
            default:
                return null;
        }
    }

    private static string? CheckKey(string path, string name)
    {
        if (name.Length == 0) return $"'{Shorten(path)}' has a member without a name.";
        if (Encoding.UTF8.GetByteCount(name) > MaxKeyBytes) return $"'{Shorten(path)}' has a name longer than {MaxKeyBytes} bytes.";
        foreach (var character in name)
        {
            if (char.IsControl(character) || character is '.' or '$' or ' ')
                return $"'{Shorten(path)}' has a name with the character U+{(int)character:X4}, which is not allowed.";
        }

        return null;
    }

    private static string? CheckNumber(string path, JsonElement value)
    {
        // An integer is what is written as one: 1e3 and 1.0 are not.
        var isInteger = !value.GetRawText().AsSpan().ContainsAny('.', 'e', 'E');
        if (isInteger)
        {
            return value.TryGetInt64(out var integer) && integer is >= MinInteger and <= MaxInteger
                ? null
                : $"The integer '{Shorten(path)}' is outside {MinInteger} to {MaxInteger}.";
        }

        return value.TryGetDouble(out var number) && double.IsFinite(number) ? null : $"The number '{Shorten(path)}' is too large.";
    }

    private static string Shorten(string path) => path.Length <= 100 ? path : path[..100] + "…";
}
