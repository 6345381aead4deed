namespace Muster.Portal.Enrollments;

/// <summary>What a form offers for later registrations of a device (behaviour B-10.1).</summary>
public enum ReprovisionChoice
{
    /// <summary>Move the device and its data.</summary>
    Migrate,

    /// <summary>Move the device and start its data anew.</summary>
    Reset,

    /// <summary>Keep the device where it is.</summary>
    Never,
}
