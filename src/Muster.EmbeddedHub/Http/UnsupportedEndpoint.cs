using Muster.EmbeddedHub.Errors;

namespace Muster.EmbeddedHub.Http;

/// <summary>
/// Operations that real hubs have and this one has not. They answer 400, because clients have no mapping for 501 (iot-hub 6).
/// </summary>
internal static class UnsupportedEndpoint
{
    public static Task<HubError?> RefuseAsync(HubCall call) =>
        Task.FromResult<HubError?>(HubErrors.InvalidOperation.Because("This operation is not supported by the embedded hub."));
}
