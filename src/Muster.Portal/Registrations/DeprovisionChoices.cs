using Muster.Core.Certificates;
using Muster.Portal.Hubs;

namespace Muster.Portal.Registrations;

/// <summary>What deprovisioning does beyond keeping a device out.</summary>
/// <param name="End">What becomes of its identity in the hub; null leaves it.</param>
/// <param name="DeleteRecord">Whether its registration record goes too.</param>
/// <param name="Certificate">The certificate of the one device, for its disabled enrollment; null makes one with keys that nobody holds.</param>
public sealed record DeprovisionChoices(IdentityEnd? End, bool DeleteRecord, EnrolledCertificate? Certificate);
