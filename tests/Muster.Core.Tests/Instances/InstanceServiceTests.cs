using Muster.Core.Allocation;
using Muster.Core.Audit;
using Muster.Core.Errors;
using Muster.Core.Instances;
using Muster.Core.Networking;
using Muster.Core.Tests.Enrollments;
using Xunit;

namespace Muster.Core.Tests.Instances;

public sealed class InstanceServiceTests : IAsyncLifetime
{
    private readonly StoreDouble _store = new();
    private readonly InstanceDirectory _directory;
    private readonly InstanceService _service;

    public InstanceServiceTests()
    {
        _directory = new InstanceDirectory(_store, TimeProvider.System);
        _service = new InstanceService(_directory, _store, TimeProvider.System);
    }

    public async ValueTask InitializeAsync()
    {
        await _directory.EnsureDefaultAsync(CancellationToken.None);
        var taken = new InstanceDefinition { Name = "Taken", IdScope = "0neAAAAAAAA", ServiceHostNames = ["taken.example.net"] };
        Assert.NotNull((await _service.CreateAsync(AuditCaller.Process, taken, CancellationToken.None)).Value);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData("abc", null)]
    [InlineData("Contoso-DPS-1", null)]
    [InlineData("ab", "name")]
    [InlineData("", "name")]
    [InlineData("-abc", "name")]
    [InlineData("abc-", "name")]
    [InlineData("a_b_c", "name")]
    [InlineData("a b c", "name")]
    [InlineData("äbc", "name")]
    [InlineData("taken", "name")]
    [InlineData("DEFAULT", "name")]
    public void Names_have_3_to_64_letters_digits_and_inner_hyphens_and_are_unique(string name, string? member) =>
        Assert.Equal(member, MemberOf(_service.CheckNew(new InstanceDefinition { Name = name })));

    [Theory]
    [InlineData(64, null)]
    [InlineData(65, "name")]
    public void Names_have_at_most_64_characters(int length, string? member) =>
        Assert.Equal(member, MemberOf(_service.CheckNew(new InstanceDefinition { Name = new string('a', length) })));

    [Theory]
    [InlineData("0ne0004E52G", null)]
    [InlineData("1ne0004E52G", null)]
    [InlineData("0neAAAAAAAA", "idScope")]
    [InlineData("0NEaaaaaaaa", "idScope")]
    [InlineData("0ne123", "idScope")]
    [InlineData("2ne0004E52G", "idScope")]
    [InlineData("0ne0004E52-", "idScope")]
    public void Id_scope_that_devices_know_can_be_given_once(string scope, string? member) =>
        Assert.Equal(member, MemberOf(_service.CheckNew(new InstanceDefinition { Name = "other", IdScope = scope })));

    [Theory]
    [InlineData("other.example.net", null)]
    [InlineData("TAKEN.example.net", "serviceHostNames")]
    [InlineData("https://other", "serviceHostNames[0]")]
    [InlineData("other:8443", "serviceHostNames[0]")]
    [InlineData("", "serviceHostNames[0]")]
    public void Service_hosts_are_plain_names_of_one_instance(string host, string? member) =>
        Assert.Equal(member, MemberOf(_service.CheckNew(new InstanceDefinition { Name = "other", ServiceHostNames = [host] })));

    [Fact]
    public void Every_mistake_is_told_at_once()
    {
        var found = _service.CheckNew(new InstanceDefinition
        {
            Name = "a",
            Location = new string('x', 91),
            Tags = [new InstanceTag("a", "1"), new InstanceTag("A", "2"), new InstanceTag("", "")],
            Network = new NetworkRules { Access = PublicNetworkAccess.SelectedRanges, Rules = [new IpFilterRule("", "10.0.0.1", IpFilterAction.Accept)] },
        });
        Assert.Equal(["name", "location", "tags[1].name", "tags[2].name", "ipFilterRules[0].filterName"], found.Select(MemberOf));
    }

    [Fact]
    public async Task New_instance_has_a_scope_an_owner_policy_and_evenly_weighted_distribution()
    {
        var definition = new InstanceDefinition { Name = "Contoso", ServiceHostNames = ["Contoso.Example.net"], Location = " lab ", Tags = [new("env", "test")] };
        var created = (await _service.CreateAsync(AuditCaller.Process, definition, CancellationToken.None)).Value!;
        Assert.Matches("^0ne[0-9A-F]{8}$", created.IdScope);
        Assert.Equal(("provisioningserviceowner", AllocationPolicyKind.Hashed), (Assert.Single(created.AccessPolicies).Name, created.DefaultAllocationPolicy));
        Assert.Equal(("lab", null), (created.Location, created.Network));
        Assert.Equal("Contoso", _directory.FindByServiceHost("contoso.example.net:8443")!.Name);
        Assert.Equal(409000, (await _service.CreateAsync(AuditCaller.Process, definition, CancellationToken.None)).Refusal!.Code);
    }

