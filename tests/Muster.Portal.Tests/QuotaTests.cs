using System.Collections.Frozen;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Muster.Composition;
using Muster.Configuration;
using Muster.Core.Attestation;
using Muster.Core.Audit;
using Muster.Core.Concurrency;
using Muster.Core.Enrollments;
using Muster.Core.Instances;
using Muster.Core.Quotas;
using static Microsoft.Playwright.Assertions;

namespace Muster.Portal.Tests;

/// <summary>Quotas + usage: warnings by how near a limit is, and limits that the configuration sets (portal P16).</summary>
[Collection(PortalCollection.Name)]
public sealed class QuotaTests(PortalFixture portal)
{
    [Fact]
    public async Task P16_People_are_warned_at_80_90_and_95_percent_and_at_the_limit()
    {
        var services = portal.Server.Services;
        var instances = services.GetRequiredService<InstanceService>();
        Assert.Null((await instances.CreateAsync(AuditCaller.Process, new InstanceDefinition { Name = "warn-dps" }, default)).Refusal);
        var instance = services.GetRequiredService<InstanceDirectory>().FindByName("warn-dps")!;
        var symmetric = new EnrollmentDefinition { Attestation = new() { Type = AttestationType.SymmetricKey } };
        for (var i = 0; i < 19; i++)
            Assert.Null((await services.GetRequiredService<EnrollmentService>().PutAsync(instance, EnrollmentKind.Individual, $"warn-{i}", symmetric, ETagCondition.None, default)).Refusal);

        var page = await portal.OpenAsync("/i/warn-dps/quotas");
        foreach (var (limit, told, mark) in new (int Limit, string? Told, string Mark)[]
        {
            (24, null, "warn"), (23, "82 %", "warn"), (21, "90 %", "bad"), (20, "95 %", "bad"), (19, "reached", "bad"),
        })
        {
            Assert.Null(await instances.SetQuotasAsync(AuditCaller.Process, "warn-dps", new InstanceQuotas { IndividualEnrollments = limit }, ifQuotas: null, default));
            await page.Button("Refresh").ClickAsync();
            await Expect(page.GetByTestId("quota").Filter(new() { HasText = "Individual enrollments" })).ToContainTextAsync($"19 of {limit}");
            var notices = page.Locator(".callout").Filter(new() { HasText = "Individual enrollments:" });
            await Expect(notices).ToHaveCountAsync(told is null ? 0 : 1);
            if (told is null) continue;
            await Expect(notices).ToContainTextAsync(told == "reached" ? "the limit is reached, no more can be created." : $"{told} of the limit is used.");
            await Expect(page.Locator($".quota .tag.{mark}")).ToContainTextAsync(told == "reached" ? "Limit reached" : told);
        }
    }

    [Fact]
    public async Task P16_Limits_of_the_configuration_are_shown_and_not_changed_here()
    {
        var folder = Directory.CreateTempSubdirectory("muster-quotas-").FullName;
        var options = new MusterOptions
        {
            DataFolder = folder,
            HttpsPort = 0,
            MqttPort = 0,
            AmqpPort = 0,
            PortalPort = 0,
            CrlPort = 0,
            Quotas = new Dictionary<string, InstanceQuotas>(StringComparer.OrdinalIgnoreCase) { ["default"] = new() { X509Groups = 7 } }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase),
        };
        await using (var server = await MusterServer.StartAsync(options, new ProvisioningParts(), TimeProvider.System, TextWriter.Null, CancellationToken.None))
        {
            var page = await portal.OpenAsAsync(server, "quota-person", "/i/default/quotas");
            await Expect(page.GetByTestId("quota").Filter(new() { HasText = "Enrollment groups, X.509" })).ToContainTextAsync("0 of 7");
            const string Why = "The server's configuration sets these limits under the key";
            var told = (await page.Locator(".callout").Filter(new() { HasText = Why }).InnerTextAsync()).Trim();
            await Expect(page.Button("Change limits")).ToBeDisabledAsync();
            await Expect(page.Button("Change limits")).ToHaveAccessibleDescriptionAsync(told);
            await page.Button("Change limits").ClickAsync(new() { Force = true });
            await Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
            Assert.Equal(409, (await server.Services.GetRequiredService<QuotaService>().SetAsync(AuditCaller.Process, "default", ifQuotas: null, InstanceQuotas.Unlimited, default))!.HttpStatus);
            await page.Context.CloseAsync();
        }

        Directory.Delete(folder, recursive: true);
    }
}
