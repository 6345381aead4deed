using System.Security.Cryptography;
using System.Text;

namespace Muster.Portal.SignIn;

/// <summary>
/// Who is signed in. Whoever opens the one-time link first becomes an administrator; others sign in with a local account. Sessions
/// live in memory until they end or the server stops. Only hashes of secrets are kept. Safe for use by several threads.
/// </summary>
public sealed class PortalSessions
{
    /// <summary>How long a session lasts from sign-in or its last extension.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(8);

    /// <summary>The name that the person of the one-time link has.</summary>
    public const string FirstAdministrator = "first administrator";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, PortalSession> _byHash = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;
    private byte[]? _tokenHash;

    /// <summary>Makes the one-time token.</summary>
    public PortalSessions(TimeProvider time)
    {
        _time = time;
        Token = NewSecret();
        _tokenHash = Hash(Token);
    }

    /// <summary>The one-time token for the link that is printed at start.</summary>
    public string Token { get; }

    /// <summary>Spends the one-time token.</summary>
    /// <param name="token">The token that was presented.</param>
    /// <returns>The secret of a new administrator session, or null if the token is wrong or already spent.</returns>
    public string? Redeem(string token)
    {
        lock (_gate)
        {
            if (_tokenHash is null || !CryptographicOperations.FixedTimeEquals(_tokenHash, Hash(token))) return null;
            _tokenHash = null;
        }

        return Open(FirstAdministrator, PortalRole.Administrator);
    }

    /// <summary>Opens a session for a person whose credentials were checked.</summary>
    /// <returns>The secret for the cookie.</returns>
    public string Open(string userName, PortalRole role)
    {
        var secret = NewSecret();
        var now = _time.GetUtcNow();
        lock (_gate)
        {
            foreach (var ended in _byHash.Where(pair => pair.Value.EndsUtc <= now).Select(pair => pair.Key).ToList()) _byHash.Remove(ended);
            _byHash[Key(secret)] = new PortalSession(NewSecret()[..16], userName, role, now, now + Lifetime);
        }

        return secret;
    }

    /// <summary>The open session of a cookie's secret; null when there is none or it has ended.</summary>
    public PortalSession? Find(string? secret)
    {
        if (string.IsNullOrEmpty(secret)) return null;
        lock (_gate)
            return _byHash.TryGetValue(Key(secret), out var session) && session.EndsUtc > _time.GetUtcNow() ? session : null;
    }

    /// <summary>The open session of this id; null when it has ended or was closed.</summary>
    public PortalSession? FindById(string id)
    {
        lock (_gate)
            return _byHash.Values.FirstOrDefault(session => session.Id == id && session.EndsUtc > _time.GetUtcNow());
    }

    /// <summary>Lets an open session last a full <see cref="Lifetime"/> from now.</summary>
    public void Extend(string id)
    {
        lock (_gate)
        {
            foreach (var (key, session) in _byHash.Where(pair => pair.Value.Id == id && pair.Value.EndsUtc > _time.GetUtcNow()).ToList())
                _byHash[key] = session with { EndsUtc = _time.GetUtcNow() + Lifetime };
        }
    }

    /// <summary>Ends a session.</summary>
    public void Close(string id)
    {
        lock (_gate)
        {
            foreach (var key in _byHash.Where(pair => pair.Value.Id == id).Select(pair => pair.Key).ToList()) _byHash.Remove(key);
        }
    }

    /// <summary>Ends every session of a person, for a removed account or a changed role.</summary>
    public void CloseAllOf(string userName)
    {
        lock (_gate)
        {
            var theirs = _byHash.Where(pair => pair.Value.UserName.Equals(userName, StringComparison.OrdinalIgnoreCase)).Select(pair => pair.Key);
            foreach (var key in theirs.ToList()) _byHash.Remove(key);
        }
    }

    private static string NewSecret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    private static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    private static string Key(string secret) => Convert.ToHexStringLower(Hash(secret));
}
