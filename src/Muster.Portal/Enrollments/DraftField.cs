namespace Muster.Portal.Enrollments;

/// <summary>A field of the form that two people may have changed at the same time.</summary>
/// <param name="Label">How it is called.</param>
/// <param name="Text">Its value as text.</param>
/// <param name="Copy">Takes the value of the first draft over into the second.</param>
internal sealed record DraftField(string Label, Func<EnrollmentDraft, string> Text, Action<EnrollmentDraft, EnrollmentDraft> Copy)
{
    /// <summary>Every field that the details page can change.</summary>
    public static IReadOnlyList<DraftField> All { get; } =
    [
        new("Provisioning status", draft => draft.Enabled ? "enabled" : "disabled", (from, to) => to.Enabled = from.Enabled),
        new("Reprovision policy", draft => EnrollmentWords.Of(draft.Reprovision), (from, to) => to.Reprovision = from.Reprovision),
        new("Target IoT hubs", draft => draft.Hubs.Count == 0 ? "all" : string.Join(", ", draft.Hubs.Order(StringComparer.OrdinalIgnoreCase)), (from, to) =>
        {
            to.Hubs.Clear();
            to.Hubs.UnionWith(from.Hubs);
        }),
        new("Allocation policy", draft => EnrollmentWords.Of(draft.Allocation), (from, to) => to.Allocation = from.Allocation),
        new("Webhook", draft => $"{draft.WebhookUrl.Split('?')[0]} {draft.WebhookApiVersion}".Trim(), (from, to) => (to.WebhookUrl, to.WebhookApiVersion) = (from.WebhookUrl, from.WebhookApiVersion)),
        new("IoT Edge", draft => draft.IotEdge ? "yes" : "no", (from, to) => to.IotEdge = from.IotEdge),
        new("Device ID", draft => draft.DeviceId.Length > 0 ? draft.DeviceId : "(registration ID)", (from, to) => to.DeviceId = from.DeviceId),
        new("Device tags", draft => draft.Tags, (from, to) => to.Tags = from.Tags),
        new("Desired properties", draft => draft.Desired, (from, to) => to.Desired = from.Desired),
        new("Optional device information", draft => draft.DeviceInformation, (from, to) => to.DeviceInformation = from.DeviceInformation),
    ];

    /// <summary>Every field of a new enrollment; keys count, but are not told.</summary>
    public static IReadOnlyList<DraftField> OfNew { get; } =
    [
        new("Name", draft => draft.Id, (from, to) => to.Id = from.Id),
        new("Attestation mechanism", draft => EnrollmentWords.Of(draft.Mechanism), (from, to) => to.Mechanism = from.Mechanism),
        new("Credentials",
            draft => string.Join('\n', draft.GenerateKeys, draft.PrimaryKey, draft.SecondaryKey, draft.PrimaryCa, draft.SecondaryCa, draft.PrimaryCertificate?.Der, draft.SecondaryCertificate?.Der, draft.EndorsementKey),
            (_, _) => { }),
        .. All,
    ];
}
