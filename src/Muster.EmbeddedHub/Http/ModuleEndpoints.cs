using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Muster.EmbeddedHub.Errors;
using Muster.EmbeddedHub.Identities;
using Muster.EmbeddedHub.Storage;

namespace Muster.EmbeddedHub.Http;

/// <summary>The operations below <c>/devices/{id}/modules</c> (iot-hub 3.1, 12 item 16).</summary>
internal static class ModuleEndpoints
{
    public static async Task<HubError?> ListAsync(HubCall call)
    {
        var found = await call.Modules.ListAsync(call.Hub, call.DeviceId, call.Aborted);
        if (!found.IsSuccess) return found.Error;
        await HubReply.DocumentAsync(call.Context, writer =>
        {
            writer.WriteStartArray();
            foreach (var module in found.Value.Modules) IdentityDocument.Write(writer, call.DeviceId, module);
            writer.WriteEndArray();
        });
        return null;
    }

    public static async Task<HubError?> GetAsync(HubCall call)
    {
        var found = await call.Modules.ListAsync(call.Hub, call.DeviceId, call.Aborted);
        return await AnswerAsync(call, found, StatusCodes.Status200OK);
    }

    public static async Task<HubError?> PutAsync(HubCall call)
    {
        var body = await HubRequestBody.ReadObjectAsync(call.Context);
        if (!body.IsSuccess) return body.Error;
        var write = IdentityDocument.Read(body.Value, call.DeviceId);
        if (!write.IsSuccess) return write.Error;
        if (body.Value.TryGetProperty("moduleId", out var id) && (id.ValueKind != JsonValueKind.String || id.GetString() != call.ModuleId))
            return HubErrors.ArgumentInvalid.Because("The moduleId in the body differs from the id in the path.");
        var managedBy = body.Value.TryGetProperty("managedBy", out var who) && who.ValueKind == JsonValueKind.String ? who.GetString() : null;
        var result = await call.Modules.PutAsync(
            call.Hub, call.DeviceId, call.ModuleId, write.Value.Authentication, managedBy, call.IfMatch, call.Aborted);
        return await AnswerAsync(call, result, call.IfMatch is null ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    public static async Task<HubError?> DeleteAsync(HubCall call)
    {
        var condition = call.IfMatch ?? ETagCondition.Any;
        var result = await call.Modules.DeleteAsync(call.Hub, call.DeviceId, call.ModuleId, condition, call.Aborted);
        if (!result.IsSuccess) return result.Error;
        call.Context.Response.StatusCode = StatusCodes.Status204NoContent;
        return null;
    }

    private static async Task<HubError?> AnswerAsync(HubCall call, HubResult<HubDevice> result, int status)
    {
        if (!result.IsSuccess) return result.Error;
        var module = ModuleRegistry.Find(result.Value, call.ModuleId);
        if (!module.IsSuccess) return module.Error;
        call.Context.Response.Headers.ETag = $"\"{module.Value.ETag}\"";
        await HubReply.JsonAsync(call.Context, status, writer => IdentityDocument.Write(writer, call.DeviceId, module.Value));
        return null;
    }
}
