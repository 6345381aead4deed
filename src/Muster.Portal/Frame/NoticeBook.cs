using Muster.Portal.SignIn;

namespace Muster.Portal.Frame;

/// <summary>The messages of all sessions. They stay as long as the session does: over reloads, on every tab (portal 5 rule 6).</summary>
/// <param name="sessions">Who is signed in.</param>
public sealed class NoticeBook(PortalSessions sessions)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, NoticeShelf> _shelves = new(StringComparer.Ordinal);

    /// <summary>The messages of a session; those of sessions that have ended are forgotten.</summary>
    public NoticeShelf Of(string sessionId)
    {
        lock (_gate)
        {
            if (_shelves.TryGetValue(sessionId, out var known)) return known;
            foreach (var ended in _shelves.Keys.Where(id => sessions.FindById(id) is null).ToList()) _shelves.Remove(ended);
            return _shelves[sessionId] = new NoticeShelf();
        }
    }
}
