using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Muster.Api.Json;
using Muster.Api.Requests;
using Muster.Core.Errors;
using Muster.Core.Instances;
using Muster.Core.Networking;
using Muster.ManagementApi.Requests;

namespace Muster.ManagementApi.Networks;

/// <summary>
/// Private endpoint connections and private link resources (management-api A-8). A connection stands for an address of this machine that
/// the configuration marks private: it can be approved, rejected and removed here, not made.
/// </summary>
internal static class PrivateEndpointEndpoints
{
    /// <summary>All connections: a bare array.</summary>
    public static async Task<Refusal?> ListAsync(ManagementRequest request)
    {
        await JsonResponse.WriteAsync(request.Context, StatusCodes.Status200OK, writer => PrivateEndpointJson.WriteAll(writer, request, request.Instance));
        return null;
    }

    /// <summary>One connection.</summary>
    public static async Task<Refusal?> GetAsync(ManagementRequest request)
    {
        if (Find(request) is not { } connection) return InstanceRefusals.PrivateEndpointNotFound(NameOf(request));
        await AnswerAsync(request, connection);
        return null;
    }

    /// <summary>Approves or rejects a connection; one that does not exist cannot be made.</summary>
    public static async Task<Refusal?> PutAsync(ManagementRequest request)
    {
        if (!(await RequestBody.ReadAsync(request.Context, RequestBody.MessageLimit)).Try(out var bytes, out var refusal)) return refusal;
        if (!RequestBody.HasJsonContentType(request.Context)) return Refusals.UnsupportedMediaType;
        if (!RequestBody.ParseJson(bytes).Try(out var document, out refusal)) return refusal;
        using (document)
        {
            if (document.RootElement.ValueKind != JsonValueKind.Object) return Refusals.MalformedBody("The request body must be a JSON object.");
            var body = new MemberReader(document.RootElement);
            var state = body.Inner("properties")?.Inner("privateLinkServiceConnectionState");
            var status = state?.Word<PrivateEndpointStatus>("status");
            var description = state?.Text("description");
            if (body.Problem is { } unreadable) return unreadable;
            if (status is not { } wanted || description is null)
            {
                return Refusals.InvalidMember(
                    "properties.privateLinkServiceConnectionState", "it is required, with the members 'status' and 'description'.");
            }

            var service = request.Context.RequestServices.GetRequiredService<PrivateEndpointService>();
            if (await service.DecideAsync(request.AuditCaller, request.Instance.Name, NameOf(request), wanted, description, request.Aborted) is { } refused)
                return refused;
            var decided = service.List(request.Instance.Name).FirstOrDefault(one => one.Name.Equals(NameOf(request), StringComparison.OrdinalIgnoreCase));
            if (decided is null) return InstanceRefusals.PrivateEndpointNotFound(NameOf(request));
            await AnswerAsync(request, decided);
            return null;
        }
    }

    /// <summary>Removes a connection; 200 without a body.</summary>
    public static Task<Refusal?> DeleteAsync(ManagementRequest request) => request.Context.RequestServices
        .GetRequiredService<PrivateEndpointService>()
        .RemoveAsync(request.AuditCaller, request.Instance.Name, NameOf(request), request.Aborted);

    /// <summary>What private endpoints can lead to: the service itself, where there is a private listener.</summary>
    public static async Task<Refusal?> ListResourcesAsync(ManagementRequest request)
    {
        var hasListeners = HasListeners(request);
        await JsonResponse.WriteAsync(request.Context, StatusCodes.Status200OK, writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("value");
            if (hasListeners) PrivateEndpointJson.WriteResource(writer, request);
            writer.WriteEndArray();
            writer.WriteEndObject();
        });
        return null;
    }

    /// <summary>One of them by its group.</summary>
    public static async Task<Refusal?> GetResourceAsync(ManagementRequest request)
    {
        var group = request.Context.Request.RouteValues["group"] as string ?? "";
        if (!HasListeners(request) || !group.Equals(PrivateEndpointJson.GroupId, StringComparison.OrdinalIgnoreCase))
            return new Refusal(404000, $"There is no private link resource '{(group.Length <= 64 ? group : group[..64] + "...")}'.");
        await JsonResponse.WriteAsync(request.Context, StatusCodes.Status200OK, writer => PrivateEndpointJson.WriteResource(writer, request));
        return null;
    }

    private static Task AnswerAsync(ManagementRequest request, PrivateEndpointConnection connection) => JsonResponse.WriteAsync(
        request.Context, StatusCodes.Status200OK, writer => PrivateEndpointJson.Write(writer, request, connection));

    private static bool HasListeners(ManagementRequest request) =>
        request.Context.RequestServices.GetRequiredService<PrivateListeners>().All.Count > 0;

    private static PrivateEndpointConnection? Find(ManagementRequest request) => request.Instance.PrivateEndpointConnections?
        .FirstOrDefault(one => one.Name.Equals(NameOf(request), StringComparison.OrdinalIgnoreCase));

    private static string NameOf(ManagementRequest request) => request.Context.Request.RouteValues["connection"] as string ?? "";
}
