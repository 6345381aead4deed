using Muster.Core.Errors;

namespace Muster.Portal.SignIn;

/// <summary>
/// Local portal accounts: made and removed by administrators, checked at sign-in. Five wrong passwords for a name within fifteen
/// minutes lock that name for fifteen minutes, whether it exists or not. Safe for use by several threads.
/// </summary>
/// <param name="store">Where accounts are kept.</param>
/// <param name="sessions">The sessions, which end with their account.</param>
/// <param name="time">The clock.</param>
public sealed class PortalAccounts(IPortalUserStore store, PortalSessions sessions, TimeProvider time)
{
    /// <summary>Fewest characters of a password.</summary>
    public const int MinPasswordLength = 12;

    /// <summary>Wrong passwords that lock a name.</summary>
    public const int MaxFailures = 5;

    /// <summary>How long failures count and a lock lasts.</summary>
    public static readonly TimeSpan LockTime = TimeSpan.FromMinutes(15);

    private const int MaxTrackedNames = 10_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (int Count, DateTimeOffset Last)> _failures = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>All accounts, by name.</summary>
    public IReadOnlyList<PortalUser> Users
    {
        get
        {
            lock (_gate) return store.Load();
        }
    }

    /// <summary>Makes an account.</summary>
    /// <returns>Null when it is made, else what is wrong: the member is <c>name</c> or <c>password</c>.</returns>
    public Refusal? Add(string name, string password, PortalRole role)
    {
        name = name.Trim();
        if (name.Length is < 1 or > 64 || name.Any(char.IsControl))
            return Refusals.InvalidMember("name", "it must have 1 to 64 characters.");
        if (password.Length < MinPasswordLength)
            return Refusals.InvalidMember("password", $"it must have at least {MinPasswordLength} characters.");
        if (password.Length > 1024) return Refusals.InvalidMember("password", "it must have at most 1024 characters.");
        if (password.Contains(name, StringComparison.OrdinalIgnoreCase))
            return Refusals.InvalidMember("password", "it must not contain the name.");
        var user = new PortalUser(name, role, PasswordHash.Create(password), time.GetUtcNow());
        lock (_gate)
        {
            var users = store.Load();
            if (name.Equals(PortalSessions.FirstAdministrator, StringComparison.OrdinalIgnoreCase) || Find(users, name) is not null)
                return Refusals.InvalidMember("name", "a user of this name exists already.");
            store.Save([.. users.Append(user).OrderBy(one => one.Name, StringComparer.OrdinalIgnoreCase)]);
            return null;
        }
    }

    /// <summary>Removes an account and ends its sessions; false when there is none of that name.</summary>
    public bool Remove(string name)
    {
        lock (_gate)
        {
            var users = store.Load();
            if (Find(users, name) is not { } user) return false;
            store.Save([.. users.Where(one => one != user)]);
        }

        sessions.CloseAllOf(name);
        return true;
    }

    /// <summary>Signs a person in.</summary>
    /// <param name="name">The name as typed.</param>
    /// <param name="password">The password as typed.</param>
    /// <param name="lockedFor">How long the name stays locked; null unless it is.</param>
    /// <returns>The session's secret for the cookie; null when the name or the password is wrong, or the name is locked.</returns>
    public string? SignIn(string name, string password, out TimeSpan? lockedFor)
    {
        name = name.Trim();
        PortalUser? user;
        lock (_gate)
        {
            lockedFor = LockOf(name);
            if (lockedFor is not null) return null;
            user = Find(store.Load(), name);

            // Counted before the slow check, so that many guesses at once do not slip past the limit.
            Count(name);
        }

        if (password.Length > 1024 || !PasswordHash.IsRight(user?.PasswordHash, password)) return null;
        lock (_gate) _failures.Remove(name);
        return sessions.Open(user!.Name, user.Role);
    }

    private static PortalUser? Find(IReadOnlyList<PortalUser> users, string name) =>
        users.FirstOrDefault(user => user.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private TimeSpan? LockOf(string name)
    {
        if (!_failures.TryGetValue(name, out var failures)) return null;
        var left = failures.Last + LockTime - time.GetUtcNow();
        if (left <= TimeSpan.Zero)
        {
            _failures.Remove(name);
            return null;
        }

        return failures.Count >= MaxFailures ? left : null;
    }

    private void Count(string name)
    {
        if (_failures.Count >= MaxTrackedNames)
        {
            var now = time.GetUtcNow();
            foreach (var old in _failures.Where(pair => pair.Value.Last + LockTime <= now).Select(pair => pair.Key).ToList()) _failures.Remove(old);
            if (_failures.Count >= MaxTrackedNames) _failures.Clear();
        }

        _failures[name] = (_failures.GetValueOrDefault(name).Count + 1, time.GetUtcNow());
    }
}
