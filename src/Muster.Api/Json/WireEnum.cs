using System.Text.Json;

namespace Muster.Api.Json;

/// <summary>Enumerations on the wire: written camelCase, read without case (service-api S-1.4).</summary>
public static class WireEnum
{
    /// <summary>The text of <paramref name="value"/>.</summary>
    public static string Format<T>(T value)
        where T : struct, Enum => Cache<T>.Names[value];

    /// <summary>Reads a text; numbers are not accepted.</summary>
    public static bool TryParse<T>(string text, out T value)
        where T : struct, Enum => Cache<T>.Values.TryGetValue(text, out value);

    /// <summary>The allowed texts, for messages.</summary>
    public static string Allowed<T>()
        where T : struct, Enum => string.Join(", ", Cache<T>.Names.Values);

    private static class Cache<T>
        where T : struct, Enum
    {
        public static readonly Dictionary<T, string> Names =
            Enum.GetValues<T>().ToDictionary(value => value, value => JsonNamingPolicy.CamelCase.ConvertName(value.ToString()));

        public static readonly Dictionary<string, T> Values =
            Names.ToDictionary(pair => pair.Value, pair => pair.Key, StringComparer.OrdinalIgnoreCase);
    }
}
