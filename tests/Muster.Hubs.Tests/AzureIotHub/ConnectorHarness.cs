using System.Text.Json;
using Muster.Core.Hubs;
using Muster.Core.Secrets;
using Muster.Hubs.AzureIotHub;
using Muster.TestKit;

namespace Muster.Hubs.Tests.AzureIotHub;

/// <summary>A REST hub and the connector to it.</summary>
internal sealed class ConnectorHarness : IAsyncDisposable
{
    private readonly AzureIotHubConnectorFactory _factory;

    private ConnectorHarness(RestHub hub, TimeProvider clock)
    {
        Hub = hub;
        _factory = new AzureIotHubConnectorFactory(clock);
        Lanes = new HubLanes(clock);
        Connector = Connect();
    }

    public RestHub Hub { get; }

    public HubLanes Lanes { get; }

    public IHubConnector Connector { get; }

    public static HubSymmetricKeys Keys { get; } = new(new SymmetricKeyPair(new Secret("AQEBAQ=="), new Secret("AgICAg==")));

    public static HubThumbprints Thumbprints { get; } = new(new string('A', 64), new string('B', 64));

    public static async Task<ConnectorHarness> StartAsync(TimeProvider? clock = null) =>
        new(await RestHub.StartAsync(), clock ?? TimeProvider.System);

    /// <summary>A connector over a changed link.</summary>
    public IHubConnector Connect(Func<LinkedHub, LinkedHub>? change = null, AzureIotHubConnectorFactory? factory = null)
    {
        var definition = Hub.Definition;
        var link = new LinkedHub
        {
            InstanceName = "default",
            HostName = Hub.HostName,
            Connector = LinkedHubService.RestConnector,
            ConnectionString = definition.ConnectionString!,
            Settings = definition.Settings,
            ETag = Guid.NewGuid().ToString(),
        };
        link = change?.Invoke(link) ?? link;
        return (factory ?? _factory).Connect(link, Lanes.Of(link));
    }

    public static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    public Task<HubEnsureOutcome> EnsureAsync(string id, HubCredential? credential = null, bool? edge = false) =>
        Connector.EnsureDeviceAsync(new HubDeviceSpec(id, credential ?? Keys, edge), default);

    public async ValueTask DisposeAsync()
    {
        _factory.Dispose();
        await Hub.DisposeAsync();
    }
}
