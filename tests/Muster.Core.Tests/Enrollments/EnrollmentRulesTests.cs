using System.Text.Json;
using Muster.Core.Allocation;
using Muster.Core.Attestation;
using Muster.Core.Enrollments;
using Muster.Core.Hubs;
using Muster.Core.Secrets;
using Muster.Core.Tests.Certificates;
using Xunit;

namespace Muster.Core.Tests.Enrollments;

/// <summary>service-api S-6.3 to S-6.10 and S-7.1.</summary>
public sealed class EnrollmentRulesTests
{
    private static readonly EnrollmentDefinition Good = new()
    {
        Attestation = new AttestationDefinition { Type = AttestationType.SymmetricKey },
    };
    private static readonly X509SlotsDefinition Slots = new(new X509SlotDefinition(TestCertificates.Enrolled()), null);
    private static readonly CustomAllocationDefinition Webhook = new("https://hooks.example.net/allocate?code=1", "2019-03-31");

    // What is asked for, and the beginning of the refusal; empty when it is accepted.
    public static TheoryData<string, EnrollmentKind, string> Rows() => new()
    {
        { "minimal", EnrollmentKind.Individual, "" },
        { "minimal", EnrollmentKind.Group, "" },
        { "body id in another case", EnrollmentKind.Individual, "" },
        { "body id differs", EnrollmentKind.Individual, "registrationId" },
        { "body id differs", EnrollmentKind.Group, "enrollmentGroupId" },
        { "no attestation", EnrollmentKind.Individual, "attestation" },
        { "device id", EnrollmentKind.Individual, "" },
        { "bad device id", EnrollmentKind.Individual, "deviceId" },
        { "bad device id", EnrollmentKind.Group, "" },
        { "key of 15 bytes", EnrollmentKind.Individual, "attestation.symmetricKey.primaryKey" },
        { "key of 16 bytes", EnrollmentKind.Individual, "" },
        { "key of 64 bytes", EnrollmentKind.Individual, "" },
        { "key of 65 bytes", EnrollmentKind.Individual, "attestation.symmetricKey.primaryKey" },
        { "key that is not Base64", EnrollmentKind.Individual, "attestation.symmetricKey.primaryKey" },
        { "secondary key that is not Base64", EnrollmentKind.Individual, "attestation.symmetricKey.secondaryKey" },
        { "keys beside x509", EnrollmentKind.Individual, "attestation.symmetricKey" },
        { "tpm without key", EnrollmentKind.Individual, "attestation.tpm.endorsementKey" },
        { "tpm with a bad key", EnrollmentKind.Individual, "attestation.tpm.endorsementKey" },
        { "tpm without key", EnrollmentKind.Group, "attestation.type" },
        { "x509 without object", EnrollmentKind.Individual, "attestation.x509" },
        { "client certificates", EnrollmentKind.Individual, "" },
        { "client certificates", EnrollmentKind.Group, "attestation.x509.clientCertificates" },
        { "signing certificates", EnrollmentKind.Group, "" },
        { "signing certificates", EnrollmentKind.Individual, "attestation.x509.signingCertificates" },
        { "both kinds of certificates", EnrollmentKind.Individual, "attestation.x509" },
        { "no certificate in either slot", EnrollmentKind.Individual, "attestation.x509.clientCertificates" },
        { "references", EnrollmentKind.Group, "" },
        { "references", EnrollmentKind.Individual, "" },
        { "no reference in either slot", EnrollmentKind.Group, "attestation.x509.caReferences" },
        { "reference with a line feed", EnrollmentKind.Group, "attestation.x509.caReferences.secondary" },
        { "static without hubs", EnrollmentKind.Individual, "" },
        { "hubs without policy", EnrollmentKind.Individual, EnrollmentRules.PolicyMissing },
        { "hubs with policy", EnrollmentKind.Individual, "" },
        { "custom without webhook", EnrollmentKind.Individual, "customAllocationDefinition" },
        { "custom with webhook", EnrollmentKind.Individual, "" },
        { "webhook under another policy", EnrollmentKind.Individual, "" },
        { "webhook over http", EnrollmentKind.Individual, "customAllocationDefinition.webhookUrl" },
        { "webhook with user", EnrollmentKind.Individual, "customAllocationDefinition.webhookUrl" },
        { "webhook relative", EnrollmentKind.Individual, "customAllocationDefinition.webhookUrl" },
        { "webhook too long", EnrollmentKind.Individual, "customAllocationDefinition.webhookUrl" },
        { "webhook without url", EnrollmentKind.Individual, "customAllocationDefinition.webhookUrl" },
        { "webhook without version", EnrollmentKind.Individual, "customAllocationDefinition.apiVersion" },
        { "webhook of the lowest version", EnrollmentKind.Individual, "" },
        { "webhook of an older version", EnrollmentKind.Individual, "customAllocationDefinition.apiVersion" },
        { "tags of 8 KB", EnrollmentKind.Individual, "" },
        { "tags over 8 KB", EnrollmentKind.Individual, "initialTwin.tags" },
        { "desired of 32 KB", EnrollmentKind.Individual, "" },
        { "desired over 32 KB", EnrollmentKind.Individual, "initialTwin.properties.desired" },
        { "twin nested too deep", EnrollmentKind.Individual, "initialTwin" },
        { "information nested too deep", EnrollmentKind.Individual, "optionalDeviceInformation" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void Definition(string what, EnrollmentKind kind, string refusal)
    {
        var found = EnrollmentRules.Check(kind, "dev", Make(what));
        if (refusal.Length == 0)
        {
            Assert.Null(found);
            return;
        }

        Assert.Equal(400004, found?.Code);
        Assert.StartsWith(refusal + (refusal.EndsWith('.') ? "" : ":"), found?.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hub1.example.net", "")]
    [InlineData("HUB1.Example.Net", "")]
    [InlineData("hub2.example.net", "iotHubs[0]")]
    public void Hub_must_be_linked(string hub, string refusal)
    {
        LinkedHub[] linked =
        [
            new() { InstanceName = "default", HostName = "hub1.example.net", Connector = "embedded", ConnectionString = new Secret("x"),
                ETag = "e" },
        ];
        var several = EnrollmentRules.CheckHubsAreLinked(Good with { IotHubs = [hub], AllocationPolicy = AllocationPolicyKind.Hashed },
            linked);
        var legacy = EnrollmentRules.CheckHubsAreLinked(Good with { IotHubHostName = hub }, linked);
        Assert.Equal(refusal.Length == 0, several is null);
        Assert.Equal(refusal.Length == 0, legacy is null);
        if (refusal.Length > 0) Assert.StartsWith(refusal, several!.Message, StringComparison.Ordinal);
    }

    // Names in the three forms; what is stored before is ns-0/ca-0/pol-0.
    [Theory]
    [InlineData(EnrollmentMembers.CertificatePolicyNames, "ns-1", "ca-1", "pol-1", "ns-1/ca-1/pol-1")]
    [InlineData(EnrollmentMembers.CertificatePolicyNames, null, null, null, "")]
    [InlineData(EnrollmentMembers.CertificatePolicyNames, "ns-1", "ca-1", null, "refused")]
    [InlineData(EnrollmentMembers.CertificatePolicyNames, "Ab", "ca-1", "pol-1", "refused namespaceName")]
    [InlineData(EnrollmentMembers.CertificatePolicyNames, "ns-1", "-a", "pol-1", "refused certificateAuthorityName")]
    [InlineData(EnrollmentMembers.CertificatePolicyNames, "ns-1", "ca-1", "p", "refused certificatePolicyName")]
    [InlineData(EnrollmentMembers.CredentialPolicyName, null, null, "pol-1", "default/default/pol-1")]
    [InlineData(EnrollmentMembers.CredentialPolicyName, null, null, "pol-0", "ns-0/ca-0/pol-0")]
    [InlineData(EnrollmentMembers.CredentialPolicyName, null, null, null, "")]
    [InlineData(EnrollmentMembers.CredentialPolicyName, null, null, "p", "refused credentialPolicyName")]
    [InlineData(EnrollmentMembers.CertificatePolicyResourceId, null, null,
        "/a/b/Namespaces/ns-1/certificateAuthorities/ca-1/certificatePolicies/pol-1", "ns-1/ca-1/pol-1")]
    [InlineData(EnrollmentMembers.CertificatePolicyResourceId, null, null, "/namespaces/ns-1/certificatePolicies/pol-1",
        "refused certificatePolicyResourceId")]
    [InlineData(EnrollmentMembers.CertificatePolicyResourceId, null, null, null, "")]
    [InlineData(EnrollmentMembers.None, null, null, null, "ns-0/ca-0/pol-0")]
    public void Certificate_policy(EnrollmentMembers known, string? space, string? authority, string? policy, string expected)
    {
        var definition = Good with
        {
            KnownMembers = known,
            CertificatePolicy = new CertificatePolicyDefinition
            {
                NamespaceName = space,
                CertificateAuthorityName = authority,
                CertificatePolicyName = policy,
                CredentialPolicyName = policy,
                CertificatePolicyResourceId = policy,
            },
        };

        var refusal = CertificatePolicyRules.Resolve(definition, new CertificatePolicyReference("ns-0", "ca-0", "pol-0"),
            out var reference);

        if (expected.StartsWith("refused", StringComparison.Ordinal))
        {
            Assert.Equal(400004, refusal?.Code);
            Assert.StartsWith(expected["refused".Length..].Trim(), refusal?.Message, StringComparison.Ordinal);
            return;
        }

        Assert.Null(refusal);
        Assert.Equal(expected,
            reference is null ? "" : $"{reference.NamespaceName}/{reference.CertificateAuthorityName}/{reference.CertificatePolicyName}");
        if (reference is not null) Assert.Equal(reference, CertificatePolicyReference.FromResourceId(reference.ToResourceId()));
    }

    [Theory]
    [InlineData("""{"a":null,"b":{"c":null,"d":1.50},"e":[null,{"f":null}]}""", """{"b":{"d":1.50},"e":[null,{}]}""")]
    [InlineData("{}", "{}")]
    [InlineData("""{"count":1,"metadata":{},"version":2,"text":"\u00e4<\"" }""",
        """{"count":1,"metadata":{},"version":2,"text":"ä<\""}""")]
    public void Free_json_keeps_all_but_null_members(string given, string kept) =>
        Assert.Equal(kept, FreeJson.WithoutNulls(Json(given))!.Value.GetRawText());

    private static EnrollmentDefinition Make(string what) => what switch
    {
        "minimal" => Good,
        "body id in another case" => Good with { Id = "DEV" },
        "body id differs" => Good with { Id = "dev2" },
        "no attestation" => Good with { Attestation = null },
        "device id" => Good with { DeviceId = "Device@1" },
        "bad device id" => Good with { DeviceId = "a b" },
        "key of 15 bytes" => WithKeys(KeyOf(15), null),
        "key of 16 bytes" => WithKeys(KeyOf(16), KeyOf(16)),
        "key of 64 bytes" => WithKeys(KeyOf(64), ""),
        "key of 65 bytes" => WithKeys(KeyOf(65), null),
        "key that is not Base64" => WithKeys("?" + KeyOf(32), null),
        "secondary key that is not Base64" => WithKeys(KeyOf(32), KeyOf(32)[1..]),
        "keys beside x509" => WithX509(new X509Definition { ClientCertificates = Slots }, new SymmetricKeyDefinition(null, null)),
        "tpm without key" => WithTpm(new TpmDefinition("", null)),
        "tpm with a bad key" => WithTpm(new TpmDefinition("FJY+jzuls5hBELPByo6LiQ==", null)),
        "x509 without object" => WithX509(null),
        "client certificates" => WithX509(new X509Definition { ClientCertificates = Slots }),
        "signing certificates" => WithX509(new X509Definition { SigningCertificates = Slots }),
        "both kinds of certificates" => WithX509(new X509Definition { ClientCertificates = Slots, SigningCertificates = Slots }),
        "no certificate in either slot" => WithX509(new X509Definition { ClientCertificates = new X509SlotsDefinition(null, null) }),
        "references" => WithX509(new X509Definition { CaReferences = new CaReferencesDefinition("my root", null) }),
        "no reference in either slot" => WithX509(new X509Definition { CaReferences = new CaReferencesDefinition("", null) }),
        "reference with a line feed" => WithX509(new X509Definition { CaReferences = new CaReferencesDefinition("a", "b\n") }),
        "static without hubs" => Good with { AllocationPolicy = AllocationPolicyKind.Static },
        "hubs without policy" => Good with { IotHubs = ["hub1"] },
        "hubs with policy" => Good with { IotHubs = ["hub1"], AllocationPolicy = AllocationPolicyKind.Hashed },
        "custom without webhook" => Good with { AllocationPolicy = AllocationPolicyKind.Custom },
        "custom with webhook" => Good with { AllocationPolicy = AllocationPolicyKind.Custom, CustomAllocationDefinition = Webhook },
        "webhook under another policy" => WithWebhook(Webhook),
        "webhook over http" => WithWebhook(Webhook with { WebhookUrl = "http://hooks.example.net" }),
        "webhook with user" => WithWebhook(Webhook with { WebhookUrl = "https://user@hooks.example.net" }),
        "webhook relative" => WithWebhook(Webhook with { WebhookUrl = "/allocate" }),
        "webhook too long" => WithWebhook(Webhook with { WebhookUrl = "https://hooks.example.net/" + new string('a', 2048) }),
        "webhook without url" => WithWebhook(Webhook with { WebhookUrl = "" }),
        "webhook without version" => WithWebhook(Webhook with { ApiVersion = "" }),
        "webhook of the lowest version" => WithWebhook(Webhook with { ApiVersion = "2018-09-01-preview" }),
        "webhook of an older version" => WithWebhook(Webhook with { ApiVersion = "2018-04-01" }),
        "tags of 8 KB" => WithTwin(TwinWithTags(TwinRules.MaxTagsSize)),
        "tags over 8 KB" => WithTwin(TwinWithTags(TwinRules.MaxTagsSize + 1)),
        "desired of 32 KB" => WithTwin(TwinWithDesired(TwinRules.MaxDesiredSize)),
        "desired over 32 KB" => WithTwin(TwinWithDesired(TwinRules.MaxDesiredSize + 1)),
        "twin nested too deep" => WithTwin("{\"tags\":{\"a\":" + new string('[', 31) + new string(']', 31) + "}}"),
        _ => Good with { OptionalDeviceInformation = Json("{\"a\":" + new string('[', 32) + new string(']', 32) + "}") },
    };

    private static EnrollmentDefinition WithKeys(string? primary, string? secondary) => Good with
    {
        Attestation = Good.Attestation! with
        {
            SymmetricKey = new SymmetricKeyDefinition(primary is null ? null : new Secret(primary),
                secondary is null ? null : new Secret(secondary)),
        },
    };

    private static EnrollmentDefinition WithTpm(TpmDefinition tpm) =>
        Good with { Attestation = new AttestationDefinition { Type = AttestationType.Tpm, Tpm = tpm } };

    private static EnrollmentDefinition WithX509(X509Definition? x509, SymmetricKeyDefinition? keys = null) =>
        Good with { Attestation = new AttestationDefinition { Type = AttestationType.X509, X509 = x509, SymmetricKey = keys } };

    private static EnrollmentDefinition WithWebhook(CustomAllocationDefinition webhook) =>
        Good with { AllocationPolicy = AllocationPolicyKind.GeoLatency, CustomAllocationDefinition = webhook };

    private static EnrollmentDefinition WithTwin(string json) => Good with { InitialTwin = new InitialTwin(Json(json)) };

    // The name takes one byte.
    private static string TwinWithTags(int size) => "{\"tags\":{\"a\":\"" + new string('x', size - 1) + "\"}}";

    // The name takes two bytes, the number eight, the truth value four.
    private static string TwinWithDesired(int size) =>
        "{\"properties\":{\"desired\":{\"ab\":[1,true,\"" + new string('x', size - 14) + "\"]}}}";

    private static string KeyOf(int bytes) => Convert.ToBase64String(new byte[bytes]);

    private static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
