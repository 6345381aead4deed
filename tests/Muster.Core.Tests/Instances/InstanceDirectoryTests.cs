using Muster.Core.Audit;
using Muster.Core.Instances;
using Muster.Core.Store;
using Muster.Core.Tests.Enrollments;
using Xunit;

namespace Muster.Core.Tests.Instances;

public sealed class InstanceDirectoryTests
{
    private readonly StoreDouble _store = new();
    private readonly InstanceDirectory _directory;

    public InstanceDirectoryTests() => _directory = new InstanceDirectory(_store, TimeProvider.System);

    [Fact]
    public async Task First_start_makes_the_default_instance_and_later_ones_find_it()
    {
        Assert.Null(_directory.FindByServiceHost("localhost"));

        var created = await _directory.EnsureDefaultAsync(CancellationToken.None);
        Assert.Equal("default", created.Name);
        Assert.Matches("^0ne[0-9A-F]{8}$", created.IdScope);
        var owner = Assert.Single(created.AccessPolicies);
        Assert.Equal("provisioningserviceowner", owner.Name);
        Assert.True(owner.Grants(AccessRights.RegistrationStatusWrite));

        var again = new InstanceDirectory(_store, TimeProvider.System);
        Assert.Equal(created.IdScope, (await again.EnsureDefaultAsync(CancellationToken.None)).IdScope);
        Assert.Equal(1, _store.Commits);
    }

    [Fact]
    public async Task Another_process_that_is_first_provides_the_default_instance()
    {
        _store.BeforeNextCommit = () => _store.Overwrite(Instance("default", "0neFFFFFFFF"));
        Assert.Equal("0neFFFFFFFF", (await _directory.EnsureDefaultAsync(CancellationToken.None)).IdScope);
    }

    [Theory]
    [InlineData("a.example.net", "a")]
    [InlineData("A.EXAMPLE.NET:8443", "a")]
    [InlineData("b.example.net:8443", "b")]
    [InlineData("b.example.net:443", "default")]
    [InlineData("unknown.example.net", "default")]
    [InlineData("[::1]:8443", "default")]
    [InlineData("", "default")]
    public async Task Service_host_picks_the_instance_and_an_unknown_one_the_default(string host, string expected)
    {
        _store.Overwrite(Instance("default", "0ne00000000"));
        _store.Overwrite(Instance("a", "0ne0000000A", "a.example.net"));
        _store.Overwrite(Instance("b", "0ne0000000B", "b.example.net:8443"));
        await _directory.LoadAsync(CancellationToken.None);
        Assert.Equal(expected, _directory.FindByServiceHost(host)?.Name);
    }

    [Fact]
    public async Task Id_scope_is_found_in_any_case_and_a_write_is_seen_at_once()
    {
        var instance = Instance("a", "0ne0000000A");
        Assert.Equal(CommitOutcome.Committed, await _directory.PutAsync(AuditCaller.Process, null, instance, CancellationToken.None));
        Assert.Equal("a", _directory.FindByIdScope("0NE0000000a")?.Name);
        Assert.Null(_directory.FindByIdScope("0ne0000000B"));
        Assert.Equal(CommitOutcome.Conflict, await _directory.PutAsync(AuditCaller.Process, null, instance, CancellationToken.None));
    }

    private static ProvisioningInstance Instance(string name, string idScope, params string[] hosts) => new()
    {
        Name = name,
        IdScope = idScope,
        ServiceHostNames = hosts,
        AccessPolicies = [],
        CreatedUtc = DateTimeOffset.UnixEpoch,
        ETag = name,
    };
}
