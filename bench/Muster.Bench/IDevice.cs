namespace Muster.Bench;

/// <summary>A device that can be told to register.</summary>
internal interface IDevice
{
    /// <summary>Connects, registers, and ends the connection; throws when it was not assigned.</summary>
    Task RegisterAsync(int port);
}
