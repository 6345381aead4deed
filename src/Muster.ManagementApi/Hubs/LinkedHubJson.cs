using System.Text.Json;
using Muster.Core.Errors;
using Muster.Core.Hubs;
using Muster.Core.Secrets;
using Muster.ManagementApi.Requests;

namespace Muster.ManagementApi.Hubs;

/// <summary>
/// An item of <c>properties.iotHubs</c> (management-api A-7). What the original lacks stands in a member <c>muster</c> of the item;
/// clients that drop it, or members of newer versions, change nothing by that.
/// </summary>
internal static class LinkedHubJson
{
    /// <summary>Writes an item; the key is masked.</summary>
    public static void Write(Utf8JsonWriter writer, LinkedHub hub)
    {
        writer.WriteStartObject();
        writer.WriteString("name", hub.HostName);
        if (hub.AuthenticationType == HubAuthenticationType.KeyBased) writer.WriteString("connectionString", hub.MaskedConnectionString());
        else writer.WriteString("hostName", hub.HostName);
        writer.WriteString("authenticationType", hub.AuthenticationType.ToString());
        if (hub.IdentityId is { } identity) writer.WriteString("selectedUserAssignedIdentityResourceId", identity);
        writer.WriteString("location", hub.Location ?? "");
        if (hub.ApplyAllocationPolicy is { } applies) writer.WriteBoolean("applyAllocationPolicy", applies);
        if (hub.AllocationWeight is { } weight) writer.WriteNumber("allocationWeight", weight);
        writer.WriteStartObject("muster");
        writer.WriteString("connector", hub.Connector);
        if (hub.Settings is { } settings) WriteSettings(writer, settings);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>Reads the whole list.</summary>
    /// <param name="hubs">The member <c>iotHubs</c>.</param>
    /// <param name="linked">The links there are: what an item does not say stays.</param>
    public static Result<IReadOnlyList<LinkedHubDefinition>> Read(JsonElement hubs, IReadOnlyList<LinkedHub> linked)
    {
        if (hubs.ValueKind != JsonValueKind.Array) return Refusals.InvalidMember("iotHubs", "it must be an array.");
        var definitions = new List<LinkedHubDefinition>();
        foreach (var item in hubs.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object) return Refusals.InvalidMember("iotHubs", "each item must be an object.");
            var reader = new MemberReader(item);
            var definition = Read(reader, linked);
            if (reader.Problem is { } problem) return problem;
            definitions.Add(definition);
        }

        return definitions;
    }

    private static LinkedHubDefinition Read(MemberReader item, IReadOnlyList<LinkedHub> linked)
    {
        var connection = item.Text("connectionString");
        var host = connection is not null && HubConnectionString.Parse(connection).Value is { } parsed
            ? parsed.HostName
            : item.Text("hostName") ?? item.Text("name");
        var before = linked.FirstOrDefault(hub => hub.HostName.Equals(host, StringComparison.OrdinalIgnoreCase));
        var type = item.Word<HubAuthenticationType>("authenticationType") ?? before?.AuthenticationType ?? HubAuthenticationType.KeyBased;
        var weight = item.Whole("allocationWeight");
        return new LinkedHubDefinition
        {
            ConnectionString = type == HubAuthenticationType.KeyBased && connection is not null ? new Secret(connection) : null,
            HostName = type == HubAuthenticationType.KeyBased && before is null ? null : host,
            AuthenticationType = type,
            IdentityId = type == HubAuthenticationType.UserAssigned
                ? item.Text("selectedUserAssignedIdentityResourceId") ?? before?.IdentityId
                : null,
            Location = item.Text("location") ?? before?.Location,

            // One client takes 0 for a weight; it means that the hub gets nothing.
            ApplyAllocationPolicy = weight == 0 ? false : item.Flag("applyAllocationPolicy"),
            AllocationWeight = weight == 0 ? null : weight,
            Connector = item.Inner("muster")?.Text("connector") ?? before?.Connector,
            Settings = item.Inner("muster") is { } own ? ReadSettings(own) : before?.Settings,
        };
    }

    private static void WriteSettings(Utf8JsonWriter writer, HubConnectorSettings settings)
    {
        if (settings.Address is { } address) writer.WriteString("address", address);
        if (settings.Port is { } port) writer.WriteNumber("port", port);
        if (settings.RootCertificates is { } roots) writer.WriteString("rootCertificates", roots);
        if (settings.TimeoutSeconds is { } seconds) writer.WriteNumber("timeoutSeconds", seconds);
        if (settings.CallsPerSecond is { } rate) writer.WriteNumber("callsPerSecond", rate);
        if (settings.Concurrency is { } width) writer.WriteNumber("concurrency", width);
    }

    private static HubConnectorSettings ReadSettings(MemberReader own) => new()
    {
        Address = own.Text("address"),
        Port = own.Whole("port"),
        RootCertificates = own.Text("rootCertificates"),
        TimeoutSeconds = own.Whole("timeoutSeconds"),
        CallsPerSecond = own.Number("callsPerSecond"),
        Concurrency = own.Whole("concurrency"),
    };
}
