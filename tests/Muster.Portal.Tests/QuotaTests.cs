using System.Collections.Frozen;
using System.Net;
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
using Muster.Core.Registration;
using Muster.Core.Store;
using static Microsoft.Playwright.Assertions;

namespace Muster.Portal.Tests;

/// <summary>Quotas + usage: warnings by how near a limit is, and limits that the configuration sets (portal P16).</summary>
[Collection(PortalCollection.Name)]
public sealed class QuotaTests(PortalFixture portal)
{
    [Fact]
    public async Task R23_T20_Quotas_show_the_limits_that_the_service_has()
    {
        var page = await portal.OpenServiceAsync("quota-dps", "/quotas");
        await Expect(page.GetByText("no limit").First).ToBeVisibleAsync();
        var instances = portal.Server.Services.GetRequiredService<InstanceService>();
        Assert.Null(await instances.SetQuotasAsync(AuditCaller.Process, "quota-dps", InstanceQuotas.Azure, ifQuotas: null, default));
        await page.Button("Refresh").ClickAsync();
        await Expect(page.GetByText("of 1,000,000").First).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Progressbar, new() { Name = "Registrations", Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByText("1,000 in a minute").First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task P16_Limits_are_changed_warned_about_and_never_overwritten_unseen()
    {
        var page = await portal.OpenServiceAsync("limit-dps", "/quotas");
        var service = portal.Server.Services.GetRequiredService<QuotaService>();
        var instances = portal.Server.Services.GetRequiredService<InstanceDirectory>();
        InstanceQuotas Now() => instances.FindByName("limit-dps")!.Quotas ?? InstanceQuotas.Unlimited;
        await page.Button("Change limits").ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Registrations", new() { Exact = true }).FillAsync("many");
        await dialog.GetByLabel("Linked hubs").FillAsync("0");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await Expect(dialog.GetByText("2 things need your attention")).ToBeVisibleAsync();
        Assert.Equal(InstanceQuotas.Unlimited, Now());

        // Somebody else saves first: the form tells, and overwrites only when told to.
        Assert.Null(await service.SetAsync(AuditCaller.Process, "limit-dps", ifQuotas: null, new InstanceQuotas { CaCertificates = 7 }, default));
        await dialog.GetByLabel("Registrations", new() { Exact = true }).FillAsync("1,000");
        await dialog.GetByLabel("Linked hubs").FillAsync("");
        await dialog.GetByLabel("Service API operations in a minute").FillAsync("60");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await Expect(dialog.GetByText("CA certificates: it was no limit when you opened this form, now it is 7.")).ToBeVisibleAsync();
        Assert.Equal(7, Now().CaCertificates);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Overwrite with mine" }).ClickAsync();
        await Expect(page.Toast("The limits are saved")).ToBeVisibleAsync();
        Assert.Equal(new InstanceQuotas { Registrations = 1000, ServiceOperations = new RateLimit(60, TimeSpan.FromMinutes(1)) }, Now());
        var audit = await portal.Server.Services.GetRequiredService<IAuditLog>().ListAsync("limit-dps", new AuditFilter { Limit = 1 }, default);
        Assert.Equal(AuditCallerKind.Portal, audit[0].Entry.Caller.Kind);
        Assert.Equal(
            ["quotas.caCertificates: 7 -> ", "quotas.registrations:  -> 1000", "quotas.serviceOperations:  -> 60 in 60 s"],
            audit[0].Entry.Changes.Where(change => change.Path.StartsWith("quotas.", StringComparison.Ordinal))
                .Select(change => $"{change.Path}: {change.Old} -> {change.New}").Order(StringComparer.Ordinal));
        await Expect(page.GetByText("of 1,000", new() { Exact = false }).First).ToBeVisibleAsync();
        await Expect(page.GetByTestId("forecast").First).ToHaveTextAsync("None was created in the last 7 days: there is no date to tell.");

        // Fifteen of sixteen is more than 90 %.
        Assert.Null(await service.SetAsync(AuditCaller.Process, "limit-dps", ifQuotas: null, new InstanceQuotas { Registrations = 16 }, default));
        var store = portal.Server.Services.GetRequiredService<IProvisioningStore>();
        for (var number = 0; number < 15; number++)
            Assert.Equal(CommitOutcome.Committed, await store.CommitAsync([new PutRegistration(Record(number), null)], default));
        await page.Button("Refresh").ClickAsync();
        await Expect(page.GetByText("Registrations: 93 % of the limit is used.")).ToBeVisibleAsync();
        await Expect(page.GetByTestId("forecast").First).ToContainTextAsync("at 15 a day over the last day");
        await Expect(page.Link("of which orphaned 15")).ToHaveAttributeAsync("href", "i/limit-dps/registrations?orphaned=true");
        await portal.GoAsync(page, "/i/limit-dps/overview");
        await Expect(page.GetByText("Registrations: 93 % of the limit is used.")).ToBeVisibleAsync();

        static RegistrationRecord Record(int number) => new()
        {
            InstanceName = "limit-dps",
            RegistrationId = $"device-{number}",
            EnrollmentKind = EnrollmentKind.Individual,
            EnrollmentId = "gone",
            AttestationType = AttestationType.SymmetricKey,
            Status = RegistrationStatus.Assigned,
            CreatedUtc = DateTimeOffset.UtcNow,
            FirstRegisteredUtc = DateTimeOffset.UtcNow,
            LastUpdatedUtc = DateTimeOffset.UtcNow,
            ETag = "\"1\"",
        };
    }

    [Fact]
    public async Task P16_The_forecast_tells_a_date_for_registrations_and_every_kind_of_enrollment()
    {
        const string Service = "forecast-dps";
        await portal.AddServiceAsync(Service);
        var quotas = new InstanceQuotas { Registrations = 10, IndividualEnrollments = 2, X509Groups = 100 };
        Assert.Null(await portal.Server.Services.GetRequiredService<QuotaService>().SetAsync(AuditCaller.Process, Service, ifQuotas: null, quotas, default));
        await portal.AddSymmetricAsync("individual", "forecast-device", Service);
        await portal.AddSymmetricAsync("groups", "forecast-line", Service);
        var page = await portal.OpenAsync($"/i/{Service}/quotas");
        var forecasts = page.GetByTestId("forecast");
        await Expect(forecasts.Nth(0)).ToHaveTextAsync("None was created in the last 7 days: there is no date to tell.");
        await Expect(forecasts.Nth(1)).ToContainTextAsync("at 1 a day over the last day");
        await Expect(forecasts.Nth(1).Locator("time")).ToBeVisibleAsync();
        await Expect(forecasts.Nth(2)).ToHaveTextAsync("None was created in the last 7 days: there is no date to tell.");
        await Expect(forecasts.Nth(3)).ToHaveTextAsync("No limit: there is nothing to run out of.");
    }

    [Fact]
    public async Task P16_The_last_minute_counts_calls_of_the_service_API()
    {
        var page = await portal.OpenServiceAsync("minute-dps", "/quotas");
        var rate = page.GetByTestId("rate").Filter(new() { HasText = "Service API operations" });
        await Expect(rate).ToContainTextAsync("0 no limit");
        var policy = portal.Server.Services.GetRequiredService<InstanceDirectory>().FindByName("minute-dps")!.AccessPolicies[0];
        Assert.Equal(HttpStatusCode.NotFound, await portal.CallServiceAsync(policy.ConnectionString("minute-dps.localhost"), HttpMethod.Get));
        await page.Button("Refresh").ClickAsync();
        await Expect(rate).ToContainTextAsync("1 no limit");
    }

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
