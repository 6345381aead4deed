using System.Collections.Frozen;
using System.Collections.Immutable;
using Muster.Api.Directories;
using Muster.Core.Instances;
using Muster.Core.Quotas;

namespace Muster.Configuration;

/// <summary>Reads what configuration says of quotas and of directory tokens.</summary>
internal static class ServiceApiSettings
{
    private const string InstancesKey = "Instances";

    private static readonly (string Key, QuotaMember Member)[] QuotaKeys =
    [
        ("IndividualEnrollments", QuotaMember.IndividualEnrollments),
        ("X509Groups", QuotaMember.X509Groups),
        ("SymmetricKeyGroups", QuotaMember.SymmetricKeyGroups),
        ("Registrations", QuotaMember.Registrations),
        ("CaCertificates", QuotaMember.CaCertificates),
        ("LinkedHubs", QuotaMember.LinkedHubs),
        ("ServiceOperationsPerMinute", QuotaMember.ServiceOperations),
        ("DeviceRegistrationsPerMinute", QuotaMember.DeviceRegistrations),
        ("DevicePollsPer10Seconds", QuotaMember.DevicePolls),
    ];

    /// <summary>
    /// The quotas by instance: those of the default instance stand in the section itself, those of others in groups of their names
    /// below <c>Instances</c>. Each is a profile, and single limits over it; 0 is without that limit.
    /// </summary>
    public static FrozenDictionary<string, InstanceQuotas> ReadQuotas(OptionSection section)
    {
        var quotas = new Dictionary<string, InstanceQuotas>(StringComparer.OrdinalIgnoreCase);
        foreach (var instance in section.Groups(InstancesKey)) quotas[instance] = ReadQuotas(section, $"{InstancesKey}:{instance}:");

        // The default instance is left as it is where only others are spoken of.
        if (section.HasPlainMembers) quotas[InstanceDirectory.DefaultName] = ReadQuotas(section, "");
        section.Close();
        return quotas.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    private static InstanceQuotas ReadQuotas(OptionSection section, string prefix)
    {
        var name = section.Text(prefix + "Profile") ?? "unlimited";
        var profile = InstanceQuotas.Profile(name);
        if (profile is null) section.Mistake(prefix + "Profile", name, "There is no such profile. Allowed are unlimited, azure.");
        var quotas = profile ?? InstanceQuotas.Unlimited;
        foreach (var (key, member) in QuotaKeys)
        {
            if (section.Whole(prefix + key, 0, member.Highest) is { } limit) quotas = member.With(quotas, limit == 0 ? null : limit);
        }

        return quotas;
    }

    /// <summary>The directory whose tokens service API and management API take; null after a mistake.</summary>
    public static DirectoryOptions? ReadDirectory(OptionSection section)
    {
        var text = section.Text("Authority");
        var audiences = Texts("Audiences");
        var managementAudiences = Texts("ManagementAudiences");
        var claims = Texts("RoleClaims");
        var roles = ImmutableDictionary.CreateBuilder<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase);
        foreach (var (value, role) in section.Members("Roles", "a group of values of claims with what each permits"))
        {
            if (DirectoryRoles.ActionsOf(role) is { } actions) roles[value] = actions;
            else
            {
                section.Mistake(
                    $"Roles:{value}", role,
                    "It permits nothing. Allowed are contributor, reader, manager, management-reader and actions such as enrollments/read.");
            }
        }

        section.Close();
        if (!Uri.TryCreate(text, UriKind.Absolute, out var authority)
            || !(authority.Scheme == Uri.UriSchemeHttps || (authority.Scheme == Uri.UriSchemeHttp && authority.IsLoopback)))
        {
            section.Mistake(
                "Authority", text, "It is not the address of an issuer. Allowed are https addresses, and http ones on this machine.");
            return null;
        }

        var options = new DirectoryOptions { Authority = authority, Roles = roles.ToImmutable() };
        if (!audiences.IsEmpty) options = options with { Audiences = audiences };
        if (!managementAudiences.IsEmpty) options = options with { ManagementAudiences = managementAudiences };
        return claims.IsEmpty ? options : options with { RoleClaims = claims };

        ImmutableArray<string> Texts(string key) =>
            [.. section.Members(key, "a list of texts").Select(member => member.Value).Where(value => value.Length > 0)];
    }
}
