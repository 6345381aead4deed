using Muster.Core.Enrollments;

namespace Muster.ServiceApi.Bulk;

/// <summary>The body of a bulk call.</summary>
internal sealed record BulkRequest(BulkMode Mode, IReadOnlyList<BulkItem> Items);
