namespace Muster.Portal.Frame;

/// <summary>The messages of one session, newest first: what the bell lists on every page and tab of it. Safe for use by several threads.</summary>
public sealed class NoticeShelf
{
    private const int MaxKept = 50;

    private readonly Lock _gate = new();
    private readonly List<Notice> _all = [];
    private int _unread;

    /// <summary>Something was added, or all of it was read.</summary>
    public event EventHandler? Changed;

    /// <summary>The latest that no page told, but for example a job: it shows on every page of the session. Null when there is none.</summary>
    public Notice? LatestForAll { get; private set; }

    /// <summary>All that are kept, newest first.</summary>
    public IReadOnlyList<Notice> All
    {
        get
        {
            lock (_gate) return [.. _all];
        }
    }

    /// <summary>How many came since the list was last opened.</summary>
    public int Unread
    {
        get
        {
            lock (_gate) return _unread;
        }
    }

    /// <summary>Adds a message of a page, which shows it there.</summary>
    public void Add(Notice notice) => Add(notice, forAll: false);

    /// <summary>Adds a message that shows on every page of the session that is open.</summary>
    public void AddForAll(Notice notice) => Add(notice, forAll: true);

    /// <summary>The list was opened.</summary>
    public void MarkRead()
    {
        lock (_gate)
        {
            if (_unread == 0) return;
            _unread = 0;
        }

        Changed?.Invoke(this, EventArgs.Empty);
    }

    private void Add(Notice notice, bool forAll)
    {
        lock (_gate)
        {
            _all.Insert(0, notice);
            if (_all.Count > MaxKept) _all.RemoveAt(MaxKept);
            _unread = Math.Min(_unread + 1, _all.Count);
            if (forAll) LatestForAll = notice;
        }

        Changed?.Invoke(this, EventArgs.Empty);
    }
}
