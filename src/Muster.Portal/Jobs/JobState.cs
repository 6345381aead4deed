namespace Muster.Portal.Jobs;

/// <summary>Where a job stands.</summary>
public enum JobState
{
    /// <summary>Others run; it begins when one of them has ended or pauses.</summary>
    Waiting,

    /// <summary>Items are being worked on.</summary>
    Running,

    /// <summary>Nothing happens until somebody resumes it.</summary>
    Paused,

    /// <summary>Every item was worked on; some may have failed.</summary>
    Done,

    /// <summary>Somebody ended it early; what was done stays done.</summary>
    Cancelled,

    /// <summary>It could not go on, for example because its items could no longer be listed.</summary>
    Failed,
}
