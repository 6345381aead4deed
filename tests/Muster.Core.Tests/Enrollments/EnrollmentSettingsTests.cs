using System.Text.Json;
using Muster.Core.Allocation;
using Muster.Core.Attestation;
using Muster.Core.Audit;
using Muster.Core.Enrollments;
using Muster.Core.Secrets;

namespace Muster.Core.Tests.Enrollments;

/// <summary>What an audit entry keeps of an enrollment gives every member back but credentials (portal P8.7).</summary>
public sealed class EnrollmentSettingsTests
{
    private static readonly IndividualEnrollment Base = new()
    {
        InstanceName = "default",
        Id = "d",
        Attestation = new SymmetricKeyAttestation(SymmetricKeyPair.Generate()),
        ETag = "e",
        CreatedUtc = DateTimeOffset.UnixEpoch,
        LastUpdatedUtc = DateTimeOffset.UnixEpoch,
        ProvisioningStatus = ProvisioningStatus.Enabled,
        Capabilities = new DeviceCapabilities(IotEdge: false),
        IotHubHostName = "old.example.net",
        IotHubs = ["a.example.net", "b.example.net"],
        AllocationPolicy = AllocationPolicyKind.Custom,
        CustomAllocationDefinition = new CustomAllocationDefinition("https://example.net/choose?code=hidden", "2019-03-31"),
        InitialTwin = new InitialTwin(Json("""{"tags":{"site":"5"}}""")),
        ReprovisionPolicy = new ReprovisionPolicy(UpdateHubAssignment: true, MigrateDeviceData: true),
        CertificatePolicy = new CertificatePolicyReference("n", "c", "p"),
        DeviceId = "device",
        OptionalDeviceInformation = Json("""{"rack":7}"""),
    };

    private static readonly Dictionary<string, Enrollment> Changed = new(StringComparer.Ordinal)
    {
        ["provisioningStatus"] = Base with { ProvisioningStatus = ProvisioningStatus.Disabled },
        ["capabilities.iotEdge"] = Base with { Capabilities = new DeviceCapabilities(IotEdge: true) },
        ["iotHubHostName"] = Base with { IotHubHostName = null },
        ["iotHubs"] = Base with { IotHubs = null },
        ["allocationPolicy"] = Base with { AllocationPolicy = null },
        ["customAllocationDefinition.apiVersion"] = Base with { CustomAllocationDefinition = Base.CustomAllocationDefinition! with { ApiVersion = "2021-10-01" } },
        ["initialTwin.tags.site"] = Base with { InitialTwin = new InitialTwin(Json("""{"tags":{"site":"6"}}""")) },
        ["reprovisionPolicy.migrateDeviceData"] = Base with { ReprovisionPolicy = new ReprovisionPolicy(UpdateHubAssignment: true, MigrateDeviceData: false) },
        ["certificatePolicyName"] = Base with { CertificatePolicy = new CertificatePolicyReference("n", "c", "q") },
        ["deviceId"] = Base with { DeviceId = null },
        ["optionalDeviceInformation.rack"] = Base with { OptionalDeviceInformation = Json("""{"rack":8}""") },
    };

    public static TheoryData<string> Members => [.. Changed.Keys];

    [Theory]
    [MemberData(nameof(Members))]
    public void A_member_that_changed_is_told_and_given_back(string path)
    {
        var (then, now) = (EnrollmentSettings.Of(Base), Changed[path]);
        Assert.Equal([path], EnrollmentAudit.Differences(EnrollmentSettings.Of(now), then).Select(change => change.Path));

        Assert.True(then.DefinitionFor(now, credentials: null).Try(out var definition, out _));
        var restored = Base with
        {
            ProvisioningStatus = definition!.ProvisioningStatus,
            Capabilities = definition.Capabilities,
            IotHubHostName = definition.IotHubHostName,
            IotHubs = definition.IotHubs,
            AllocationPolicy = definition.AllocationPolicy,
            CustomAllocationDefinition = definition.CustomAllocationDefinition,
            InitialTwin = definition.InitialTwin,
            ReprovisionPolicy = definition.ReprovisionPolicy,
            CertificatePolicy = new CertificatePolicyReference(
                definition.CertificatePolicy!.NamespaceName!, definition.CertificatePolicy.CertificateAuthorityName!, definition.CertificatePolicy.CertificatePolicyName!),
            DeviceId = definition.DeviceId,
            OptionalDeviceInformation = definition.OptionalDeviceInformation,
        };
        Assert.Empty(EnrollmentAudit.Differences(EnrollmentSettings.Of(restored), then));
        Assert.Equal(Base.CustomAllocationDefinition!.WebhookUrl, definition.CustomAllocationDefinition!.WebhookUrl);
    }

    [Fact]
    public void Neither_keys_nor_the_webhook_s_address_are_kept()
    {
        var entry = EnrollmentAudit.Written(AuditCaller.Process, before: null, Base);
        var text = JsonSerializer.Serialize(entry);
        Assert.Contains("device", text, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", text, StringComparison.Ordinal);
        Assert.DoesNotContain(((SymmetricKeyAttestation)Base.Attestation).Keys.Primary.Reveal(), text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_version_that_asked_a_webhook_needs_one_that_is_there_now()
    {
        var refusal = EnrollmentSettings.Of(Base).DefinitionFor(Base with { AllocationPolicy = AllocationPolicyKind.Hashed, CustomAllocationDefinition = null }, credentials: null).Refusal;
        Assert.Equal(400004, refusal!.Code);
        Assert.StartsWith("customAllocationDefinition.webhookUrl: ", refusal.Message, StringComparison.Ordinal);
    }

    private static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
