using System.Globalization;
using System.Text.Json;
using Muster.Core.Attestation;
using Muster.Core.Concurrency;
using Muster.Core.Enrollments;
using Muster.Core.Instances;
using Muster.Core.Registration;
using Muster.Core.Secrets;

namespace Muster.Bench.ServiceApi;

/// <summary>The enrollments and records that are measured. One enrollment of a hundred is disabled.</summary>
internal static class Fleet
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly SymmetricKeyPair Keys = SymmetricKeyPair.Generate();

    public static ProvisioningInstance Instance { get; } = new()
    {
        Name = "default",
        IdScope = "0ne00000001",
        ServiceHostNames = [],
        AccessPolicies = [AccessPolicy.CreateOwner()],
        CreatedUtc = Start,
        ETag = ETag.Create(Start),
    };

    /// <summary>IDs that spread over the index as serial numbers do not.</summary>
    public static string Id(int number) =>
        string.Create(CultureInfo.InvariantCulture, $"device-{unchecked((uint)number * 2654435761u):x8}-{number:d7}");

    public static IndividualEnrollment Enrollment(int number) => new()
    {
        InstanceName = Instance.Name,
        Id = Id(number),
        Attestation = new SymmetricKeyAttestation(Keys),
        ETag = ETag.Create(Start),
        CreatedUtc = Start.AddSeconds(number),
        LastUpdatedUtc = Start.AddSeconds(number),
        ProvisioningStatus = number % 100 == 7 ? ProvisioningStatus.Disabled : ProvisioningStatus.Enabled,
        InitialTwin = new InitialTwin(Twin(number)),
    };

    public static EnrollmentDefinition Definition { get; } = new()
    {
        Attestation = new AttestationDefinition { Type = AttestationType.SymmetricKey },
        InitialTwin = new InitialTwin(Twin(0)),
    };

    public static RegistrationRecord Record(int number) => new()
    {
        InstanceName = Instance.Name,
        RegistrationId = Id(number),
        EnrollmentKind = EnrollmentKind.Individual,
        EnrollmentId = Id(number),
        AttestationType = AttestationType.SymmetricKey,
        Status = RegistrationStatus.Assigned,
        Substatus = RegistrationSubstatus.InitialAssignment,
        Assignment = new HubAssignment("hub1.example.net", Id(number)),
        CreatedUtc = Start,
        FirstRegisteredUtc = Start,
        LastUpdatedUtc = Start,
        ETag = ETag.Create(Start),
    };

    private static JsonElement Twin(int number)
    {
        var site = string.Create(CultureInfo.InvariantCulture, $"plant-{number % 50}");
        using var document = JsonDocument.Parse("{\"tags\":{\"site\":\"" + site + "\"},\"properties\":{\"desired\":{\"interval\":60}}}");
        return document.RootElement.Clone();
    }
}
