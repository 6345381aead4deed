using Microsoft.AspNetCore.Http;
using Muster.EmbeddedHub.Errors;

namespace Muster.EmbeddedHub.Http;

/// <summary>The operation <c>POST /devices</c> (iot-hub 3.3).</summary>
internal static class BulkEndpoint
{
    public static async Task<HubError?> RunAsync(HubCall call)
    {
        var body = await HubRequestBody.ReadArrayAsync(call.Context);
        if (!body.IsSuccess) return body.Error;
        var entries = BulkDocument.Read(body.Value);
        if (!entries.IsSuccess) return entries.Error;
        var result = await call.Bulk.ApplyAsync(call.Hub, entries.Value, call.Aborted);
        if (!result.IsSuccess) return result.Error;

        // Both answers have the same shape; clients take 400 for "not every entry was done".
        var status = result.Value.IsSuccessful ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest;
        if (!result.Value.IsSuccessful) call.Context.Response.Headers["iothub-errorcode"] = HubErrors.BulkRegistryOperationFailure.Name;
        await HubReply.JsonAsync(call.Context, status, writer => BulkDocument.Write(writer, result.Value));
        return null;
    }
}
