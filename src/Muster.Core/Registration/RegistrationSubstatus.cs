namespace Muster.Core.Registration;

/// <summary>How an assignment came about (behaviour B-10.2).</summary>
public enum RegistrationSubstatus
{
    /// <summary>First assignment.</summary>
    InitialAssignment,

    /// <summary>Moved to another hub with its data.</summary>
    DeviceDataMigrated,

    /// <summary>Moved to another hub, started anew.</summary>
    DeviceDataReset,

    /// <summary>Registered again, same hub; versions below 2021-06-01 see <see cref="InitialAssignment"/>.</summary>
    ReprovisionedToInitialAssignment,
}
