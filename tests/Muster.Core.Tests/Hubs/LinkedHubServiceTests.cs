using Muster.Core.Audit;
using Muster.Core.Hubs;
using Muster.Core.Instances;
using Muster.Core.Secrets;
using Muster.Core.Tests.Enrollments;

namespace Muster.Core.Tests.Hubs;

public sealed class LinkedHubServiceTests
{
    private const string Instance = "default";

    private static readonly ProvisioningInstance Service = new()
    {
        Name = Instance,
        IdScope = "0ne00000001",
        ServiceHostNames = [],
        AccessPolicies = [],
        CreatedUtc = DateTimeOffset.UnixEpoch,
        ETag = "e",
    };

    private readonly StoreDouble _store = new();
    private readonly LinkedHubService _links;

    public LinkedHubServiceTests() => _links = new LinkedHubService(_store, TimeProvider.System);

    [Fact]
    public async Task A_hub_is_linked_by_its_connection_string()
    {
        var hub = (await _links.LinkAsync(AuditCaller.Process, Service, Hub("Hub-A.Example.net") with { AllocationWeight = 7, Location = "westeurope" }, default)).Value!;

        Assert.Equal(("hub-a.example.net", 7, "westeurope", LinkedHubService.RestConnector),
            (hub.HostName, hub.AllocationWeight!.Value, hub.Location, hub.Connector));
        Assert.Equal("HostName=hub-a.example.net;SharedAccessKeyName=dps;SharedAccessKey=****", hub.MaskedConnectionString());
        Assert.True(hub.IsOpen);
    }

    [Fact]
    public async Task The_same_hub_is_not_linked_twice()
    {
        await _links.LinkAsync(AuditCaller.Process, Service, Hub("hub-a"), default);
        var refusal = (await _links.LinkAsync(AuditCaller.Process, Service, Hub("HUB-A"), default)).Refusal!;
        Assert.Equal((400303, "Cannot have duplicate iot hubs in description"), (refusal.Code, refusal.Message));
    }

    [Fact]
    public async Task At_most_fifty_hubs_are_linked()
    {
        for (var number = 0; number < 50; number++) Assert.NotNull((await _links.LinkAsync(AuditCaller.Process, Service, Hub($"hub-{number}"), default)).Value);
        Assert.Equal(403101, (await _links.LinkAsync(AuditCaller.Process, Service, Hub("one-more"), default)).Refusal!.Code);
    }

    public static TheoryData<string, string> Mistakes => new()
    {
        { "weight 0", "allocationWeight" },
        { "weight 1001", "allocationWeight" },
        { "port 0", "port" },
        { "address with scheme", "address" },
        { "timeout 301", "timeoutSeconds" },
        { "rate 0", "callsPerSecond" },
        { "root without certificate", "rootCertificates" },
        { "no credentials", "connectionString" },
        { "masked key", "connectionString" },
        { "identity without host", "hostName" },
        { "user assigned without identity", "selectedUserAssignedIdentityResourceId" },
        { "key based with identity", "selectedUserAssignedIdentityResourceId" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_mistake_is_named_by_its_member(string mistake, string member)
    {
        var hub = Hub("hub-a");
        var definition = mistake switch
        {
            "weight 0" => hub with { AllocationWeight = 0 },
            "weight 1001" => hub with { AllocationWeight = 1001 },
            "port 0" => hub with { Settings = new() { Port = 0 } },
            "address with scheme" => hub with { Settings = new() { Address = "https://10.0.0.1" } },
            "timeout 301" => hub with { Settings = new() { TimeoutSeconds = 301 } },
            "rate 0" => hub with { Settings = new() { CallsPerSecond = 0 } },
            "root without certificate" => hub with { Settings = new() { RootCertificates = "no pem" } },
            "no credentials" => new(),
            "masked key" => hub with { ConnectionString = new Secret("HostName=hub-a;SharedAccessKeyName=dps;SharedAccessKey=****") },
            "identity without host" => new() { AuthenticationType = HubAuthenticationType.SystemAssigned },
            "user assigned without identity" => new() { HostName = "hub", AuthenticationType = HubAuthenticationType.UserAssigned },
            "key based with identity" => hub with { IdentityId = "x" },
            _ => throw new ArgumentOutOfRangeException(nameof(mistake)),
        };

        var refusal = (await _links.LinkAsync(AuditCaller.Process, Service, definition, default)).Refusal!;

        Assert.Equal(400004, refusal.Code);
        Assert.StartsWith(member + ":", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_update_with_the_key_as_it_is_shown_keeps_the_key()
    {
        var linked = (await _links.LinkAsync(AuditCaller.Process, Service, Hub("hub-a"), default)).Value!;
        var shown = new LinkedHubDefinition { ConnectionString = new Secret(linked.MaskedConnectionString()), AllocationWeight = 3 };

        var updated = (await _links.UpdateAsync(AuditCaller.Process, Instance, "HUB-a", shown, default)).Value!;

        Assert.Equal(3, updated.AllocationWeight);
        Assert.Equal(linked.ConnectionString, updated.ConnectionString);
        Assert.NotEqual(linked.ETag, updated.ETag);
    }

    [Fact]
    public async Task An_update_rolls_the_key_but_never_renames_the_hub()
    {
        await _links.LinkAsync(AuditCaller.Process, Service, Hub("hub-a"), default);
        var rolled = (await _links.UpdateAsync(AuditCaller.Process, Instance, "hub-a", Hub("hub-a", "BAUG"), default)).Value!;
        Assert.EndsWith("SharedAccessKey=BAUG", rolled.ConnectionString.Reveal(), StringComparison.Ordinal);
        Assert.Equal(400004, (await _links.UpdateAsync(AuditCaller.Process, Instance, "hub-a", Hub("hub-b"), default)).Refusal!.Code);
    }

    [Fact]
    public async Task What_is_not_linked_can_be_neither_changed_nor_unlinked()
    {
        Assert.Equal(404000, (await _links.UpdateAsync(AuditCaller.Process, Instance, "hub-a", Hub("hub-a"), default)).Refusal!.Code);
        Assert.Equal(404000, (await _links.UnlinkAsync(AuditCaller.Process, Instance, "hub-a", default))!.Code);
        await _links.LinkAsync(AuditCaller.Process, Service, Hub("hub-a"), default);
        Assert.Null(await _links.UnlinkAsync(AuditCaller.Process, Instance, "Hub-A", default));
        Assert.Empty(await _links.ListAsync(Instance, default));
    }

    [Fact]
    public async Task A_configured_hub_is_linked_once_and_then_kept_as_configured()
    {
        await _links.EnsureAsync(Service, Hub("hub-a"), default);
        await _links.EnsureAsync(Service, Hub("hub-a") with { AllocationWeight = 9 }, default);
        Assert.Equal(9, Assert.Single(await _links.ListAsync(Instance, default)).AllocationWeight);
    }

    [Fact]
    public async Task An_identity_based_link_has_no_key()
    {
        var definition = new LinkedHubDefinition { HostName = "Hub-A", AuthenticationType = HubAuthenticationType.SystemAssigned };
        var hub = (await _links.LinkAsync(AuditCaller.Process, Service, definition, default)).Value!;
        Assert.Equal(("hub-a", "HostName=hub-a"), (hub.HostName, hub.MaskedConnectionString()));
    }

    private static LinkedHubDefinition Hub(string host, string key = "AQID") =>
        new() { ConnectionString = new Secret($"HostName={host};SharedAccessKeyName=dps;SharedAccessKey={key}") };
}
