using System.Globalization;
using Muster.Core.Hubs;
using Muster.Core.Quotas;
using Muster.Portal.Frame;

namespace Muster.Portal.Quotas;

/// <summary>The limits of an instance as a person types them; empty is no limit (portal P16).</summary>
public sealed class QuotaForm
{
    private readonly Dictionary<QuotaMember, string> _texts = [];

    /// <summary>The fields in order.</summary>
    public static IReadOnlyList<(QuotaMember Member, string Label, string Help)> Fields { get; } =
    [
        (QuotaMember.Registrations, "Registrations", "Registration records, those of deleted groups included."),
        (QuotaMember.IndividualEnrollments, "Individual enrollments", "Enrolled devices."),
        (QuotaMember.X509Groups, "Enrollment groups, X.509", "Groups by certificate."),
        (QuotaMember.SymmetricKeyGroups, "Enrollment groups, symmetric key", "Groups by key."),
        (QuotaMember.CaCertificates, "CA certificates", "The server's own limit holds as well."),
        (QuotaMember.LinkedHubs, "Linked hubs", $"The server's own limit of {LinkedHubRules.MaxHubs} holds as well."),
        (QuotaMember.ServiceOperations, "Service API operations in a minute", "All back ends together."),
        (QuotaMember.DeviceRegistrations, "Device registrations in a minute", "Registrations and status lookups of all devices."),
        (QuotaMember.DevicePolls, "Operation lookups of each device in 10 seconds", "While a registration is under way."),
    ];

    /// <summary>What stands in a field.</summary>
    public string this[QuotaMember member]
    {
        get => _texts.GetValueOrDefault(member, "");
        set => _texts[member] = value;
    }

    /// <summary>The form of quotas.</summary>
    public static QuotaForm Of(InstanceQuotas quotas)
    {
        var form = new QuotaForm();
        foreach (var (member, _, _) in Fields) form[member] = member.Of(quotas)?.ToString(CultureInfo.InvariantCulture) ?? "";
        return form;
    }

    /// <summary>Members in which quotas differ, with the first and the second as text.</summary>
    public static IReadOnlyList<(string Label, string First, string Second)> Differences(InstanceQuotas first, InstanceQuotas second) =>
    [
        .. Fields
            .Where(field => field.Member.Of(first) != field.Member.Of(second))
            .Select(field => (field.Label, Text(field.Member.Of(first)), Text(field.Member.Of(second)))),
    ];

    /// <summary>Reads the form.</summary>
    /// <param name="errors">Every field that is wrong; empty when all is well.</param>
    public InstanceQuotas Read(out IReadOnlyList<FieldError> errors)
    {
        var found = new List<FieldError>();
        var quotas = InstanceQuotas.Unlimited;
        foreach (var (member, _, _) in Fields)
        {
            if (!TryRead(this[member], out var limit)) found.Add(new FieldError(member.Name, NotANumber(this[member])));
            else if (member.Check(limit) is { } refusal) found.Add(FieldError.From(refusal));
            else quotas = member.With(quotas, limit);
        }

        errors = found;
        return quotas;
    }

    /// <summary>A mistake for a list of several, where the same text may stand for more than one field: it names its field.</summary>
    public static FieldError Labelled(FieldError error) =>
        Fields.FirstOrDefault(field => field.Member.Name == error.Field) is { Label: { } label } ? error with { Text = $"{label}: {error.Text}" } : error;

    // People paste numbers as they see them: 1,000,000 and 1 000 000 are both one million.
    private static bool TryRead(string typed, out long? limit)
    {
        var text = string.Concat(typed.Where(letter => letter is not (',' or ' ' or '_')));
        var isNumber = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number);
        limit = isNumber ? number : null;
        return isNumber || text.Length == 0;
    }

    private static string NotANumber(string typed) =>
        $"'{(typed.Length > 40 ? typed[..40] : typed)}' is not a whole number. Leave it empty for no limit.";

    private static string Text(long? number) => number?.ToString("N0", CultureInfo.InvariantCulture) ?? "no limit";
}
