using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;

namespace Muster.Conformance.Calls;

/// <summary>Enrollments as an operator writes them.</summary>
public static class Enrollments
{
    /// <summary>An individual enrollment with two symmetric keys of its own.</summary>
    public static JsonObject Individual(string registrationId, string primaryKey, string? secondaryKey = null) => new()
    {
        ["registrationId"] = registrationId,
        ["attestation"] = SymmetricKey(primaryKey, secondaryKey ?? primaryKey),
    };

    /// <summary>An enrollment group with two symmetric keys of its own.</summary>
    public static JsonObject Group(string groupId, string primaryKey, string? secondaryKey = null) => new()
    {
        ["enrollmentGroupId"] = groupId,
        ["attestation"] = SymmetricKey(primaryKey, secondaryKey ?? primaryKey),
    };

    /// <summary>An individual enrollment with the device's own certificate.</summary>
    public static JsonObject WithCertificate(string registrationId, X509Certificate2 certificate) => new()
    {
        ["registrationId"] = registrationId,
        ["attestation"] = new JsonObject
        {
            ["type"] = "x509",
            ["x509"] = new JsonObject
            {
                ["clientCertificates"] = new JsonObject
                {
                    ["primary"] = new JsonObject { ["certificate"] = certificate.ExportCertificatePem() },
                },
            },
        },
    };

    /// <summary>The same enrollment with one more member.</summary>
    public static JsonObject With(this JsonObject enrollment, string member, JsonNode? value)
    {
        enrollment[member] = value;
        return enrollment;
    }

    /// <summary>The same enrollment, bound to one hub.</summary>
    public static JsonObject AtHub(this JsonObject enrollment, string hub) =>
        enrollment.With("allocationPolicy", "static").With("iotHubs", new JsonArray(hub));

    private static JsonObject SymmetricKey(string primaryKey, string secondaryKey) => new()
    {
        ["type"] = "symmetricKey",
        ["symmetricKey"] = new JsonObject { ["primaryKey"] = primaryKey, ["secondaryKey"] = secondaryKey },
    };
}
