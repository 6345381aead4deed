using System.Globalization;
using Muster.Core.Enrollments;
using Muster.Core.Errors;
using Muster.Core.Store;
using Muster.Portal.Enrollments;
using Muster.Portal.Registrations;
using Muster.Portal.SignIn;

namespace Muster.Portal.Jobs;

/// <summary>The jobs that pages start.</summary>
internal static class JobPlans
{
    private const int PageSize = 200;
    private const string Record = "registration record";

    /// <summary>Removes enrollments: those of <paramref name="ids"/>, or all that match.</summary>
    public static JobPlan DeleteEnrollments(string instance, EnrollmentKind kind, IReadOnlyList<string> ids, EnrollmentFilter? allMatching, long? total) => new()
    {
        Instance = instance,
        Title = kind == EnrollmentKind.Group ? "Remove enrollment groups" : "Remove individual enrollments",
        Right = PortalRight.EnrollmentsDelete,
        Total = total,
        Href = ListOf(instance, kind),
        List = Enrollments(instance, kind, ids, allMatching),
        Act = async (hands, item, cancellationToken) => GoneIsGone(await hands.Enrollments.DeleteAsync(instance, kind, item.Id, cancellationToken)),
    };

    /// <summary>Removes groups together with their registration records. A group of which a record stays is kept.</summary>
    public static JobPlan DeleteGroupsWithRecords(string instance, IReadOnlyList<string> ids, long records) => new()
    {
        Instance = instance,
        Title = ids.Count == 1 ? $"Remove the enrollment group {ids[0]} and its records" : "Remove enrollment groups and their records",
        Right = PortalRight.EnrollmentsDelete,
        Total = records + ids.Count,
        Href = ListOf(instance, EnrollmentKind.Group),
        List = async (hands, cursor, cancellationToken) =>
        {
            // The cursor is the group's place, and the place in its records.
            var bar = cursor?.IndexOf('|') ?? -1;
            var at = bar < 0 ? 0 : int.Parse(cursor.AsSpan(0, bar), CultureInfo.InvariantCulture);
            var after = bar < 0 || bar == cursor!.Length - 1 ? null : cursor[(bar + 1)..];
            var filter = new RegistrationFilter { EnrollmentGroupId = ids[at], After = after, Limit = PageSize };
            if (!(await hands.Records.SearchAsync(instance, filter, cancellationToken)).Try(out var page, out var refusal)) return refusal;
            var items = page.Items.Select(record => new JobItem(Record, record.RegistrationId)).ToList();
            if (page.Next is { } more) return new JobItems(items, string.Create(CultureInfo.InvariantCulture, $"{at}|{more}"));
            items.Add(new JobItem(NounOf(EnrollmentKind.Group), ids[at]));
            return new JobItems(items, at + 1 < ids.Count ? string.Create(CultureInfo.InvariantCulture, $"{at + 1}|") : null);
        },
        Act = async (hands, item, cancellationToken) =>
        {
            if (item.What == Record) return GoneIsGone(await hands.Records.DeleteAsync(instance, item.Id, cancellationToken));
            var left = await hands.Records.CountAsync(instance, new RegistrationFilter { EnrollmentGroupId = item.Id }, cancellationToken);
            return left > 0
                ? new Refusal(409000, $"{left.ToString("N0", CultureInfo.InvariantCulture)} of its registration records are still there, so the group stays.")
                : GoneIsGone(await hands.Enrollments.DeleteAsync(instance, EnrollmentKind.Group, item.Id, cancellationToken));
        },
    };

    /// <summary>Enables or disables enrollments: those of <paramref name="ids"/>, or all that match.</summary>
    public static JobPlan SetStatus(
        string instance, EnrollmentKind kind, ProvisioningStatus status, IReadOnlyList<string> ids, EnrollmentFilter? allMatching, long? total) => new()
        {
            Instance = instance,
            Title = $"{(status == ProvisioningStatus.Enabled ? "Enable" : "Disable")} {(kind == EnrollmentKind.Group ? "enrollment groups" : "individual enrollments")}",
            Right = PortalRight.EnrollmentsWrite,
            Total = total,
            Href = ListOf(instance, kind),

            // The change moves a row in every order but that by ID, and some would be met twice or never.
            List = Enrollments(instance, kind, ids, allMatching is null ? null : allMatching with { Order = ListOrder.Id }),
            Act = (hands, item, cancellationToken) => hands.Enrollments.SetStatusAsync(instance, kind, item.Id, status, cancellationToken),
        };

