using System.Globalization;

namespace Muster.Portal.Frame;

/// <summary>Counts as people read them.</summary>
internal static class Counts
{
    /// <summary>A count with separators; one that reached the cap of counting reads "more than".</summary>
    public static string About(long count, long cap = Enrollments.EnrollmentDesk.CountCap) =>
        count >= cap ? string.Create(CultureInfo.InvariantCulture, $"over {cap:N0}") : count.ToString("N0", CultureInfo.InvariantCulture);
}
