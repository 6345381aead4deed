using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Muster.Api.Json;
using Muster.Api.Requests;
using Muster.Core.Allocation;
using Muster.Core.Errors;
using Muster.Core.Hubs;
using Muster.Core.Instances;
using Muster.ManagementApi.Hubs;
using Muster.ManagementApi.Requests;

namespace Muster.ManagementApi.Services;

/// <summary>
/// The service resource: read, and changed where its linked hubs, its allocation policy and its local authentication are concerned
/// (management-api A-4, A-6, A-7).
/// Clients change a hub as they do in the original: GET, edit, PUT of the whole.
/// </summary>
internal static class ServiceEndpoints
{
    // Members that clients send back as they read them. Whoever changes one would wait in vain.
    private static readonly string[] ChangedElsewhere =
        ["authorizationPolicies", "ipFilterRules", "publicNetworkAccess", "privateEndpointConnections"];

    /// <summary>The resource.</summary>
    public static async Task<Refusal?> GetAsync(ManagementRequest request)
    {
        await AnswerAsync(request, request.Instance, await Links(request).ListAsync(request.Instance.Name, request.Aborted));
        return null;
    }

    /// <summary>
    /// Replaces the linked hubs and sets allocation policy and local authentication where the body has them; what was read and sent back changes nothing.
    /// <c>If-Match</c> is honoured. 200 with the resource.
    /// </summary>
    public static async Task<Refusal?> PutAsync(ManagementRequest request)
    {
        if (!(await RequestBody.ReadAsync(request.Context, RequestBody.MessageLimit)).Try(out var bytes, out var refusal)) return refusal;
        if (!RequestBody.HasJsonContentType(request.Context)) return Refusals.UnsupportedMediaType;
        if (!RequestBody.ParseJson(bytes).Try(out var document, out refusal)) return refusal;
        using (document)
        {
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object) return Refusals.MalformedBody("The request body must be a JSON object.");
            if (ManagementJson.Find(root, "properties") is not { ValueKind: JsonValueKind.Object } properties)
                return Refusals.InvalidMember("properties", "it is required and must be an object.");
            return await PutAsync(request, properties);
        }
    }

    private static async Task<Refusal?> PutAsync(ManagementRequest request, JsonElement properties)
    {
        var instance = request.Instance;
        var linked = await Links(request).ListAsync(instance.Name, request.Aborted);
        if (FindChangedElsewhere(properties, ServiceResource.PropertiesOf(request, instance, linked)) is { } elsewhere) return elsewhere;
        var reader = new MemberReader(properties);
        var policy = reader.Word<AllocationPolicyKind>("allocationPolicy");

        // Clients of older versions leave out what they do not know, and that changes nothing (management-api A-4.1).
        var disablesLocalAuth = reader.Flag("disableLocalAuth");
        if (reader.Problem is { } unreadable) return unreadable;
        if (policy == AllocationPolicyKind.Custom)
            return Refusals.InvalidMember("allocationPolicy", "custom allocation can be set on an enrollment only.");

        if (ManagementJson.Find(properties, "iotHubs") is { } hubs)
        {
            if (!LinkedHubJson.Read(hubs, linked).Try(out var definitions, out var refusal)) return refusal;
            var kinds = request.Context.RequestServices.GetRequiredService<HubConnectors>().Kinds;
            if (definitions.Any(definition => definition.Connector is { } kind && !kinds.Contains(kind, StringComparer.OrdinalIgnoreCase)))
                return Refusals.InvalidMember("connector", $"it must be one of {string.Join(", ", kinds.Order(StringComparer.Ordinal))}.");
            var condition = request.IfMatch;
            var refused = await Links(request).ReplaceAsync(
                request.AuditCaller, instance, definitions,
                now => condition.IsSatisfiedBy(ServiceResource.ETagOf(instance, now)), request.Aborted);
            if (refused is not null) return refused;
        }
        else if (!request.IfMatch.IsSatisfiedBy(ServiceResource.ETagOf(instance, linked)))
        {
            return Refusals.ETagMismatch;
        }

        if (policy is { } chosen && chosen != instance.DefaultAllocationPolicy)
        {
            var service = request.Context.RequestServices.GetRequiredService<InstanceService>();
            if (await service.SetAllocationAsync(request.AuditCaller, instance.Name, chosen, request.Aborted) is { } refused) return refused;
        }

        if (disablesLocalAuth is { } isDisabled && isDisabled != instance.DisableLocalAuth)
        {
            var service = request.Context.RequestServices.GetRequiredService<InstanceService>();
            if (await service.SetLocalAuthAsync(request.AuditCaller, instance.Name, isDisabled, request.Aborted) is { } refused) return refused;
        }

        var after = request.Context.RequestServices.GetRequiredService<InstanceDirectory>().FindByName(instance.Name) ?? instance;
        await AnswerAsync(request, after, await Links(request).ListAsync(instance.Name, request.Aborted));
        return null;
    }

    private static Task AnswerAsync(ManagementRequest request, ProvisioningInstance instance, IReadOnlyList<LinkedHub> hubs)
    {
        request.Context.Response.Headers.ETag = ServiceResource.ETagOf(instance, hubs);
        return JsonResponse.WriteAsync(
            request.Context, StatusCodes.Status200OK, writer => ServiceResource.Write(writer, request, instance, hubs));
    }

    private static Refusal? FindChangedElsewhere(JsonElement sent, JsonElement shown)
    {
        foreach (var name in ChangedElsewhere)
        {
            if (ManagementJson.Find(sent, name) is not { } value) continue;
            var isSame = shown.TryGetProperty(name, out var present) ? JsonElement.DeepEquals(value, present) : IsDefault(value);
            if (!isSame) return Refusals.InvalidMember(name, name == "privateEndpointConnections"
                    ? "it is read only here; each connection is approved and rejected by a PUT of its own."
                    : "it cannot be changed through this API; the portal does that.");
        }

        return null;

        static bool IsDefault(JsonElement value) => value.ValueKind switch
        {
            JsonValueKind.Array => value.GetArrayLength() == 0,
            JsonValueKind.False => true,
            JsonValueKind.String => value.ValueEquals("Enabled"),
            _ => false,
        };
    }

    private static LinkedHubService Links(ManagementRequest request) =>
        request.Context.RequestServices.GetRequiredService<LinkedHubService>();
}