    /// <summary>Deletes registration records: those of <paramref name="ids"/>, or all that match.</summary>
    public static JobPlan DeleteRecords(string instance, IReadOnlyList<string> ids, RegistrationFilter? allMatching, long? total) => new()
    {
        Instance = instance,
        Title = allMatching?.EnrollmentGroupId is { } group ? $"Delete registration records of {group}" : "Delete registration records",
        Right = PortalRight.RegistrationsDelete,
        Total = total,
        Href = allMatching?.EnrollmentGroupId is { } of ? $"{EnrollmentWords.UrlOf(instance, EnrollmentKind.Group, of)}?tab=Records" : $"i/{instance}/registrations",
        List = Records(instance, ids, allMatching),
        Act = async (hands, item, cancellationToken) => GoneIsGone(await hands.Records.DeleteAsync(instance, item.Id, cancellationToken)),
    };

    /// <summary>
    /// Deprovisions devices: those of <paramref name="ids"/>, each kept out by a disabled enrollment of its own; or all of a group, which
    /// was disabled before.
    /// </summary>
    public static JobPlan Deprovision(string instance, IReadOnlyList<string> ids, string? group, DeprovisionChoices choices, long? total) => new()
    {
        Instance = instance,
        Title = group is null ? "Deprovision devices" : $"Deprovision all of {group}",
        Right = PortalRight.EnrollmentsDelete,
        Total = total,
        Href = group is null ? $"i/{instance}/registrations" : $"{EnrollmentWords.UrlOf(instance, EnrollmentKind.Group, group)}?tab=Records",
        Advice = $"Do not delete the disabled {(group is null ? "enrollments" : "group")}: without {(group is null ? "them" : "it")} the devices could register again.",
        List = Records(instance, ids, group is null ? null : new RegistrationFilter { EnrollmentGroupId = group }),
        Act = (hands, item, cancellationToken) => Deprovisioning.RunAsync(hands, instance, item.Id, group is null, choices, cancellationToken),
    };

    // Somebody else may have been faster, or the job was started again.
    private static Refusal? GoneIsGone(Refusal? refusal) => refusal?.HttpStatus == 404 ? null : refusal;

    private static string NounOf(EnrollmentKind kind) => kind == EnrollmentKind.Group ? "enrollment group" : "individual enrollment";

    private static string ListOf(string instance, EnrollmentKind kind) => $"i/{instance}/enrollments?tab={EnrollmentWords.PathOf(kind)}";

    private static Func<JobHands, string?, CancellationToken, Task<Result<JobItems>>> Enrollments(
        string instance, EnrollmentKind kind, IReadOnlyList<string> ids, EnrollmentFilter? allMatching)
    {
        if (allMatching is null) return Fixed(NounOf(kind), ids);
        return async (hands, cursor, cancellationToken) =>
            (await hands.Enrollments.SearchAsync(instance, allMatching with { After = cursor, Limit = PageSize }, cancellationToken)).Try(out var page, out var refusal)
                ? new JobItems([.. page.Items.Select(one => new JobItem(NounOf(kind), one.Id))], page.Next)
                : refusal;
    }

    private static Func<JobHands, string?, CancellationToken, Task<Result<JobItems>>> Records(
        string instance, IReadOnlyList<string> ids, RegistrationFilter? allMatching)
    {
        if (allMatching is null) return Fixed(Record, ids);
        return async (hands, cursor, cancellationToken) =>
            (await hands.Records.SearchAsync(instance, allMatching with { After = cursor, Limit = PageSize }, cancellationToken)).Try(out var page, out var refusal)
                ? new JobItems([.. page.Items.Select(one => new JobItem(Record, one.RegistrationId))], page.Next)
                : refusal;
    }

    private static Func<JobHands, string?, CancellationToken, Task<Result<JobItems>>> Fixed(string what, IReadOnlyList<string> ids) =>
        (_, _, _) => Task.FromResult<Result<JobItems>>(new JobItems([.. ids.Select(id => new JobItem(what, id))], Next: null));
}
