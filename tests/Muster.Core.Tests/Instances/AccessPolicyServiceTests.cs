using Muster.Core.Audit;
using Muster.Core.Instances;
using Muster.Core.Tests.Enrollments;
using Xunit;

namespace Muster.Core.Tests.Instances;

public sealed class AccessPolicyServiceTests : IAsyncLifetime
{
    private const string Instance = "default";
    private const string Owner = "provisioningserviceowner";
    private const AccessRights Management = AccessRights.ServiceConfig | AccessRights.EnrollmentWrite;

    private readonly InstanceDirectory _directory;
    private readonly AccessPolicyService _service;

    public AccessPolicyServiceTests()
    {
        var store = new StoreDouble();
        _directory = new InstanceDirectory(store, TimeProvider.System);
        _service = new AccessPolicyService(new InstanceService(_directory, store, TimeProvider.System), TimeProvider.System);
    }

    public async ValueTask InitializeAsync() => await _directory.EnsureDefaultAsync(CancellationToken.None);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData("enrollmentread", AccessRights.EnrollmentRead, 0)]
    [InlineData("a.b_c-1", Management, 0)]
    [InlineData("", AccessRights.EnrollmentRead, 400004)]
    [InlineData("a b", AccessRights.EnrollmentRead, 400004)]
    [InlineData("a;b", AccessRights.EnrollmentRead, 400004)]
    [InlineData("a=b", AccessRights.EnrollmentRead, 400004)]
    [InlineData("a&b", AccessRights.EnrollmentRead, 400004)]
    [InlineData("none", AccessRights.None, 400004)]
    [InlineData("unknown", (AccessRights)1024, 400004)]
    [InlineData("ProvisioningServiceOwner", AccessRights.EnrollmentRead, 409000)]
    public async Task Policy_needs_a_plain_name_of_its_own_and_a_right(string name, AccessRights rights, int code)
    {
        var refusal = await _service.CreateAsync(AuditCaller.Process, Instance, name, rights, CancellationToken.None);
        Assert.Equal(code, refusal?.Code ?? 0);
        if (code != 0) return;
        var policy = Policy(name)!;
        Assert.Equal(rights, policy.Rights);
        Assert.Equal(64, Convert.FromBase64String(policy.Keys.Primary.Reveal()).Length);
        Assert.NotEqual(policy.Keys.Primary, policy.Keys.Secondary);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Regenerating_makes_one_key_new_and_keeps_the_other(bool primary)
    {
        var before = Policy(Owner)!;
        Assert.Null(await _service.RegenerateAsync(AuditCaller.Process, Instance, Owner.ToUpperInvariant(), primary, CancellationToken.None));
        var after = Policy(Owner)!;
        Assert.Equal(primary, !before.Keys.Primary.Equals(after.Keys.Primary));
        Assert.Equal(!primary, !before.Keys.Secondary.Equals(after.Keys.Secondary));
        Assert.Equal(before.Rights, after.Rights);
    }

    [Fact]
    public async Task Swapping_exchanges_the_keys()
    {
        var before = Policy(Owner)!;
        Assert.Null(await _service.SwapAsync(AuditCaller.Process, Instance, Owner, CancellationToken.None));
        Assert.Equal((before.Keys.Secondary, before.Keys.Primary), (Policy(Owner)!.Keys.Primary, Policy(Owner)!.Keys.Secondary));
    }

    [Fact]
    public async Task Last_policy_that_can_manage_the_service_stays()
    {
        Assert.Equal(409000, (await _service.DeleteAsync(AuditCaller.Process, Instance, Owner, CancellationToken.None))!.Code);
        Assert.Equal(409000, (await _service.SetRightsAsync(AuditCaller.Process, Instance, Owner, AccessRights.EnrollmentWrite, CancellationToken.None))!.Code);
        Assert.Equal(409000, (await _service.SetRightsAsync(AuditCaller.Process, Instance, Owner, AccessRights.ServiceConfig, CancellationToken.None))!.Code);

        Assert.Null(await _service.CreateAsync(AuditCaller.Process, Instance, "second", Management, CancellationToken.None));
        Assert.Null(await _service.DeleteAsync(AuditCaller.Process, Instance, Owner, CancellationToken.None));
        Assert.Null(Policy(Owner));
        Assert.Equal(409000, (await _service.DeleteAsync(AuditCaller.Process, Instance, "SECOND", CancellationToken.None))!.Code);
    }

    [Fact]
    public async Task Policy_without_management_rights_goes_freely()
    {
        Assert.Null(await _service.CreateAsync(AuditCaller.Process, Instance, "reader", AccessRights.EnrollmentRead, CancellationToken.None));
        Assert.Null(await _service.SetRightsAsync(AuditCaller.Process, Instance, "reader", AccessRights.RegistrationStatusRead, CancellationToken.None));
        Assert.Equal(AccessRights.RegistrationStatusRead, Policy("reader")!.Rights);
        Assert.Equal(400004, (await _service.SetRightsAsync(AuditCaller.Process, Instance, "reader", AccessRights.None, CancellationToken.None))!.Code);
        Assert.Null(await _service.DeleteAsync(AuditCaller.Process, Instance, "reader", CancellationToken.None));
        Assert.Equal(404000, (await _service.DeleteAsync(AuditCaller.Process, Instance, "reader", CancellationToken.None))!.Code);
        Assert.Equal(404000, (await _service.DeleteAsync(AuditCaller.Process, "nobody", "reader", CancellationToken.None))!.Code);
    }

    [Fact]
    public async Task Policies_are_limited()
    {
        for (var i = 1; i < AccessPolicyService.MaxPolicies; i++)
            Assert.Null(await _service.CreateAsync(AuditCaller.Process, Instance, $"p{i}", AccessRights.EnrollmentRead, CancellationToken.None));
        Assert.Equal(403101, (await _service.CreateAsync(AuditCaller.Process, Instance, "more", AccessRights.EnrollmentRead, CancellationToken.None))!.Code);
    }

    private AccessPolicy? Policy(string name) =>
        _directory.FindByName(Instance)!.AccessPolicies.FirstOrDefault(policy => policy.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
