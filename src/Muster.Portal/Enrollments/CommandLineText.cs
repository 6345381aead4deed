using System.Text;
using System.Text.Json;
using Muster.Core.Allocation;
using Muster.Core.Enrollments;

namespace Muster.Portal.Enrollments;

/// <summary>The command of the Azure CLI that does what a form does (portal P6, tab 4). Keys stand as placeholders.</summary>
internal static class CommandLineText
{
    public static string Create(string instance, EnrollmentDraft draft)
    {
        var isGroup = draft.Kind == EnrollmentKind.Group;
        var text = new StringBuilder("az iot dps ").Append(isGroup ? "enrollment-group" : "enrollment").Append(" create --login \"$CONNECTION_STRING\" --dps-name ")
            .Append(Quote(instance));
        Add("--enrollment-id", draft.Id);
        if (!isGroup)
        {
            Add("--attestation-type", draft.Mechanism switch
            {
                MechanismChoice.SymmetricKey => "symmetrickey",
                MechanismChoice.Tpm => "tpm",
                _ => "x509",
            });
        }

        switch (draft.Mechanism)
        {
            case MechanismChoice.SymmetricKey when !draft.GenerateKeys:
                text.Append(" \\\n  --primary-key \"$PRIMARY_KEY\" --secondary-key \"$SECONDARY_KEY\"");
                break;
            case MechanismChoice.Tpm: Add("--endorsement-key", draft.EndorsementKey); break;
            case MechanismChoice.UploadedCertificates:
                if (draft.PrimaryCa is { } primary) Add("--ca-name", primary);
                if (draft.SecondaryCa is { } secondary) Add("--secondary-ca-name", secondary);
                break;
            case MechanismChoice.ClientCertificates or MechanismChoice.IntermediateCertificates:
                Add("--certificate-path", "primary.pem");
                if (draft.SecondaryCertificate is not null) Add("--secondary-certificate-path", "secondary.pem");
                break;
        }

        Add("--provisioning-status", draft.Enabled ? "enabled" : "disabled");
        Add("--reprovision-policy", draft.Reprovision switch
        {
            ReprovisionChoice.Migrate => "reprovisionandmigratedata",
            ReprovisionChoice.Reset => "reprovisionandresetdata",
            _ => "never",
        });
        if (draft.Allocation is { } allocation) Add("--allocation-policy", allocation.ToString().ToLowerInvariant());
        if (draft.Hubs.Count > 0) Add("--iot-hubs", string.Join(' ', draft.Hubs.Order(StringComparer.Ordinal)));
        if (draft.Allocation == AllocationPolicyKind.Custom)
        {
            text.Append(" \\\n  --webhook-url \"$WEBHOOK_URL\"");
            Add("--api-version", draft.WebhookApiVersion);
        }

        if (draft.IotEdge) Add("--edge-enabled", "true");
        if (!isGroup && draft.DeviceId.Length > 0) Add("--device-id", draft.DeviceId);
        if (Compact(draft.Tags) is { } tags) Add("--initial-twin-tags", tags);
        if (Compact(draft.Desired) is { } desired) Add("--initial-twin-properties", desired);
        if (!isGroup && Compact(draft.DeviceInformation) is { } information) Add("--device-information", information);
        return text.ToString();

        void Add(string option, string value) => text.Append(" \\\n  ").Append(option).Append(' ').Append(Quote(value));
    }

    /// <summary>Quotes a text for a POSIX shell where it needs quotes.</summary>
    internal static string Quote(string text) =>
        text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || "/._-+:@%=".Contains(c, StringComparison.Ordinal))
            ? text
            : $"'{text.Replace("'", """'\''""", StringComparison.Ordinal)}'";

    private static string? Compact(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.EnumerateObject().Any()) return null;
            using var stream = new MemoryStream();
            using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
                document.RootElement.WriteTo(writer);
            return Encoding.UTF8.GetString(stream.ToArray());
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
