using Muster.EmbeddedHub.Errors;
using Muster.EmbeddedHub.Identities;
using Muster.EmbeddedHub.Storage;

namespace Muster.EmbeddedHub.Http;

/// <summary>The operations below <c>/twins</c> (iot-hub 2.3, 3.2).</summary>
internal static class TwinEndpoints
{
    public static async Task<HubError?> GetAsync(HubCall call) =>
        await AnswerAsync(call, await call.Twins.GetAsync(call.Hub, call.DeviceId, call.Aborted));

    public static async Task<HubError?> PatchAsync(HubCall call)
    {
        var body = await HubRequestBody.ReadObjectAsync(call.Context);
        if (!body.IsSuccess) return body.Error;
        var patch = TwinDocument.ReadPatch(body.Value);
        if (!patch.IsSuccess) return patch.Error;
        var condition = call.IfMatch ?? ETagCondition.Any;
        return await AnswerAsync(call, await call.Twins.PatchAsync(call.Hub, call.DeviceId, patch.Value, condition, call.Aborted));
    }

    public static async Task<HubError?> PutAsync(HubCall call)
    {
        var body = await HubRequestBody.ReadObjectAsync(call.Context);
        if (!body.IsSuccess) return body.Error;
        var replacement = TwinDocument.ReadReplacement(body.Value);
        if (!replacement.IsSuccess) return replacement.Error;
        var condition = call.IfMatch ?? ETagCondition.Any;
        return await AnswerAsync(call, await call.Twins.ReplaceAsync(call.Hub, call.DeviceId, replacement.Value, condition, call.Aborted));
    }

    private static async Task<HubError?> AnswerAsync(HubCall call, HubResult<HubDevice> result)
    {
        if (!result.IsSuccess) return result.Error;
        var device = result.Value;
        await HubReply.DocumentAsync(call.Context, writer => TwinDocument.Write(writer, device), device.Twin.ETag);
        return null;
    }
}
