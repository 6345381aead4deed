using System.Globalization;
using Muster.Portal.Frame;

namespace Muster.Portal.Jobs;

/// <summary>Jobs as words, addresses and rows of a spreadsheet.</summary>
internal static class JobWords
{
    public const string CsvHeader = "what,id,errorCode,message,explanation,timestampUtc";

    public static string Of(JobState state) => state switch
    {
        JobState.Waiting => "waiting",
        JobState.Running => "running",
        JobState.Paused => "paused",
        JobState.Done => "done",
        JobState.Cancelled => "cancelled",
        _ => "failed",
    };

    /// <summary>How far it is, in numbers.</summary>
    public static string Counts(JobProgress job)
    {
        var all = job.Total is { } total ? $" of {Frame.Counts.About(total)}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{job.Done:N0}{all} done") + (job.Failed > 0 ? string.Create(CultureInfo.InvariantCulture, $", {job.Failed:N0} failed") : "");
    }

    /// <summary>What a screen reader says: it changes with the state and with each tenth, not with each item.</summary>
    public static string Spoken(JobProgress job) => job.State switch
    {
        JobState.Running when job.Percent is { } percent => string.Create(CultureInfo.InvariantCulture, $"Running, {percent / 10 * 10} percent."),
        JobState.Done or JobState.Cancelled or JobState.Failed => $"The job is {Of(job.State)}. {Counts(job)}.",
        _ => $"The job is {Of(job.State)}.",
    };

    public static string UrlOf(string instance, string id) => $"i/{instance}/jobs/{id}";

    public static string Csv(JobFailure failure) => CsvText.Row(
        failure.Item.What, failure.Item.Id, failure.Refusal.Code.ToString(CultureInfo.InvariantCulture), failure.Refusal.Message,
        ErrorWords.Explain(failure.Refusal.Code), failure.AtUtc.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
}
