using Muster.Core.Errors;
using Muster.Portal.SignIn;

namespace Muster.Portal.Frame;

/// <summary>Short messages to the person, announced politely and kept in the bell list of the session (portal 5 rule 6).</summary>
/// <param name="access">Who works here.</param>
/// <param name="book">Keeps the messages of all sessions.</param>
/// <param name="failures">Gives refusals their tracking IDs.</param>
/// <param name="time">The clock.</param>
public sealed class Notices(PortalAccess access, NoticeBook book, Failures failures, TimeProvider time) : IDisposable
{
    private NoticeShelf? _shelf;
    private Notice? _showing;
    private Guid? _seen;

    /// <summary>Something was added or dismissed.</summary>
    public event EventHandler? Changed;

    /// <summary>All messages of this session, newest first.</summary>
    public IReadOnlyList<Notice> All => Shelf.All;

    /// <summary>How many came since the bell list was last opened.</summary>
    public int Unread => Shelf.Unread;

    /// <summary>The one that shows as a toast; null when none does.</summary>
    public Notice? Showing => _showing;

    private NoticeShelf Shelf
    {
        get
        {
            if (_shelf is not null) return _shelf;

            // Somebody whose session has ended keeps what this page tells, and nothing else.
            _shelf = access.SessionId is { } id ? book.Of(id) : new NoticeShelf();
            _seen = _shelf.LatestForAll?.Id;
            _shelf.Changed += Refresh;
            return _shelf;
        }
    }

    /// <summary>Tells that something worked.</summary>
    public void Done(string text) => Add(new Notice(text, IsBad: false, time.GetUtcNow()));

    /// <summary>Tells that something was begun, with a link to where it is seen.</summary>
    public void Done(string text, string href, string linkText) => Add(new Notice(text, IsBad: false, time.GetUtcNow()) { Href = href, LinkText = linkText });

    /// <summary>Tells that something failed that no service refused.</summary>
    public void Failed(string text) => Add(new Notice(text, IsBad: true, time.GetUtcNow()));

    /// <summary>Tells that a service refused something, with the details to unfold.</summary>
    public void Failed(Refusal refusal) => Failed(refusal.Message, refusal);

    /// <summary>Tells in own words that a service refused something, with the details to unfold.</summary>
    public void Failed(string text, Refusal refusal) => Add(new Notice(text, IsBad: true, time.GetUtcNow()) { Failure = failures.Note(refusal) });

    /// <summary>Takes a toast away; it stays in the bell list.</summary>
    public void Dismiss(Notice notice)
    {
        if (_showing?.Id != notice.Id) return;
        _showing = null;
        Changed?.Invoke(this, EventArgs.Empty);
    }

    /// <summary>The bell list was opened.</summary>
    public void MarkRead() => Shelf.MarkRead();

    /// <summary>Lets go of the session's messages.</summary>
    public void Dispose()
    {
        if (_shelf is not null) _shelf.Changed -= Refresh;
    }

    private void Add(Notice notice)
    {
        _showing = notice;
        Shelf.Add(notice);
    }

    private void Refresh(object? sender, EventArgs e)
    {
        if (_shelf?.LatestForAll is { } forAll && forAll.Id != _seen) (_seen, _showing) = (forAll.Id, forAll);
        Changed?.Invoke(this, EventArgs.Empty);
    }
}
