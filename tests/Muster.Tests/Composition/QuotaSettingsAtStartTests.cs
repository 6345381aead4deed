using System.Collections.Frozen;
using Microsoft.Extensions.DependencyInjection;
using Muster.Composition;
using Muster.Core.Audit;
using Muster.Core.Instances;
using Muster.Core.Quotas;

namespace Muster.Tests.Composition;

/// <summary>Quotas of the configuration are those of the instances from the start on.</summary>
public sealed class QuotaSettingsAtStartTests
{
    [Fact]
    public async Task Configured_quotas_are_stored_and_on_record_and_stay_where_none_are_configured()
    {
        using var folder = new TemporaryFolder();
        await using (var first = await StartAsync(folder.Path, []))
        {
            Assert.Null(first.Services.GetRequiredService<InstanceDirectory>().FindByName("default")!.Quotas);
            var plant = new InstanceDefinition { Name = "plant-2" };
            Assert.NotNull((await first.Services.GetRequiredService<InstanceService>().CreateAsync(AuditCaller.Process, plant, default)).Value);
        }

        var limited = new InstanceQuotas { X509Groups = 3 };
        await using (var second = await StartAsync(folder.Path, [("default", InstanceQuotas.Azure), ("PLANT-2", limited), ("nobody", limited)]))
        {
            var instances = second.Services.GetRequiredService<InstanceDirectory>();
            Assert.Equal(InstanceQuotas.Azure, instances.FindByName("default")!.Quotas);
            Assert.Equal(limited, instances.FindByName("plant-2")!.Quotas);
            Assert.Equal(2, instances.Instances.Count);
            var log = second.Services.GetRequiredService<IAuditLog>();
            var entry = (await log.ListAsync("plant-2", new AuditFilter { Limit = 1 }, default))[0].Entry;
            Assert.Equal(AuditCaller.Process, entry.Caller);
            Assert.Equal(new AuditChange("quotas.x509Groups", Old: null, New: "3"), Assert.Single(entry.Changes));
        }

        await using var third = await StartAsync(folder.Path, [("default", InstanceQuotas.Unlimited)]);
        Assert.Null(third.Services.GetRequiredService<InstanceDirectory>().FindByName("default")!.Quotas);
        Assert.Equal(limited, third.Services.GetRequiredService<InstanceDirectory>().FindByName("plant-2")!.Quotas);

        // Where the configuration decides nobody else does; where it does not, a change made here stays.
        var service = third.Services.GetRequiredService<QuotaService>();
        Assert.Equal(409000, (await service.SetAsync(AuditCaller.Process, "default", ifQuotas: null, limited, default))?.Code);
        Assert.Equal(412001, (await service.SetAsync(AuditCaller.Process, "plant-2", InstanceQuotas.Unlimited, InstanceQuotas.Azure, default))?.Code);
        Assert.Null(await service.SetAsync(AuditCaller.Process, "plant-2", limited, InstanceQuotas.Azure, default));
        Assert.Equal(InstanceQuotas.Azure, third.Services.GetRequiredService<InstanceDirectory>().FindByName("plant-2")!.Quotas);
    }

    private static Task<MusterServer> StartAsync(string folder, (string Instance, InstanceQuotas Quotas)[] quotas) => MusterServer.StartAsync(
        RunningServer.Options(folder) with
        {
            Quotas = quotas.ToFrozenDictionary(one => one.Instance, one => one.Quotas, StringComparer.OrdinalIgnoreCase),
        },
        new ProvisioningParts(), TimeProvider.System, TextWriter.Null, default);
}
