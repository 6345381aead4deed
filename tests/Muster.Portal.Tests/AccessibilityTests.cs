using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace Muster.Portal.Tests;

/// <summary>Checklist 45. 1280 px at 200 % zoom are 640 CSS px.</summary>
[Collection(PortalCollection.Name)]
public sealed class AccessibilityTests(PortalFixture portal)
{
    private static readonly string[] Paths =
    [
        "/", "/create", "/users", "/i/default/overview", "/i/default/overview?charts=tables", "/i/default/quickstart", "/i/default/enrollments", "/i/default/enrollments?tab=individual",
        "/i/default/enrollments/groups/new", "/i/default/enrollments/individual/new", "/i/default/enrollments/individual/OWN",
        "/i/default/enrollments/individual/OWN?tab=Hubs", "/i/default/enrollments/individual/OWN?tab=Device",
        "/i/default/enrollments/individual/OWN?tab=Records", "/i/default/enrollments/individual/OWN?tab=Attempts",
        "/i/default/enrollments/individual/OWN?tab=Code", "/i/default/enrollments/individual/OWN/credentials",
        "/i/default/certificates", "/i/default/hubs", "/i/default/allocation", "/i/default/policies", "/i/default/policies/provisioningserviceowner", "/i/default/networking", "/i/default/networking?tab=private",
        "/i/default/registrations", "/i/default/registrations/OWN", "/i/default/find?id=OWN", "/i/default/enrollments/groups/OWN", "/i/default/enrollments/groups/OWN/credentials",
        "/i/default/refusals", "/i/default/quotas",
        "/i/default/properties", "/i/default/enrollments/individual/OWN?tab=History", "/walkthroughs", "/walkthroughs/x509-group", "/walkthroughs/networking",
        "/i/default/jobs", "/i/default/jobs/JOB", "/i/default/enrollments/individual/nobody", "/i/default/enrollments/individual/nobody/credentials",
    ];

    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 1280)]
    [InlineData(ColorScheme.Light, 320)]
    [InlineData(ColorScheme.Dark, 640)]
    public async Task No_page_has_an_accessibility_finding_or_overflows(ColorScheme theme, int width)
    {
        var key = await portal.AddSymmetricAsync("individual", $"axe-{theme}-{width}".ToLowerInvariant());
        await portal.RegisterAsync($"axe-{theme}-{width}".ToLowerInvariant(), key);
        await portal.AddSymmetricAsync("groups", $"axe-{theme}-{width}".ToLowerInvariant());
        var access = await portal.AccessAsync(SignIn.PortalRole.Administrator);
        var board = portal.Server.Services.GetRequiredService<Jobs.JobBoard>();
        var job = JobBoardTests.Start(
            board, new Jobs.JobActor(access.SessionId!, "axe", access.Address), JobBoardTests.Plan(["refused"], _ => Task.FromResult<Core.Errors.Refusal?>(Core.Errors.Refusals.ETagMismatch)));
        var axe = await PortalFixture.AxeAsync();
        var page = await portal.OpenAsync("/", theme: theme, width: width);
        var findings = new List<string>();
        foreach (var pattern in Paths)
        {
            var path = pattern.Replace("OWN", $"axe-{theme}-{width}".ToLowerInvariant(), StringComparison.Ordinal).Replace("JOB", job, StringComparison.Ordinal);
            await portal.GoAsync(page, path);
            await page.GetByRole(AriaRole.Heading, new() { Level = 1 }).WaitForAsync();

            await page.EvaluateAsync("() => document.querySelectorAll('details.failure').forEach(details => { details.open = true; })");

            // The page's policy forbids inline script; the test brings its rules in by the debugger.
            await page.EvaluateAsync(axe);
            var result = await page.EvaluateAsync<JsonElement>("async () => (await axe.run({ rules: { 'target-size': { enabled: true } } })).violations.map(v => v.id + ': ' + v.nodes.slice(0, 2).map(n => n.html.slice(0, 160)).join(' | '))");
            findings.AddRange(result.EnumerateArray().Select(finding => $"{path} {finding.GetString()}"));
            var over = await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - innerWidth");
            if (over > 0) findings.Add($"{path} overflows by {over} px");
        }

        Assert.True(findings.Count == 0, string.Join('\n', findings));
    }
}
