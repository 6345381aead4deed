using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using Muster.Composition;
using Muster.Configuration;
using Muster.Core.Audit;
using Muster.Core.Enrollments;
using Muster.Core.Instances;
using Muster.Core.Store;
using static Microsoft.Playwright.Assertions;

namespace Muster.Portal.Tests;

/// <summary>Refusals and faults are told with code, tracking ID, time and explanation, and the log has the same ID (portal 5 rule 9).</summary>
[Collection(PortalCollection.Name)]
public sealed class FailureTests(PortalFixture portal)
{
    private static readonly EnrollmentDefinition Symmetric = new() { Attestation = new AttestationDefinition { Type = Core.Attestation.AttestationType.SymmetricKey } };

    [Fact]
    public async Task Rule_9_A_refusal_below_a_form_unfolds_its_details_and_is_found_in_the_log()
    {
        using var log = new LogLines();
        portal.Server.Services.GetRequiredService<ILoggerFactory>().AddProvider(log);
        var page = await portal.OpenAsync("/i/default/enrollments/individual/new");
        await page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await page.Radio("Symmetric key").CheckAsync();
        await page.GetByLabel("Registration ID").FillAsync("refused-device");
        await page.Button("Review + create").First.ClickAsync();
        await page.Button("Create").WaitForAsync();

        // Somebody else was faster.
        var services = portal.Server.Services;
        var instance = services.GetRequiredService<InstanceDirectory>().FindByName("default")!;
        Assert.Null((await services.GetRequiredService<EnrollmentService>().PutAsync(
            AuditCaller.Process, instance, EnrollmentKind.Individual, "refused-device", Symmetric with { Id = "refused-device" }, Core.Concurrency.ETagCondition.None, default)).Refusal);
        await page.Button("Create").ClickAsync();

        var summary = page.Locator("#error-summary");
        await Expect(summary).ToContainTextAsync("Another enrollment has this name; case is ignored.");
        var details = summary.Locator("details");
        await Expect(details.GetByText("409 Conflict")).ToBeHiddenAsync();
        await details.Locator("summary").ClickAsync();
        foreach (var text in new[] { "409 Conflict", "409201", "Enrollment already exists.", ErrorWordsOf(409201) }) await Expect(details).ToContainTextAsync(text);
        await details.GetByRole(AriaRole.Button, new() { Name = "Copy details" }).ClickAsync();
        await Expect(page.Toast("Copied: details of the error.")).ToBeVisibleAsync();
        var copied = await page.EvaluateAsync<string>("() => navigator.clipboard.readText()");
        var tracking = copied.Split('\n').Single(line => line.StartsWith("trackingId: ", StringComparison.Ordinal))[12..].Trim();
        await Expect(details).ToContainTextAsync(tracking);
        Assert.Contains(log.All, line => line.Contains(tracking, StringComparison.Ordinal) && line.Contains("409201", StringComparison.Ordinal) && line.Contains("first administrator", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Rules_6_and_9_A_refusal_in_a_message_unfolds_and_the_bell_keeps_it_over_a_reload()
    {
        var page = await portal.OpenAsAsync(portal.Server, "bell-person", "/users");
        await portal.AddSymmetricAsync("individual", "bell-device");
        await page.GotoAsync(portal.Base + "/i/default/enrollments/individual/bell-device/credentials");
        await page.Button("Show").First.WaitForAsync();
        var services = portal.Server.Services;
        Assert.Null(await services.GetRequiredService<EnrollmentService>().DeleteAsync(
            AuditCaller.Process, services.GetRequiredService<InstanceDirectory>().FindByName("default")!, EnrollmentKind.Individual, "bell-device", Core.Concurrency.ETagCondition.Any, default));
        await page.Button("Show").First.ClickAsync();
        var toast = page.Locator(".notices details");
        await toast.Locator("summary").ClickAsync();
        await Expect(toast).ToContainTextAsync("404 Not Found");
        var tracking = await toast.Locator("code").Nth(1).InnerTextAsync();

        await page.ReloadAsync();
        await page.Locator("body[data-ready=true]").WaitForAsync();
        await page.GetByLabel("Notifications, new ones").ClickAsync();
        var bell = page.Locator(".bell");
        await bell.Locator("summary").First.ClickAsync();
        await Expect(bell).ToContainTextAsync(tracking);
        await Expect(page.GetByLabel("Notifications", new() { Exact = true })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Rule_9_A_fault_of_a_page_shows_no_raw_text_but_an_ID_that_the_log_has_and_a_way_on()
    {
        var folder = Directory.CreateTempSubdirectory("muster-fault-").FullName;
        var options = new MusterOptions { DataFolder = folder, HttpsPort = 0, MqttPort = 0, AmqpPort = 0, PortalPort = 0, CrlPort = 0 };
        var parts = new BreakableParts();
        using var log = new LogLines();
        await using (var server = await MusterServer.StartAsync(options, parts, TimeProvider.System, TextWriter.Null, CancellationToken.None))
        {
            server.Services.GetRequiredService<ILoggerFactory>().AddProvider(log);
            BreakableSearch.IsBroken = true;
            var page = await portal.OpenAsAsync(server, "fault-person", "/i/default/registrations");
            var panel = page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "This page met a fault of its own." });
            await panel.Locator("summary").ClickAsync();
            foreach (var text in new[] { "500 Internal Server Error", "500001", "An internal error occurred.", ErrorWordsOf(500001) }) await Expect(panel).ToContainTextAsync(text);
            var tracking = await panel.Locator("code").Nth(1).InnerTextAsync();
            Assert.Contains(log.All, line => line.Contains(tracking, StringComparison.Ordinal) && line.Contains(BreakableSearch.Cause, StringComparison.Ordinal));
            Assert.DoesNotContain(BreakableSearch.Cause, await page.ContentAsync(), StringComparison.Ordinal);
            Assert.DoesNotContain("InvalidOperation", await page.ContentAsync(), StringComparison.Ordinal);
            await Expect(panel.GetByRole(AriaRole.Link, new() { Name = "All resources" })).ToHaveAttributeAsync("href", "./");

            BreakableSearch.IsBroken = false;
            await page.Button("Try again").ClickAsync();
            await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No device has registered yet" })).ToBeVisibleAsync();
            await page.Context.CloseAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Rule_9_A_fault_that_ends_the_connection_is_told_as_any_other(bool isDialogOpen)
    {
        using var log = new LogLines();
        portal.Server.Services.GetRequiredService<ILoggerFactory>().AddProvider(log);
        var page = await portal.OpenAsync("/i/default/hubs");
        await page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await page.Button("Add").WaitForAsync();
        await page.EvaluateAsync("() => { window.muster.theme = window.muster.open = () => { throw new Error('torn off'); }; }");
        if (isDialogOpen) await page.EvaluateAsync("() => { const dialog = document.createElement('dialog'); dialog.append('Typed text'); document.body.append(dialog); dialog.showModal(); }");
        await page.GetByLabel("Switch between light and dark").DispatchEventAsync("click");

        var panel = page.Locator("#blazor-error-ui");
        await Expect(panel).ToContainTextAsync("This page met a fault of its own and has stopped.");
        await Expect(panel).ToContainTextAsync("What you did last may not have been saved.");
        await panel.Locator("summary").ClickAsync();
        foreach (var text in new[] { "500 Internal Server Error", "500001", "An internal error occurred.", ErrorWordsOf(500001) }) await Expect(panel).ToContainTextAsync(text);
        var tracking = await panel.Locator("#circuit-id").InnerTextAsync();
        Assert.Contains(log.All, line => line.Contains(tracking, StringComparison.Ordinal) && line.Contains("torn off", StringComparison.Ordinal));
        Assert.InRange(DateTimeOffset.Parse(await panel.Locator("#fault-time").InnerTextAsync(), System.Globalization.CultureInfo.InvariantCulture), DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(1));
        await panel.GetByRole(AriaRole.Button, new() { Name = "Copy details" }).ClickAsync();
        await Expect(panel.GetByRole(AriaRole.Button, new() { Name = "Copied" })).ToBeVisibleAsync();
        var copied = await page.EvaluateAsync<string>("() => navigator.clipboard.readText()");
        foreach (var text in new[] { "errorCode: 500001", $"trackingId: {tracking}", "timestampUtc: 20", ErrorWordsOf(500001) }) Assert.Contains(text, copied, StringComparison.Ordinal);

        // The way on leads to the same page, not to the first one.
        await panel.GetByRole(AriaRole.Button, new() { Name = "Reload this page" }).ClickAsync();
        await Expect(panel).ToBeHiddenAsync();
        await page.Locator("body[data-ready=true]").WaitForAsync();
        Assert.EndsWith("/i/default/hubs", page.Url, StringComparison.Ordinal);
    }

    private static string ErrorWordsOf(int code) => Frame.ErrorWords.Explain(code);

    /// <summary>The product, with a search that can be broken.</summary>
    private sealed class BreakableParts : IServerParts
    {
        private readonly ProvisioningParts _parts = new();

        public async Task ConfigureServicesAsync(IServiceCollection services, ServerContext context, CancellationToken cancellationToken)
        {
            await _parts.ConfigureServicesAsync(services, context, cancellationToken);
            var real = services.Last(service => service.ServiceType == typeof(IProvisioningSearch)).ImplementationFactory!;
            services.AddSingleton(provider => BreakableSearch.Around((IProvisioningSearch)real(provider)));
        }

        public ValueTask<ServedInstance?> OpenAsync(IServiceProvider services, CancellationToken cancellationToken) => _parts.OpenAsync(services, cancellationToken);

        public void UseMqtt(IConnectionBuilder listener, Action useTls) => _parts.UseMqtt(listener, useTls);

        public void UseHttps(IApplicationBuilder door) => _parts.UseHttps(door);

        public void MapHttps(IEndpointRouteBuilder endpoints) => _parts.MapHttps(endpoints);
    }
}
