using System.Text.Json;
using Muster.Core.Allocation;
using Muster.Core.Attestation;
using Muster.Core.Certificates;
using Muster.Core.Enrollments;
using Muster.Core.Hubs;
using Muster.Core.Instances;
using Muster.Core.Networking;
using Muster.Core.Registration;
using Muster.Core.Secrets;

namespace Muster.Storage.Tests.Conformance;

/// <summary>Records to store. Times have parts of 100 ns, texts have characters that escaping could change.</summary>
internal static class Samples
{
    public const string Instance = "default";

    public static readonly DateTimeOffset Time = new DateTimeOffset(2026, 3, 1, 12, 30, 15, TimeSpan.Zero).AddTicks(1234567);

    public static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 200 });
        return document.RootElement.Clone();
    }

    public static SymmetricKeyPair Keys(string seed = "key") => new(
        new Secret($"{seed}+primary/aGVsbG8gd29ybGQ="), new Secret($"{seed}+secondary/aGVsbG8gd29ybGQ="));

    public static IndividualEnrollment Individual(
        string id, string etag = "\"e1\"", AttestationMechanism? attestation = null, string instance = Instance) => new()
        {
            InstanceName = instance,
            Id = id,
            Attestation = attestation ?? new SymmetricKeyAttestation(Keys()),
            ETag = etag,
            CreatedUtc = Time,
            LastUpdatedUtc = Time,
        };

    public static EnrollmentGroup Group(
        string id, string etag = "\"e1\"", AttestationMechanism? attestation = null, string instance = Instance) => new()
        {
            InstanceName = instance,
            Id = id,
            Attestation = attestation ?? new SymmetricKeyAttestation(Keys()),
            ETag = etag,
            CreatedUtc = Time,
            LastUpdatedUtc = Time,
        };

    public static IndividualEnrollment FullIndividual(string id) => Individual(id) with
    {
        LastUpdatedUtc = Time.AddTicks(1),
        ProvisioningStatus = ProvisioningStatus.Enabled,
        Capabilities = new DeviceCapabilities(true),
        IotHubHostName = "hub-1.example",
        IotHubs = ["hub-1.example", "Hub-2.example"],
        AllocationPolicy = AllocationPolicyKind.GeoLatency,
        CustomAllocationDefinition = new CustomAllocationDefinition("https://hook.example/api?code=a+b&c=<d>", "2019-03-31"),
        InitialTwin = new InitialTwin(Json(
            """{"tags":{"größe":1.0,"n":12345678901234567890123,"e":{}},"properties":{"desired":{"a":[1,null,"\u0007"]}}}""")),
        ReprovisionPolicy = new ReprovisionPolicy(true, false),
        CertificatePolicy = new CertificatePolicyReference("ns", "ca", "policy"),
        DeviceId = "Device-ÄÖ",
        OptionalDeviceInformation = Json("""{"a":{"b":[true,false]},"empty":""}"""),
    };

    public static EnrolledCertificate Certificate(char digit) => new("MIIB+/==", new X509CertificateInfo
    {
        SubjectName = "CN=device, O=\"A, B\"",
        Sha1Thumbprint = new string(digit, 40),
        Sha256Thumbprint = new string(digit, 64),
        IssuerName = "CN=root",
        NotBeforeUtc = Time,
        NotAfterUtc = Time.AddYears(1),
        SerialNumber = "0A1B",
        Version = 3,
    });

    public static X509CertificateAttestation Certificates(
        char? primary, char? secondary = null, X509CertificateUse use = X509CertificateUse.Client) => new(
        use, primary is { } p ? Certificate(p) : null, secondary is { } s ? Certificate(s) : null);

    public static RegistrationRecord Registration(
        string id, string etag = "\"r1\"", string? group = null, RegistrationStatus status = RegistrationStatus.Assigned,
        string instance = Instance) => new()
        {
            InstanceName = instance,
            RegistrationId = id,
            EnrollmentKind = group is null ? EnrollmentKind.Individual : EnrollmentKind.Group,
            EnrollmentId = group ?? id,
            AttestationType = AttestationType.SymmetricKey,
            Status = status,
            CreatedUtc = Time,
            FirstRegisteredUtc = Time,
            LastUpdatedUtc = Time,
            ETag = etag,
        };

    public static RegistrationRecord FullRegistration(string id) => Registration(id, group: "Group-1") with
    {
        Substatus = RegistrationSubstatus.ReprovisionedToInitialAssignment,
        Assignment = new HubAssignment("hub-1.example", "Device-A"),
        ErrorCode = 401001,
        ErrorMessage = "Hub not found, \"x\"",
        CreatedUtc = Time.AddTicks(1),
        FirstRegisteredUtc = Time.AddTicks(-1),
        LastUpdatedUtc = Time.AddTicks(2),
        Payload = Json("""{"any":["thing",1e400]}"""),
        OperationId = "4.abc",
        OperationExpiresUtc = Time.AddDays(1),
        Pending = new PendingRegistration("2021-06-01", Json("[1,2,{}]"))
        {
            Certificate = new byte[] { 1, 2, 255 },
            EndorsementKey = "ZWs=",
            StorageRootKey = "c3Jr",
        },
    };

    public static LinkedHub Hub(string hostName, string etag = "\"h1\"", string instance = Instance) => new()
    {
        InstanceName = instance,
        HostName = hostName,
        Connector = "embedded",
        ConnectionString = new Secret("HostName=hub;SharedAccessKeyName=owner;SharedAccessKey=hub+secret/key="),
        ETag = etag,
    };

    public static ProvisioningInstance ProvisioningInstance(string name, string etag = "\"i1\"") => new()
    {
        Name = name,
        IdScope = "0ne" + name.ToUpperInvariant(),
        ServiceHostNames = ["dps.example"],
        AccessPolicies =
        [
            new AccessPolicy(AccessPolicy.OwnerName, Keys("owner"), AccessRights.ServiceConfig | AccessRights.EnrollmentWrite),
        ],
        DefaultAllocationPolicy = AllocationPolicyKind.GeoLatency,
        Network = new NetworkRules { Access = PublicNetworkAccess.SelectedRanges, Rules = [new IpFilterRule("a:1", "10.0.0.0/8", IpFilterAction.Reject, IpFilterTarget.DeviceApi)] },
        Location = "Köln",
        ResourceGroup = "rg",
        Tags = [new InstanceTag("env", "test")],
        CreatedUtc = Time,
        ETag = etag,
    };

    public static AttemptTrace Trace(
        string registrationId, AttemptOutcome outcome = AttemptOutcome.Assigned, string instance = Instance, int number = 0) => new()
        {
            TrackingId = new Guid(number, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
            InstanceName = instance,
            AtUtc = Time,
            Operation = "register",
            IdScope = "0ne00000001",
            RegistrationId = registrationId,
            Protocol = "Http",
            ApiVersion = "2021-06-01",
            Client = "",
            RemoteAddress = "::1",
            Outcome = outcome,
            Duration = TimeSpan.FromTicks(123_456_789),
            Checks = [],
        };

    public static AttemptTrace FullTrace(string registrationId) => Trace(registrationId, AttemptOutcome.Refused) with
    {
        Presented = AttestationType.X509,
        EnrollmentKind = EnrollmentKind.Group,
        EnrollmentId = "Group-1",
        ErrorCode = 401002,
        ErrorMessage = "Unauthorized",
        HubHostName = "hub-1.example",
        Checks = [new AttemptCheck("signature", false, "It is signed with neither key."), new AttemptCheck("scope", true, "")],
    };
}
