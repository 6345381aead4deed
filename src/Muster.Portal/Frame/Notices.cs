namespace Muster.Portal.Frame;

/// <summary>Short messages to the person, announced politely and kept in the bell list (portal 5 rule 6).</summary>
public sealed class Notices
{
    private const int MaxKept = 50;

    private readonly List<Notice> _all = [];

    /// <summary>Something was added or dismissed.</summary>
    public event EventHandler? Changed;

    /// <summary>All messages of this session, newest first.</summary>
    public IReadOnlyList<Notice> All => _all;

    /// <summary>Those that still show as toasts.</summary>
    public IEnumerable<Notice> Showing => _all.Where(notice => notice.IsShowing);

    /// <summary>Tells that something worked.</summary>
    public void Done(string text) => Add(text, isBad: false);

    /// <summary>Tells that something failed.</summary>
    public void Failed(string text) => Add(text, isBad: true);

    /// <summary>Takes a toast away; it stays in the bell list.</summary>
    public void Dismiss(Notice notice)
    {
        var at = _all.IndexOf(notice);
        if (at < 0) return;
        _all[at] = notice with { IsShowing = false };
        Changed?.Invoke(this, EventArgs.Empty);
    }

    private void Add(string text, bool isBad)
    {
        for (var i = 0; i < _all.Count; i++) _all[i] = _all[i] with { IsShowing = false };
        _all.Insert(0, new Notice(Guid.NewGuid(), text, isBad, IsShowing: true));
        if (_all.Count > MaxKept) _all.RemoveAt(MaxKept);
        Changed?.Invoke(this, EventArgs.Empty);
    }
}
