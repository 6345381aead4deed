using System.Globalization;
using System.Security.Cryptography;

namespace Muster.Portal.SignIn;

/// <summary>Passwords as PBKDF2-HMAC-SHA256 hashes: <c>pbkdf2-sha256$iterations$salt$hash</c>, both Base64.</summary>
public static class PasswordHash
{
    /// <summary>Rounds of a new hash; a stored one names its own.</summary>
    public const int Iterations = 600_000;

    private const string Scheme = "pbkdf2-sha256";
    private const int SaltBytes = 16;
    private const int HashBytes = 32;

    /// <summary>Takes as long as a real check, for names that do not exist.</summary>
    private static readonly string Decoy = Create(Convert.ToBase64String(RandomNumberGenerator.GetBytes(24)));

    /// <summary>Hashes a password with a fresh salt.</summary>
    public static string Create(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        var hash = Rfc2898DeriveBytes.Pbkdf2(password, salt, Iterations, HashAlgorithmName.SHA256, HashBytes);
        return string.Create(CultureInfo.InvariantCulture, $"{Scheme}${Iterations}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}");
    }

    /// <summary>Whether <paramref name="password"/> is the hashed one; a null hash costs the same time and is never right.</summary>
    public static bool IsRight(string? stored, string password)
    {
        var parts = (stored ?? Decoy).Split('$');
        if (parts.Length != 4 || parts[0] != Scheme || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var rounds)
            || rounds is < 1 or > 10_000_000)
        {
            return false;
        }

        var expected = Convert.FromBase64String(parts[3]);
        var presented = Rfc2898DeriveBytes.Pbkdf2(
            password, Convert.FromBase64String(parts[2]), rounds, HashAlgorithmName.SHA256, expected.Length);
        return CryptographicOperations.FixedTimeEquals(expected, presented) && stored is not null;
    }
}
