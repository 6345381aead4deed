namespace Muster.Core.Instances;

/// <summary>The textual form of rights, and which rights imply which (management-api A-6).</summary>
public static class AccessRightsText
{
    private static readonly AccessRights[] Order =
    [
        AccessRights.ServiceConfig, AccessRights.DeviceConnect, AccessRights.EnrollmentRead, AccessRights.EnrollmentWrite,
        AccessRights.RegistrationStatusRead, AccessRights.RegistrationStatusWrite,
    ];

    /// <summary>What a policy may really do: write implies read, and enrollment rights imply registration rights.</summary>
    public static AccessRights Effective(AccessRights rights)
    {
        if (rights.HasFlag(AccessRights.EnrollmentWrite))
            rights |= AccessRights.EnrollmentRead | AccessRights.RegistrationStatusWrite;
        if (rights.HasFlag(AccessRights.EnrollmentRead) || rights.HasFlag(AccessRights.RegistrationStatusWrite))
            rights |= AccessRights.RegistrationStatusRead;
        return rights;
    }

    /// <summary>The rights as set, in the fixed order, joined by comma and blank.</summary>
    public static string Format(AccessRights rights) => string.Join(", ", Order.Where(right => rights.HasFlag(right)));

    /// <summary>Reads names joined by commas with optional blanks, without case. False when a name is unknown or none is given.</summary>
    public static bool TryParse(string text, out AccessRights rights)
    {
        rights = AccessRights.None;
        foreach (var name in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var match = Array.Find(Order, right => right.ToString().Equals(name, StringComparison.OrdinalIgnoreCase));
            if (match == AccessRights.None) return false;
            rights |= match;
        }

        return rights != AccessRights.None;
    }
}
