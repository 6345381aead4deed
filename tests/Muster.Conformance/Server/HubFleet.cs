using System.Text.Json;
using System.Text.Json.Nodes;
using Muster.Composition;
using Muster.Conformance.Calls;
using Muster.Conformance.Sandbox;

namespace Muster.Conformance.Server;

/// <summary>
/// Three servers on one network, each a process of its own on the real ports: a provisioning service with a hub of its own, and two
/// whose embedded hubs it links over HTTPS as it would link any IoT hub.
/// </summary>
public sealed class HubFleet : IAsyncDisposable
{
    /// <summary>Host name of the service and of its own hub.</summary>
    public const string Service = "dps.test";

    /// <summary>The first hub elsewhere.</summary>
    public const string FarA = "far-a.test";

    /// <summary>The second hub elsewhere.</summary>
    public const string FarB = "far-b.test";

    private static readonly string[] Names = [Service, FarA, FarB];

    private readonly TemporaryFolder _folder = new();
    private readonly NetworkSandbox _sandbox;
    private readonly Dictionary<string, MusterProcess> _servers = [];

    private readonly List<MusterProcess> _ended = [];

    private HubFleet(NetworkSandbox sandbox) => _sandbox = sandbox;

    /// <summary>The network.</summary>
    public NetworkSandbox Sandbox => _sandbox;

    /// <summary>What the service announces, with all three hubs and a file of all three roots, for the clients.</summary>
    public EndpointsDocument Endpoints { get; private set; } = null!;

    /// <summary>Starts all three.</summary>
    public static async Task<HubFleet> StartAsync()
    {
        var fleet = new HubFleet(await NetworkSandbox.CreateAsync(Names));
        try
        {
            await Task.WhenAll(fleet.StartAsync(FarA), fleet.StartAsync(FarB));
            await File.WriteAllTextAsync(fleet.ConfigurationFile, fleet.Configuration());
            await fleet.StartAsync(Service);
            var roots = fleet.InFolder("roots.pem");
            await File.WriteAllTextAsync(roots, string.Concat(Names.Select(fleet.RootOf)));
            fleet.Endpoints = fleet._servers[Service].Endpoints with
            {
                RootCertificate = roots,
                Hubs = [.. Names.SelectMany(name => fleet._servers[name].Endpoints.Hubs)],
            };
            return fleet;
        }
        catch
        {
            await fleet.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts one of the servers, or starts it again over the state that it left.</summary>
    public async Task StartAsync(string name)
    {
        string[] options = name == Service ? ["--config", ConfigurationFile] : [];
        var server = await MusterProcess.StartAsync(
            _sandbox, InFolder(name), ["--host", name, "--listen", $"127.0.0.{Names.IndexOf(name) + 2}", "--portal-port", "0", .. options]);
        lock (_servers)
        {
            if (_servers.Remove(name, out var ended)) _ended.Add(ended);
            _servers[name] = server;
        }
    }

    /// <summary>Ends one of the servers at once, without any chance to write something.</summary>
    public Task KillAsync(string name) => _servers[name].KillAsync();

    /// <summary>Starts clients that trust all three.</summary>
    public Task<OfficialClients> StartClientsAsync() => OfficialClients.StartAsync(_sandbox, Endpoints);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers.Values.Concat(_ended)) await server.DisposeAsync();
        await _sandbox.DisposeAsync();
        _folder.Dispose();
    }

    private string ConfigurationFile => InFolder("dps.json");

    private string InFolder(string name) => Path.Combine(_folder.Path, name);

    private string RootOf(string name) => File.ReadAllText(_servers[name].Endpoints.RootCertificate!);

    private string Configuration()
    {
        var links = new[] { FarA, FarB }.Select(name => (JsonNode)new JsonObject
        {
            ["ConnectionString"] = _servers[name].Endpoints.Hubs[0].ConnectionString,
            ["RootCertificate"] = _servers[name].Endpoints.RootCertificate,
        });
        var webhooks = new JsonObject { ["AllowHttp"] = "true", ["AllowOwnAddresses"] = "true" };
        return JsonSerializer.Serialize(new JsonObject
        {
            ["Muster"] = new JsonObject { ["LinkedHubs"] = new JsonArray([.. links]), ["Webhooks"] = webhooks },
        });
    }
}
