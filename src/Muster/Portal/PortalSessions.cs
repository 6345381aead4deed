using System.Security.Cryptography;
using System.Text;

namespace Muster.Portal;

/// <summary>
/// Who may see the portal: whoever opens the one-time link first gets a session, which lives until the server stops. Only hashes
/// are kept, and hashes are compared in constant time. Safe for use by several threads.
/// </summary>
public sealed class PortalSessions
{
    private readonly Lock _gate = new();
    private byte[]? _tokenHash;
    private byte[]? _sessionHash;

    /// <summary>Makes the one-time token.</summary>
    public PortalSessions()
    {
        Token = NewSecret();
        _tokenHash = Hash(Token);
    }

    /// <summary>The one-time token for the link that is printed at start.</summary>
    public string Token { get; }

    /// <summary>Spends the token.</summary>
    /// <param name="token">The token that was presented.</param>
    /// <returns>The new session, or null if the token is wrong or already spent.</returns>
    public string? Redeem(string token)
    {
        lock (_gate)
        {
            if (_tokenHash is null || !CryptographicOperations.FixedTimeEquals(_tokenHash, Hash(token))) return null;
            _tokenHash = null;
            var session = NewSecret();
            _sessionHash = Hash(session);
            return session;
        }
    }

    /// <summary>Whether <paramref name="session"/> was given out by <see cref="Redeem"/>.</summary>
    public bool IsOpen(string? session)
    {
        if (session is null) return false;
        lock (_gate)
            return _sessionHash is not null && CryptographicOperations.FixedTimeEquals(_sessionHash, Hash(session));
    }

    private static string NewSecret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    private static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
