using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Muster.Core.Allocation;
using Muster.Core.Audit;
using Muster.Core.Errors;
using Muster.Core.Hubs;
using Muster.Core.Instances;
using Muster.Core.Networking;
using Muster.Core.Secrets;
using Muster.Portal.Certificates;
using Muster.Portal.Hubs;
using Muster.Portal.Instances;
using Muster.Portal.SignIn;

namespace Muster.Portal.Tests;

/// <summary>The services behind the settings pages refuse by role, whatever the pages show (portal 4.1).</summary>
[Collection(PortalCollection.Name)]
public sealed class SettingsRoleTests(PortalFixture portal)
{
    private const string Instance = "default";
    private const string Owner = "provisioningserviceowner";
    private const string ConnectionString = "HostName=h.example.net;SharedAccessKeyName=iothubowner;SharedAccessKey=AAAA";

    private static readonly Dictionary<string, Func<Desks, Task<Refusal?>>> Writes = new(StringComparer.Ordinal)
    {
        ["create an instance"] = async desks => (await desks.Instances.CreateAsync(new InstanceDefinition { Name = "never-made" }, default)).Refusal,
        ["delete an instance"] = desks => desks.Instances.DeleteAsync("nobody", default),
        ["set the allocation policy"] = desks => desks.Instances.SetAllocationAsync(Instance, AllocationPolicyKind.Static, default),
        ["add a policy"] = desks => desks.Instances.AddPolicyAsync(Instance, "never", AccessRights.EnrollmentRead, default),
        ["change a policy"] = desks => desks.Instances.SetRightsAsync(Instance, Owner, AccessRights.EnrollmentRead, default),
        ["regenerate a key"] = desks => desks.Instances.RegenerateAsync(Instance, Owner, isPrimary: true, default),
        ["swap keys"] = desks => desks.Instances.SwapAsync(Instance, Owner, default),
        ["delete a policy"] = desks => desks.Instances.RemovePolicyAsync(Instance, Owner, default),
        ["show a key"] = async desks => (await desks.Instances.RevealAsync(Instance, Owner, isPrimary: true, asConnectionString: false)).Refusal,
        ["show a connection string"] = async desks => (await desks.Instances.RevealAsync(Instance, Owner, isPrimary: false, asConnectionString: true)).Refusal,
        ["add a certificate"] = async desks => (await desks.Certificates.AddAsync(Instance, "never", "x", isVerified: true, default)).Refusal,
        ["generate a code"] = async desks => (await desks.Certificates.GenerateCodeAsync(Instance, "never", default)).Refusal,
        ["verify a certificate"] = async desks => (await desks.Certificates.VerifyAsync(Instance, "never", "x", default)).Refusal,
        ["delete a certificate"] = desks => desks.Certificates.DeleteAsync(Instance, "never", default),
        ["link a hub"] = async desks => (await desks.Hubs.LinkAsync(Instance, new Secret(ConnectionString), 1, apply: true, default)).Refusal,
        ["change a link"] = desks => desks.Hubs.UpdateAsync(Instance, "hub-a.localhost", one => one with { AllocationWeight = 7 }, default),
        ["unlink a hub"] = desks => desks.Hubs.UnlinkAsync(Instance, "hub-a.localhost", default),
        ["set the network rules"] = desks => desks.Networks.SaveAsync(Instance, new NetworkRules { Access = PublicNetworkAccess.Disabled }, withRollback: false, default),
        ["switch local accounts off"] = desks => desks.Networks.SetLocalAuthAsync(Instance, isOff: true, default),
        ["approve a private endpoint"] = desks => desks.Networks.DecidePrivateEndpointAsync(Instance, "plant-a", PrivateEndpointStatus.Approved, "", default),
        ["remove a private endpoint"] = desks => desks.Networks.RemovePrivateEndpointAsync(Instance, "plant-a", default),
        ["keep the network rules"] = desks => Task.FromResult(desks.Networks.Confirm(Instance)),
        ["roll the network rules back"] = desks => desks.Networks.RollBackAsync(Instance),
    };

