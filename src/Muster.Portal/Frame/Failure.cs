using System.Globalization;
using System.Text;
using Muster.Core.Errors;

namespace Muster.Portal.Frame;

/// <summary>A refusal or a fault as a person is told of it, with what finds it again in the log (portal 5 rule 9).</summary>
/// <param name="Code">Six digits, HTTP status first.</param>
/// <param name="Message">What the service says.</param>
/// <param name="TrackingId">Stands in the log beside the same code.</param>
/// <param name="AtUtc">When it happened.</param>
public sealed record Failure(int Code, string Message, Guid TrackingId, DateTimeOffset AtUtc)
{
    /// <summary>The HTTP status that a client of the service API gets with this code.</summary>
    public int HttpStatus => Code / 1000;

    /// <summary>Status and its name, for example <c>409 Conflict</c>.</summary>
    public string HttpText => $"{HttpStatus} {ErrorWords.NameOf(HttpStatus)}".TrimEnd();

    /// <summary>The time as errors of the service API write it: UTC, seven decimals.</summary>
    public string TimestampUtc => AtUtc.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Everything as lines, for a ticket or a mail.</summary>
    public string Copied => new StringBuilder()
        .AppendLine(CultureInfo.InvariantCulture, $"HTTP status: {HttpText}")
        .AppendLine(CultureInfo.InvariantCulture, $"errorCode: {Code}")
        .AppendLine(CultureInfo.InvariantCulture, $"message: {Message}")
        .AppendLine(CultureInfo.InvariantCulture, $"trackingId: {TrackingId}")
        .AppendLine(CultureInfo.InvariantCulture, $"timestampUtc: {TimestampUtc}")
        .Append(ErrorWords.Explain(Code))
        .ToString();

    /// <summary>The failure that a refusal becomes when it is shown.</summary>
    public static Failure Of(Refusal refusal, DateTimeOffset now) => new(refusal.Code, refusal.Message, Guid.NewGuid(), now);
}
