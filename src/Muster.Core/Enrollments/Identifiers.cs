using System.Buffers;

namespace Muster.Core.Enrollments;

/// <summary>The forms of identifiers and names (service-api S-6.10, behaviour B-1).</summary>
public static class Identifiers
{
    /// <summary>The longest registration ID, enrollment group ID or device ID, in characters.</summary>
    public const int MaxLength = 128;

    /// <summary>What a valid registration or enrollment group ID is, as a clause for error texts.</summary>
    public const string RegistrationIdRule =
        "must have 1 to 128 characters out of ASCII letters, digits, '-', '.', '_' and ':', and end with a letter, a digit or '-'";

    /// <summary>What a valid device ID is, as a clause for error texts.</summary>
    public const string DeviceIdRule =
        "must have 1 to 128 characters out of ASCII letters, digits and - . % _ * ? ! ( ) , : = @ $ '";

    private const string Alphanumeric = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    private static readonly SearchValues<char> RegistrationIdCharacters = SearchValues.Create(Alphanumeric + "-._:");
    private static readonly SearchValues<char> DeviceIdCharacters = SearchValues.Create(Alphanumeric + "-.%_*?!(),:=@$'");
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create(Alphanumeric + "-");

    /// <summary>
    /// Whether <paramref name="text"/> is a registration ID; any allowed character may come first, the last is a letter, a digit
    /// or a hyphen. Enrollment group IDs follow the same rule.
    /// </summary>
    public static bool IsRegistrationId(string? text) =>
        text is { Length: >= 1 and <= MaxLength }
        && !text.AsSpan().ContainsAnyExcept(RegistrationIdCharacters)
        && (char.IsAsciiLetterOrDigit(text[^1]) || text[^1] == '-');

    /// <summary>Whether <paramref name="text"/> can name a hub identity; case-sensitive.</summary>
    public static bool IsDeviceId(string? text) =>
        text is { Length: >= 1 and <= MaxLength } && !text.AsSpan().ContainsAnyExcept(DeviceIdCharacters);

    /// <summary>
    /// Whether <paramref name="text"/> is a registry namespace: 3 to 64 of <c>a-z</c>, digits and hyphens, no hyphen at an end.
    /// </summary>
    public static bool IsNamespaceName(string? text) =>
        text is { Length: >= 3 and <= 64 }
        && !text.AsSpan().ContainsAnyExcept(NameCharacters)
        && !text.AsSpan().ContainsAnyInRange('A', 'Z')
        && text[0] != '-' && text[^1] != '-';

    /// <summary>
    /// Whether <paramref name="text"/> names an issuing authority or policy: 3 to 63 letters, digits and hyphens, no hyphen in front.
    /// </summary>
    public static bool IsIssuingName(string? text) =>
        text is { Length: >= 3 and <= 63 } && !text.AsSpan().ContainsAnyExcept(NameCharacters) && text[0] != '-';

    /// <summary>
    /// Whether <paramref name="text"/> can name a CA certificate of an instance: 1 to 256 characters, no control characters
    /// (management-api A-2).
    /// </summary>
    public static bool IsCaCertificateName(string? text) =>
        text is { Length: >= 1 and <= 256 } && !string.IsNullOrWhiteSpace(text) && !text.Any(char.IsControl);
}
