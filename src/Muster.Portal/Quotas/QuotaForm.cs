using System.Globalization;
using Muster.Core.Quotas;
using Muster.Portal.Frame;

namespace Muster.Portal.Quotas;

/// <summary>The limits of an instance as a person types them; empty is no limit (portal P16).</summary>
public sealed class QuotaForm
{
    private static readonly (string Field, string Label, string Help)[] Shape =
    [
        ("registrations", "Registrations", "Registration records, those of deleted groups included."),
        ("individualEnrollments", "Individual enrollments", "Enrolled devices."),
        ("x509Groups", "Enrollment groups, X.509", "Groups by certificate."),
        ("symmetricKeyGroups", "Enrollment groups, symmetric key", "Groups by key."),
        ("caCertificates", "CA certificates", "The server's own limit holds as well."),
        ("linkedHubs", "Linked hubs", "The server's own limit of 50 holds as well."),
        ("serviceOperations", "Service API operations in a minute", "All back ends together."),
        ("deviceRegistrations", "Device registrations in a minute", "Registrations and status lookups of all devices."),
        ("devicePolls", "Operation lookups of each device in 10 seconds", "While a registration is under way."),
    ];

    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);

    /// <summary>The fields in order: member, label, help.</summary>
    public static IReadOnlyList<(string Field, string Label, string Help)> Fields => Shape;

    /// <summary>What stands in a field.</summary>
    public string this[string field]
    {
        get => _texts.GetValueOrDefault(field, "");
        set => _texts[field] = value;
    }

    /// <summary>The form of quotas.</summary>
    public static QuotaForm Of(InstanceQuotas quotas)
    {
        var form = new QuotaForm();
        foreach (var (field, _, _) in Shape) form[field] = NumberOf(quotas, field)?.ToString(CultureInfo.InvariantCulture) ?? "";
        return form;
    }

    /// <summary>Members in which quotas differ, with the first and the second as text.</summary>
    public static IReadOnlyList<(string Label, string First, string Second)> Differences(InstanceQuotas first, InstanceQuotas second) =>
    [
        .. Shape
            .Where(shape => NumberOf(first, shape.Field) != NumberOf(second, shape.Field))
            .Select(shape => (shape.Label, Text(NumberOf(first, shape.Field)), Text(NumberOf(second, shape.Field)))),
    ];

    /// <summary>Reads the form.</summary>
    /// <param name="errors">Every field that is wrong; empty when all is well.</param>
    public InstanceQuotas Read(out IReadOnlyList<FieldError> errors)
    {
        var found = new List<FieldError>();
        var quotas = new InstanceQuotas
        {
            Registrations = Number("registrations"),
            IndividualEnrollments = Number("individualEnrollments"),
            X509Groups = Number("x509Groups"),
            SymmetricKeyGroups = Number("symmetricKeyGroups"),
            CaCertificates = Number("caCertificates"),
            LinkedHubs = Number("linkedHubs"),
            ServiceOperations = Rate("serviceOperations", 60),
            DeviceRegistrations = Rate("deviceRegistrations", 60),
            DevicePolls = Rate("devicePolls", 10),
        };
        found.AddRange(QuotaService.Check(quotas).Select(FieldError.From).Where(error => found.TrueForAll(one => one.Field != error.Field)));

        // In a summary several fields may have the same mistake: each names its field.
        errors = [.. found.Select(error => error with { Text = $"{LabelOf(error.Field)}: {error.Text}" })];
        return quotas;

        long? Number(string field)
        {
            // People paste numbers as they see them: 1,000,000 and 1 000 000 are both one million.
            var text = string.Concat(this[field].Where(letter => letter is not (',' or ' ' or '_')));
            if (text.Length == 0) return null;
            if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) return number;
            var typed = this[field].Length > 40 ? this[field][..40] : this[field];
            found.Add(new FieldError(field, $"'{typed}' is not a whole number. Leave it empty for no limit."));
            return null;
        }

        // A number too large for a rate becomes one that the check refuses.
        RateLimit? Rate(string field, int seconds) => Number(field) is { } calls
            ? new RateLimit((int)Math.Clamp(calls, int.MinValue, int.MaxValue), TimeSpan.FromSeconds(seconds))
            : null;
    }

    private static string LabelOf(string field) => Shape.First(shape => shape.Field == field).Label;

    private static string Text(long? number) => number?.ToString("N0", CultureInfo.InvariantCulture) ?? "no limit";

    private static long? NumberOf(InstanceQuotas quotas, string field) => field switch
    {
        "registrations" => quotas.Registrations,
        "individualEnrollments" => quotas.IndividualEnrollments,
        "x509Groups" => quotas.X509Groups,
        "symmetricKeyGroups" => quotas.SymmetricKeyGroups,
        "caCertificates" => quotas.CaCertificates,
        "linkedHubs" => quotas.LinkedHubs,
        "serviceOperations" => quotas.ServiceOperations?.Calls,
        "deviceRegistrations" => quotas.DeviceRegistrations?.Calls,
        "devicePolls" => quotas.DevicePolls?.Calls,
        _ => throw new ArgumentOutOfRangeException(nameof(field), field, null),
    };
}
