namespace Muster.CommandLine;

/// <summary>What the process tells the shell when it ends.</summary>
public static class ExitCode
{
    /// <summary>Done: the server stopped in order, or the device is assigned.</summary>
    public const int Success = 0;

    /// <summary>The provisioning service refused the device, or its registration failed or is disabled.</summary>
    public const int Refused = 1;

    /// <summary>The command line, the environment or a configuration file holds mistakes; all of them were printed.</summary>
    public const int WrongOptions = 2;

    /// <summary>The server cannot start: a port, the data folder or a file in it is not usable.</summary>
    public const int CannotStart = 3;

    /// <summary>The provisioning service cannot be reached, or did not finish in time.</summary>
    public const int CannotReach = 4;
}
