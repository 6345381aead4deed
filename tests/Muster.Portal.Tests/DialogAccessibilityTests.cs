using System.Text.Json;
using Microsoft.Playwright;

namespace Muster.Portal.Tests;

/// <summary>Dialogs and menus, opened, have no finding either (portal 10, checklist 45).</summary>
[Collection(PortalCollection.Name)]
public sealed class DialogAccessibilityTests(PortalFixture portal)
{
    private static readonly (string Path, string[] Buttons)[] Dialogs =
    [
        ("/users", ["Add user"]),
        ("/i/default/certificates", ["Add"]),
        ("/i/default/hubs", ["Add"]),
        ("/i/default/hubs", ["hub-a.localhost"]),
        ("/i/default/policies/provisioningserviceowner", ["Regenerate primary key"]),
        ("/i/default/policies/provisioningserviceowner", ["Delete"]),
        ("/i/default/enrollments/individual/OWN", ["Delete"]),
        ("/i/default/enrollments/individual/OWN", ["JSON"]),
        ("/i/default/enrollments/individual/OWN/credentials", ["Regenerate primary"]),
        ("/i/default/enrollments/groups/OWN?tab=Hubs", ["Link a new IoT hub"]),
        ("/i/default/enrollments/groups/OWN?tab=Records", ["Deprovision all..."]),
        ("/i/default/enrollments/groups/OWN?tab=Records", ["Deprovision all...", "Next"]),
        ("/i/default/quotas", ["Change limits"]),
        ("/", ["Help and keyboard"]),
    ];

    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 1280)]
    [InlineData(ColorScheme.Dark, 320)]
    public async Task No_dialog_has_an_accessibility_finding_or_overflows(ColorScheme theme, int width)
    {
        var own = $"dialog-{theme}-{width}".ToLowerInvariant();
        await portal.AddSymmetricAsync("individual", own);
        await portal.AddSymmetricAsync("groups", own);
        var axe = await PortalFixture.AxeAsync();
        var page = await portal.OpenAsync("/", theme: theme, width: width);
        var findings = new List<string>();
        foreach (var (path, buttons) in Dialogs)
        {
            await portal.GoAsync(page, path.Replace("OWN", own, StringComparison.Ordinal));
            await page.GetByRole(AriaRole.Heading, new() { Level = 1 }).WaitForAsync();
            foreach (var button in buttons)
            {
                var inside = page.GetByRole(AriaRole.Dialog);
                await (await inside.CountAsync() > 0 ? inside.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }) : page.Button(button).First).ClickAsync();
                await inside.WaitForAsync();
            }

            await page.EvaluateAsync(axe);
            var result = await page.EvaluateAsync<JsonElement>("async () => (await axe.run({ rules: { 'target-size': { enabled: true } } })).violations.map(v => v.id + ': ' + v.nodes.slice(0, 2).map(n => n.html.slice(0, 160)).join(' | '))");
            findings.AddRange(result.EnumerateArray().Select(finding => $"{path} {string.Join(" > ", buttons)} {finding.GetString()}"));
            var over = await page.EvaluateAsync<int>("() => Math.max(document.documentElement.scrollWidth - innerWidth, ...[...document.querySelectorAll('dialog[open]')].map(d => d.scrollWidth - d.clientWidth))");
            if (over > 0) findings.Add($"{path} {string.Join(" > ", buttons)} overflows by {over} px");
        }

        Assert.True(findings.Count == 0, string.Join('\n', findings));
    }
}
