using System.Globalization;
using Microsoft.AspNetCore.Http;
using Muster.EmbeddedHub.Errors;
using Muster.EmbeddedHub.Identities;
using Muster.EmbeddedHub.Storage;

namespace Muster.EmbeddedHub.Http;

/// <summary>The operations below <c>/devices</c> (iot-hub 2.3).</summary>
internal static class RegistryEndpoints
{
    public static async Task<HubError?> ListAsync(HubCall call)
    {
        _ = int.TryParse(call.Context.Request.Query["top"], NumberStyles.None, CultureInfo.InvariantCulture, out var top);
        var devices = await call.Registry.ListAsync(call.Hub, top, call.Aborted);
        await HubReply.DocumentAsync(call.Context, writer =>
        {
            writer.WriteStartArray();
            foreach (var device in devices) IdentityDocument.Write(writer, device.Identity);
            writer.WriteEndArray();
        });
        return null;
    }

    public static async Task<HubError?> GetAsync(HubCall call) =>
        await AnswerAsync(call, await call.Registry.GetAsync(call.Hub, call.DeviceId, call.Aborted));

    /// <summary>Creates without <c>If-Match</c>, updates with it: nothing else tells the two apart.</summary>
    public static async Task<HubError?> PutAsync(HubCall call)
    {
        if (DeviceIds.Check(call.DeviceId) is { } problem) return problem;
        var body = await HubRequestBody.ReadObjectAsync(call.Context);
        if (!body.IsSuccess) return body.Error;
        var write = IdentityDocument.Read(body.Value, call.DeviceId);
        if (!write.IsSuccess) return write.Error;

        return await AnswerAsync(call, call.IfMatch is { } condition
            ? await call.Registry.UpdateAsync(call.Hub, write.Value, condition, call.Aborted)
            : await call.Registry.CreateAsync(call.Hub, write.Value, call.Aborted));
    }

    public static async Task<HubError?> DeleteAsync(HubCall call)
    {
        var result = await call.Registry.DeleteAsync(call.Hub, call.DeviceId, call.IfMatch ?? ETagCondition.Any, call.Aborted);
        if (!result.IsSuccess) return result.Error;
        call.Context.Response.StatusCode = StatusCodes.Status204NoContent;
        return null;
    }

    private static async Task<HubError?> AnswerAsync(HubCall call, HubResult<HubDevice> result)
    {
        if (!result.IsSuccess) return result.Error;
        var identity = result.Value.Identity;
        await HubReply.DocumentAsync(call.Context, writer => IdentityDocument.Write(writer, identity), identity.ETag);
        return null;
    }
}