    public static TheoryData<string, PortalRole> Refused()
    {
        var rows = new TheoryData<string, PortalRole>();
        foreach (var write in Writes.Keys)
        {
            rows.Add(write, PortalRole.Reader);
            rows.Add(write, PortalRole.Contributor);
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Settings_are_for_administrators(string write, PortalRole role)
    {
        var refusal = await Writes[write](await DesksAsync(role));
        Assert.Equal(403, refusal?.HttpStatus);
        Assert.Contains(write.StartsWith("show", StringComparison.Ordinal) ? "listkeys" : "instance write", refusal!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_administrator_does_is_on_record_with_name_and_address()
    {
        var desks = await DesksAsync(PortalRole.Administrator);
        var log = portal.Server.Services.GetRequiredService<IAuditLog>();
        var newest = (await log.ListAsync(Instance, new AuditFilter { Limit = 1 }, default)).Select(record => record.Number).FirstOrDefault();
        Assert.Null(await desks.Instances.AddPolicyAsync(Instance, "audited", AccessRights.EnrollmentRead, default));
        Assert.NotNull((await desks.Instances.RevealAsync(Instance, "audited", isPrimary: true, asConnectionString: false)).Value);
        Assert.Null(await desks.Instances.RemovePolicyAsync(Instance, "audited", default));

        var entries = (await log.ListAsync(Instance, new AuditFilter { Entity = AuditEntity.Instance }, default))
            .Where(record => record.Number > newest && record.Entry.Changes.Any(change => change.Path.StartsWith("accessPolicies.audited", StringComparison.Ordinal)))
            .Select(record => record.Entry).ToList();
        Assert.Equal([AuditAction.Update, AuditAction.RevealKeys, AuditAction.Update], entries.Select(entry => entry.Action));
        Assert.All(entries, entry => Assert.Equal(
            (AuditCallerKind.Portal, desks.Access.Session!.UserName, desks.Access.Address?.ToString()),
            (entry.Caller.Kind, entry.Caller.Name, entry.Caller.Address)));
    }

    [Fact]
    public async Task A_reader_sees_everything_but_keys()
    {
        var desks = await DesksAsync(PortalRole.Reader);
        Assert.NotNull(desks.Instances.Find(Instance));

        // When keys were used is no key.
        var owner = desks.Instances.Find(Instance)!.AccessPolicies[0];
        portal.Server.Services.GetRequiredService<PolicyKeyUses>().Note(desks.Instances.Find(Instance)!, owner, isPrimary: true, System.Net.IPAddress.Parse("192.0.2.7"));
        Assert.Equal("192.0.2.7", desks.Instances.LastUse(Instance, owner, isPrimary: true)?.Address);
        Assert.NotEmpty(desks.Networks.PrivateEndpoints(Instance));
        Assert.NotEmpty(await desks.Hubs.ListAsync(Instance, default));
        var shown = Assert.IsType<HubProbe>(await desks.Hubs.ProbeAsync((await desks.Hubs.ListAsync(Instance, default))[0], null, default));
        Assert.Contains("instance write", shown.Detail, StringComparison.Ordinal);
        Assert.NotEmpty(await ActivatorUtilities.CreateInstance<Quotas.QuotaDesk>(portal.Server.Services, desks.Access).ListAsync(Instance, default));
    }

    [Fact]
    public async Task An_ended_session_sees_nothing()
    {
        var desks = await DesksAsync(PortalRole.Administrator);
        portal.Server.Services.GetRequiredService<PortalSessions>().Close(desks.Access.Session!.Id);
        Assert.Empty(desks.Instances.List());
        Assert.Empty(await desks.Hubs.ListAsync(Instance, default));
        Assert.Empty(await desks.Certificates.ListAsync(Instance, default));
        Assert.Equal(401, (await desks.Instances.RevealAsync(Instance, Owner, true, true)).Refusal!.HttpStatus);
    }

    private async Task<Desks> DesksAsync(PortalRole role)
    {
        var services = portal.Server.Services;
        var sessions = services.GetRequiredService<PortalSessions>();
        var session = sessions.Find(sessions.Open($"settings {role}", role))!;
        var identity = new ClaimsIdentity([new Claim(PortalAccess.SessionClaim, session.Id), new Claim(PortalAccess.AddressClaim, "127.0.0.1")], "test");
        var access = new PortalAccess(sessions, new FixedState(new ClaimsPrincipal(identity)), NullLogger<PortalAccess>.Instance);
        await access.OpenAsync();
        return new Desks(
            access,
            ActivatorUtilities.CreateInstance<InstanceDesk>(services, access),
            ActivatorUtilities.CreateInstance<CaDesk>(services, access),
            ActivatorUtilities.CreateInstance<HubDesk>(services, access),
            ActivatorUtilities.CreateInstance<NetworkDesk>(services, access));
    }

    private sealed record Desks(PortalAccess Access, InstanceDesk Instances, CaDesk Certificates, HubDesk Hubs, NetworkDesk Networks);

    private sealed class FixedState(ClaimsPrincipal user) : AuthenticationStateProvider
    {
        public override Task<AuthenticationState> GetAuthenticationStateAsync() => Task.FromResult(new AuthenticationState(user));
    }
}
