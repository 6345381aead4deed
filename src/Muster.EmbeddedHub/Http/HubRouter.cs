using System.Collections.Immutable;
using Muster.EmbeddedHub.Errors;
using Muster.EmbeddedHub.Hubs;

namespace Muster.EmbeddedHub.Http;

/// <summary>Which operation a request asks for (iot-hub 2.3, 6, 9).</summary>
internal static class HubRouter
{
    private static readonly HubOperation ListDevices = new(HubRights.RegistryRead, RegistryEndpoints.ListAsync);
    private static readonly HubOperation Bulk = new(HubRights.RegistryWrite, BulkEndpoint.RunAsync);
    private static readonly HubOperation GetDevice = new(HubRights.RegistryRead, RegistryEndpoints.GetAsync);
    private static readonly HubOperation PutDevice = new(HubRights.RegistryWrite, RegistryEndpoints.PutAsync);
    private static readonly HubOperation DeleteDevice = new(HubRights.RegistryWrite, RegistryEndpoints.DeleteAsync);
    private static readonly HubOperation ListModules = new(HubRights.RegistryRead, ModuleEndpoints.ListAsync);
    private static readonly HubOperation GetModule = new(HubRights.RegistryRead, ModuleEndpoints.GetAsync);
    private static readonly HubOperation PutModule = new(HubRights.RegistryWrite, ModuleEndpoints.PutAsync);
    private static readonly HubOperation DeleteModule = new(HubRights.RegistryWrite, ModuleEndpoints.DeleteAsync);
    private static readonly HubOperation GetTwin = new(HubRights.ServiceConnect, TwinEndpoints.GetAsync);
    private static readonly HubOperation PatchTwin = new(HubRights.ServiceConnect, TwinEndpoints.PatchAsync);
    private static readonly HubOperation PutTwin = new(HubRights.ServiceConnect, TwinEndpoints.PutAsync);
    private static readonly HubOperation DeviceStatistics = new(HubRights.RegistryRead, StatisticsEndpoints.DevicesAsync);
    private static readonly HubOperation ServiceStatistics = new(HubRights.RegistryRead, StatisticsEndpoints.ServiceAsync);
    private static readonly HubOperation Unsupported = new(HubRights.None, UnsupportedEndpoint.RefuseAsync);

    /// <summary>The operation, or GenericNotFound for an unknown path, GenericMethodNotAllowed for a known one.</summary>
    /// <param name="method">The HTTP method.</param>
    /// <param name="segments">The decoded path.</param>
    /// <param name="allowed">For GenericMethodNotAllowed: the methods of the path; else empty.</param>
    public static HubResult<HubOperation> Resolve(string method, ImmutableArray<string> segments, out string allowed)
    {
        allowed = "";
        if (segments.Contains("", StringComparer.Ordinal)) return NotFound();

        HubOperation? operation;
        (operation, allowed) = segments switch
        {
            ["devices"] => (method switch { "GET" => ListDevices, "POST" => Bulk, _ => null }, "GET, POST"),
            ["devices", "query"] when method is "POST" => (Unsupported, ""),
            ["devices", _] =>
                (method switch { "GET" => GetDevice, "PUT" => PutDevice, "DELETE" => DeleteDevice, _ => null }, "GET, PUT, DELETE"),
            ["devices", _, "modules"] => (method is "GET" ? ListModules : null, "GET"),
            ["devices", _, "modules", _] =>
                (method switch { "GET" => GetModule, "PUT" => PutModule, "DELETE" => DeleteModule, _ => null }, "GET, PUT, DELETE"),
            ["twins", _] => (method switch { "GET" => GetTwin, "PATCH" => PatchTwin, "PUT" => PutTwin, _ => null }, "GET, PATCH, PUT"),
            ["statistics", "devices"] => (method is "GET" ? DeviceStatistics : null, "GET"),
            ["statistics", "service"] => (method is "GET" ? ServiceStatistics : null, "GET"),
            ["devices", _, "modules" or "commands" or "messages" or "twin" or "applyConfigurationContent" or "files", ..] =>
                (Unsupported, ""),
            ["twins", _, "methods" or "modules", ..] => (Unsupported, ""),
            ["configurations", ..] or ["jobs", ..] => (Unsupported, ""),
            _ => (null, ""),
        };

        if (operation is not null)
        {
            allowed = "";
            return operation;
        }

        return allowed.Length == 0
            ? NotFound()
            : HubErrors.MethodNotAllowed.Because($"The method is not allowed here, allowed are {allowed}.");
    }

    private static HubError NotFound() => HubErrors.NotFound.Because("No operation of the hub has this path.");
}
