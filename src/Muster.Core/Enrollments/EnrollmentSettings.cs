using System.Text.Json;
using Muster.Core.Allocation;
using Muster.Core.Errors;

namespace Muster.Core.Enrollments;

/// <summary>
/// What an enrollment says besides its credentials: the version of it that the audit log keeps with each write, so that it can be
/// restored (portal P8.7). The address of a webhook is left out, because its query often holds a key.
/// </summary>
public sealed record EnrollmentSettings
{
    /// <summary>Enabled, disabled, or an explicit null.</summary>
    public ProvisioningStatus? ProvisioningStatus { get; init; }

    /// <summary>Capabilities of the hub identity.</summary>
    public DeviceCapabilities? Capabilities { get; init; }

    /// <summary>The older, single hub.</summary>
    public string? IotHubHostName { get; init; }

    /// <summary>Hubs to choose from; null means all linked hubs.</summary>
    public IReadOnlyList<string>? IotHubs { get; init; }

    /// <summary>How to choose; null follows the instance's default.</summary>
    public AllocationPolicyKind? AllocationPolicy { get; init; }

    /// <summary>API version of the webhook; null when there was none.</summary>
    public string? WebhookApiVersion { get; init; }

    /// <summary>What a twin starts with.</summary>
    public InitialTwin? InitialTwin { get; init; }

    /// <summary>What a later registration does.</summary>
    public ReprovisionPolicy? ReprovisionPolicy { get; init; }

    /// <summary>Issuing policy for operational certificates.</summary>
    public CertificatePolicyReference? CertificatePolicy { get; init; }

    /// <summary>The wanted hub identity name; null for groups.</summary>
    public string? DeviceId { get; init; }

    /// <summary>Free JSON object; null for groups.</summary>
    public JsonElement? OptionalDeviceInformation { get; init; }

    /// <summary>The settings of an enrollment.</summary>
    public static EnrollmentSettings Of(Enrollment enrollment) => new()
    {
        ProvisioningStatus = enrollment.ProvisioningStatus,
        Capabilities = enrollment.Capabilities,
        IotHubHostName = enrollment.IotHubHostName,
        IotHubs = enrollment.IotHubs,
        AllocationPolicy = enrollment.AllocationPolicy,
        WebhookApiVersion = enrollment.CustomAllocationDefinition?.ApiVersion,
        InitialTwin = enrollment.InitialTwin,
        ReprovisionPolicy = enrollment.ReprovisionPolicy,
        CertificatePolicy = enrollment.CertificatePolicy,
        DeviceId = (enrollment as IndividualEnrollment)?.DeviceId,
        OptionalDeviceInformation = (enrollment as IndividualEnrollment)?.OptionalDeviceInformation,
    };

    /// <summary>The definition that gives <paramref name="now"/> these settings; its credentials and webhook address stay what they are.</summary>
    /// <param name="now">The enrollment as it is stored.</param>
    /// <param name="credentials">The definition that leaves its credentials as they are.</param>
    /// <returns>The definition; or 400004 when a webhook decided then and there is none now.</returns>
    public Result<EnrollmentDefinition> DefinitionFor(Enrollment now, AttestationDefinition? credentials)
    {
        var webhook = now.CustomAllocationDefinition;
        if (AllocationPolicy == AllocationPolicyKind.Custom && webhook is null)
        {
            return Refusals.InvalidMember("customAllocationDefinition.webhookUrl",
                "that version asked a webhook, whose address is not kept with versions. Choose Custom and enter it, then restore the version.");
        }

        return new EnrollmentDefinition
        {
            Id = now.Id,
            Attestation = credentials,
            ProvisioningStatus = ProvisioningStatus,
            Capabilities = Capabilities,
            IotHubHostName = IotHubHostName,
            IotHubs = IotHubs,
            AllocationPolicy = AllocationPolicy,
            CustomAllocationDefinition = WebhookApiVersion is null || webhook is null ? null : webhook with { ApiVersion = WebhookApiVersion },
            InitialTwin = InitialTwin,
            ReprovisionPolicy = ReprovisionPolicy,
            DeviceId = DeviceId,
            OptionalDeviceInformation = OptionalDeviceInformation,
            CertificatePolicy = CertificatePolicy is null
                ? null
                : new CertificatePolicyDefinition
                {
                    NamespaceName = CertificatePolicy.NamespaceName,
                    CertificateAuthorityName = CertificatePolicy.CertificateAuthorityName,
                    CertificatePolicyName = CertificatePolicy.CertificatePolicyName,
                },
        };
    }
}