    [Fact]
    public async Task Deleted_instance_is_gone_and_the_default_one_stays()
    {
        Assert.Null(await _service.DeleteAsync(AuditCaller.Process, "TAKEN", CancellationToken.None));
        Assert.Null(_directory.FindByIdScope("0neAAAAAAAA"));
        Assert.Equal(404000, (await _service.DeleteAsync(AuditCaller.Process, "taken", CancellationToken.None))!.Code);
        Assert.Equal(409000, (await _service.DeleteAsync(AuditCaller.Process, "default", CancellationToken.None))!.Code);
        Assert.NotNull(_directory.FindByName("default"));
    }

    [Theory]
    [InlineData(AllocationPolicyKind.Hashed, true)]
    [InlineData(AllocationPolicyKind.GeoLatency, true)]
    [InlineData(AllocationPolicyKind.Static, true)]
    [InlineData(AllocationPolicyKind.Custom, false)]
    public async Task Custom_allocation_is_no_default(AllocationPolicyKind policy, bool allowed)
    {
        var refusal = await _service.SetAllocationAsync(AuditCaller.Process, "taken", policy, CancellationToken.None);
        Assert.Equal(allowed, refusal is null);
        if (allowed) Assert.Equal(policy, _directory.FindByName("taken")!.DefaultAllocationPolicy);
    }

    [Fact]
    public async Task Network_rules_are_kept_by_etag_and_open_again_as_nothing()
    {
        var before = _directory.FindByName("taken")!;
        var rules = new NetworkRules { Access = PublicNetworkAccess.SelectedRanges, Rules = [new IpFilterRule("one", "10.0.0.0/8", IpFilterAction.Reject)] };
        Assert.Null(await _service.SetNetworkAsync(AuditCaller.Process, "taken", rules, before.ETag, CancellationToken.None));
        Assert.Equal(rules, _directory.FindByName("taken")!.Network);
        Assert.Equal(Refusals.ETagMismatch, await _service.SetNetworkAsync(AuditCaller.Process, "taken", NetworkRules.Open, before.ETag, CancellationToken.None));
        Assert.Null(await _service.SetNetworkAsync(AuditCaller.Process, "taken", NetworkRules.Open, ifETag: null, CancellationToken.None));
        Assert.Null(_directory.FindByName("taken")!.Network);
    }

    [Fact]
    public async Task Change_is_made_again_on_what_another_process_wrote()
    {
        var other = _directory.FindByName("taken")! with { Location = "elsewhere", ETag = "\"other\"" };
        _store.BeforeNextCommit = () => _store.Overwrite(other);
        Assert.Null(await _service.SetAllocationAsync(AuditCaller.Process, "taken", AllocationPolicyKind.Static, CancellationToken.None));
        var written = _directory.FindByName("taken")!;
        Assert.Equal(("elsewhere", AllocationPolicyKind.Static), (written.Location, written.DefaultAllocationPolicy));
    }

    [Fact]
    public async Task Service_hosts_can_move()
    {
        Assert.Null(await _service.SetServiceHostsAsync(AuditCaller.Process, "taken", ["New.example.net"], CancellationToken.None));
        Assert.Equal("Taken", _directory.FindByServiceHost("new.example.net")!.Name);
        Assert.Equal("default", _directory.FindByServiceHost("taken.example.net")!.Name);
        Assert.Equal(400004, (await _service.SetServiceHostsAsync(AuditCaller.Process, "taken", ["a b"], CancellationToken.None))!.Code);
        Assert.Equal(404000, (await _service.SetServiceHostsAsync(AuditCaller.Process, "nobody", ["a"], CancellationToken.None))!.Code);
    }

    private static string? MemberOf(IReadOnlyList<Refusal> found) => found.Count == 0 ? null : MemberOf(found[0]);

    private static string MemberOf(Refusal refusal) => refusal.Message[..refusal.Message.IndexOf(": ", StringComparison.Ordinal)];
}
