using Muster.Core.Secrets;

namespace Muster.Core.Instances;

/// <summary>A shared access policy of an instance.</summary>
/// <param name="Name">Key name, compared without case.</param>
/// <param name="Keys">Both keys are valid.</param>
/// <param name="Rights">As set; <see cref="AccessRightsText.Effective"/> says what they amount to.</param>
public sealed record AccessPolicy(string Name, SymmetricKeyPair Keys, AccessRights Rights)
{
    /// <summary>Name of the policy that every new instance has.</summary>
    public const string OwnerName = "provisioningserviceowner";

    /// <summary>When the primary key was made; null where that was not noted.</summary>
    public DateTimeOffset? PrimaryMadeUtc { get; init; }

    /// <summary>When the secondary key was made; null where that was not noted.</summary>
    public DateTimeOffset? SecondaryMadeUtc { get; init; }

    /// <summary>The owner policy with fresh 64-byte keys; its text is the original's (service-api S-3.2).</summary>
    /// <param name="now">When the keys are made.</param>
    public static AccessPolicy CreateOwner(DateTimeOffset? now = null) => new(
        OwnerName, SymmetricKeyPair.Generate(), AccessRights.ServiceConfig | AccessRights.DeviceConnect | AccessRights.EnrollmentWrite)
    {
        PrimaryMadeUtc = now,
        SecondaryMadeUtc = now,
    };

    /// <summary>One of the keys.</summary>
    public Secret KeyOf(bool isPrimary) => isPrimary ? Keys.Primary : Keys.Secondary;

    /// <summary>Whether the policy may do what <paramref name="right"/> grants.</summary>
    public bool Grants(AccessRights right) => AccessRightsText.Effective(Rights).HasFlag(right);

    /// <summary>The connection string shown to people.</summary>
    /// <param name="serviceHost">The instance's service host, with its port where that is not 443.</param>
    public string ConnectionString(string serviceHost) =>
        $"HostName={serviceHost};SharedAccessKeyName={Name};SharedAccessKey={Keys.Primary.Reveal()}";
}
