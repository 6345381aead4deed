using Muster.EmbeddedHub.Errors;

namespace Muster.EmbeddedHub.Http;

/// <summary>The operations below <c>/statistics</c> (iot-hub 9).</summary>
internal static class StatisticsEndpoints
{
    public static async Task<HubError?> DevicesAsync(HubCall call)
    {
        var counts = await call.Registry.CountAsync(call.Hub, call.Aborted);
        await HubReply.DocumentAsync(call.Context, writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("totalDeviceCount", counts.Total);
            writer.WriteNumber("enabledDeviceCount", counts.Enabled);
            writer.WriteNumber("disabledDeviceCount", counts.Disabled);
            writer.WriteEndObject();
        });
        return null;
    }

    public static async Task<HubError?> ServiceAsync(HubCall call)
    {
        await HubReply.DocumentAsync(call.Context, static writer =>
        {
            // The hub has no device-facing endpoint, so no device is ever connected.
            writer.WriteStartObject();
            writer.WriteNumber("connectedDeviceCount", 0);
            writer.WriteEndObject();
        });
        return null;
    }
}
