using System.Buffers;
using Muster.EmbeddedHub.Errors;

namespace Muster.EmbeddedHub.Identities;

/// <summary>The rule for device ids: 1 to 128 characters of a fixed set, compared by case (iot-hub 2.3).</summary>
public static class DeviceIds
{
    /// <summary>The longest id, in characters.</summary>
    public const int MaxLength = 128;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-:.+%_#*?!(),=@;$'");

    /// <summary>What is wrong with <paramref name="deviceId"/>, or null when it is a device id.</summary>
    public static HubError? Check(string deviceId)
    {
        if (deviceId.Length == 0) return HubErrors.ArgumentNull.Because("The device id is missing.");
        if (deviceId.Length > MaxLength)
            return HubErrors.ArgumentInvalid.Because($"The device id has {deviceId.Length} characters, {MaxLength} are allowed.");

        var wrong = deviceId.AsSpan().IndexOfAnyExcept(Allowed);
        return wrong < 0
            ? null
            : HubErrors.ArgumentInvalid.Because(
                $"The device id holds the character U+{(int)deviceId[wrong]:X4} at position {wrong}, which is not allowed.");
    }
}
