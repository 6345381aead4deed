using System.Text.Json;
using Muster.Core.Instances;
using Muster.Core.Networking;
using Muster.ManagementApi.Requests;

namespace Muster.ManagementApi.Networks;

/// <summary>Private endpoint connections and private link resources as clients know them (management-api A-8).</summary>
internal static class PrivateEndpointJson
{
    /// <summary>The one group of private link resources.</summary>
    public const string GroupId = "iotDps";

    private const string Type = "Microsoft.Devices/provisioningServices/";

    /// <summary>Writes all connections of an instance as an array.</summary>
    public static void WriteAll(Utf8JsonWriter writer, ManagementRequest request, ProvisioningInstance instance)
    {
        writer.WriteStartArray();
        foreach (var connection in instance.PrivateEndpointConnections ?? []) Write(writer, request, connection);
        writer.WriteEndArray();
    }

    /// <summary>Writes a connection.</summary>
    public static void Write(Utf8JsonWriter writer, ManagementRequest request, PrivateEndpointConnection connection)
    {
        var path = request.Context.Request.RouteValues;
        writer.WriteStartObject();
        writer.WriteString("id", $"{request.ServicePath}/privateEndpointConnections/{connection.Name}");
        writer.WriteString("name", connection.Name);
        writer.WriteString("type", Type + "privateEndpointConnections");
        writer.WriteStartObject("properties");
        writer.WriteStartObject("privateEndpoint");
        writer.WriteString(
            "id",
            $"/subscriptions/{path["subscription"]}/resourceGroups/{path["resourceGroup"]}/providers/Microsoft.Network/privateEndpoints/{connection.Name}");
        writer.WriteEndObject();
        writer.WriteStartObject("privateLinkServiceConnectionState");
        writer.WriteString("status", connection.Status.ToString());
        writer.WriteString("description", connection.Description);
        writer.WriteString("actionsRequired", "None");
        writer.WriteEndObject();

        // Muster's own: the address of the server that the connection stands for.
        writer.WriteStartObject("muster");
        writer.WriteString("address", connection.Address);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>Writes the private link resource of a service.</summary>
    public static void WriteResource(Utf8JsonWriter writer, ManagementRequest request)
    {
        writer.WriteStartObject();
        writer.WriteString("id", $"{request.ServicePath}/privateLinkResources/{GroupId}");
        writer.WriteString("name", GroupId);
        writer.WriteString("type", Type + "privateLinkResources");
        writer.WriteStartObject("properties");
        writer.WriteString("groupId", GroupId);
        writer.WriteStartArray("requiredMembers");
        writer.WriteStringValue(GroupId);
        writer.WriteEndArray();
        writer.WriteStartArray("requiredZoneNames");
        writer.WriteStringValue("privatelink.azure-devices-provisioning.net");
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
