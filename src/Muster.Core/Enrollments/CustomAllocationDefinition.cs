namespace Muster.Core.Enrollments;

/// <summary>The webhook of custom allocation.</summary>
/// <param name="WebhookUrl">Absolute URL; its query may hold a key and is masked wherever it is shown to others.</param>
/// <param name="ApiVersion">Version of the record shapes sent, 2018-09-01-preview at least.</param>
public sealed record CustomAllocationDefinition(string WebhookUrl, string ApiVersion);
