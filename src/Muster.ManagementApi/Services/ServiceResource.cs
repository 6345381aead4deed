using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Muster.Api.Json;
using Muster.Core.Hubs;
using Muster.Core.Instances;
using Muster.Core.Networking;
using Muster.ManagementApi.Hubs;
using Muster.ManagementApi.Networks;
using Muster.ManagementApi.Requests;

namespace Muster.ManagementApi.Services;

/// <summary>A provisioning service as a resource (management-api A-4). Its access policies are not shown, keys of hubs are masked.</summary>
internal static class ServiceResource
{
    private const string ResourceType = "Microsoft.Devices/provisioningServices";

    // The original knows regions; an instance may have none, but clients want a text.
    private const string NoLocation = "local";

    /// <summary>Changes with the service and with every link: base64 of 8 bytes.</summary>
    public static string ETagOf(ProvisioningInstance instance, IReadOnlyList<LinkedHub> hubs)
    {
        var text = string.Join('\n', hubs.Select(hub => $"{hub.HostName} {hub.ETag}").Prepend(instance.ETag));
        return Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));
    }

    /// <summary>Writes the resource.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="request">Whose path the resource ID repeats.</param>
    /// <param name="instance">The service.</param>
    /// <param name="hubs">Its links.</param>
    public static void Write(Utf8JsonWriter writer, ManagementRequest request, ProvisioningInstance instance, IReadOnlyList<LinkedHub> hubs)
    {
        var path = request.Context.Request.RouteValues;
        writer.WriteStartObject();
        writer.WriteString("id", request.ServicePath);
        writer.WriteString("name", instance.Name);
        writer.WriteString("type", ResourceType);
        writer.WriteString("location", instance.Location ?? NoLocation);
        writer.WriteString("resourcegroup", path["resourceGroup"] as string);
        writer.WriteString("subscriptionid", path["subscription"] as string);
        writer.WriteStartObject("tags");
        foreach (var tag in instance.Tags ?? []) writer.WriteString(tag.Name, tag.Value);
        writer.WriteEndObject();
        writer.WriteString("etag", ETagOf(instance, hubs));
        writer.WriteStartObject("sku");
        writer.WriteString("name", "S1");
        writer.WriteString("tier", "Standard");
        writer.WriteNumber("capacity", 1);
        writer.WriteEndObject();
        writer.WriteStartObject("properties");
        writer.WriteString("state", "Active");
        writer.WriteString("provisioningState", "Succeeded");
        writer.WriteStartArray("iotHubs");
        foreach (var hub in hubs) LinkedHubJson.Write(writer, hub);
        writer.WriteEndArray();
        writer.WriteString("allocationPolicy", instance.DefaultAllocationPolicy.ToString());
        var host = request.Context.Request.Host.Value;
        writer.WriteString("serviceOperationsHostName", instance.ServiceHostNames is [var own, ..] ? own : host);
        writer.WriteString("deviceProvisioningHostName", host);
        writer.WriteString("idScope", instance.IdScope);
        if (instance.Network is { } network) WriteNetwork(writer, network);
        if (instance.PrivateEndpointConnections is not null)
        {
            writer.WritePropertyName("privateEndpointConnections");
            PrivateEndpointJson.WriteAll(writer, request, instance);
        }

        if (instance.DisableLocalAuth is { } disablesLocalAuth) writer.WriteBoolean("disableLocalAuth", disablesLocalAuth);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>The properties of the resource as they are shown.</summary>
    public static JsonElement PropertiesOf(ManagementRequest request, ProvisioningInstance instance, IReadOnlyList<LinkedHub> hubs)
    {
        using var document = JsonDocument.Parse(JsonResponse.Format(writer => Write(writer, request, instance, hubs)));
        return document.RootElement.GetProperty("properties").Clone();
    }

    private static void WriteNetwork(Utf8JsonWriter writer, NetworkRules network)
    {
        writer.WriteString("publicNetworkAccess", network.Access == PublicNetworkAccess.Disabled ? "Disabled" : "Enabled");
        writer.WriteStartArray("ipFilterRules");
        foreach (var rule in network.Rules)
        {
            writer.WriteStartObject();
            writer.WriteString("filterName", rule.FilterName);
            writer.WriteString("action", rule.Action.ToString());
            writer.WriteString("ipMask", rule.IpMask);
            writer.WriteString("target", JsonNamingPolicy.CamelCase.ConvertName(rule.Target.ToString()));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
