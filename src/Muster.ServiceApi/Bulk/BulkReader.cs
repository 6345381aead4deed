using System.Runtime.InteropServices;
using System.Text.Json;
using Muster.Api.Requests;
using Muster.Core.Enrollments;
using Muster.Core.Errors;
using Muster.ServiceApi.Enrollments;
using Muster.ServiceApi.Requests;

namespace Muster.ServiceApi.Bulk;

/// <summary>
/// Reads the body of a bulk call. What is wrong with the call refuses it as a whole; what is wrong with an item is kept with the
/// item (service-api S-8.4).
/// </summary>
internal static class BulkReader
{
    /// <summary>The largest body of a bulk call, in bytes (service-api S-1.5).</summary>
    public const int BodyLimit = 4 * 1024 * 1024;

    /// <summary>The member that holds the items.</summary>
    public static string ItemsMember(EnrollmentKind kind) => kind == EnrollmentKind.Individual ? "enrollments" : "enrollmentGroups";

    /// <summary>Reads the body's root object.</summary>
    public static Result<BulkRequest> Read(JsonElement root, EnrollmentKind kind, EnrollmentMembers known)
    {
        var problem = new BodyProblem();
        var members = JsonMembers.OfRoot(root, problem);
        var mode = members.Enumeration<BulkMode>("mode");
        var items = members.Elements(ItemsMember(kind));
        if (mode is null) problem.Report("mode", "it is required.");
        if (items is null) problem.Report(ItemsMember(kind), "it is required.");
        else if (items.Count is 0 or > BulkEnrollmentService.MaxItems)
            problem.Report(ItemsMember(kind), $"it must have 1 to {BulkEnrollmentService.MaxItems} items; it has {items.Count}.");
        if (problem.Refusal is { } refusal) return refusal;

        return new BulkRequest(mode!.Value, [.. items!.Select(item => ReadItem(item, kind, known, mode.Value))]);
    }

    private static BulkItem ReadItem(JsonElement element, EnrollmentKind kind, EnrollmentMembers known, BulkMode mode)
    {
        if (element.ValueKind != JsonValueKind.Object) return Unreadable("", Refusals.InvalidArgument("The item must be an object."));

        var problem = new BodyProblem();
        var members = JsonMembers.OfRoot(element, problem);
        var id = members.Text(EnrollmentRules.IdMember(kind)) ?? "";
        if (problem.Refusal is { } unclear) return Unreadable(id, unclear);
        if (JsonMarshal.GetRawUtf8Value(element).Length > RequestBody.MessageLimit)
            return Unreadable(id, Refusals.InvalidArgument($"The item is larger than {RequestBody.MessageLimit} bytes."));

        // Wrong types count in a PUT only where the member counts; so here: etag matters in all modes but create.
        var etag = mode == BulkMode.Create ? null : members.Text("etag");
        if (problem.Refusal is { } invalid) return Unreadable(id, invalid);
        if (mode == BulkMode.Delete) return new BulkItem { Id = id, ETag = etag };
        return EnrollmentReader.Read(element, kind, known).Try(out var definition, out var refusal)
            ? new BulkItem { Id = id, ETag = etag, Definition = definition }
            : Unreadable(id, refusal);
    }

    private static BulkItem Unreadable(string id, Refusal refusal) => new() { Id = id, Unreadable = refusal };
}
