using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Muster.Core.Activity;
using Muster.Core.Store;

namespace Muster.Portal.Tests;

/// <summary>The pictures of docs/portal.md. Without a folder for them the pages are still opened, so that the script cannot rot.</summary>
[Collection(PortalCollection.Name)]
public sealed class ScreenshotTests(PortalFixture portal)
{
    private static readonly (string Name, string Path, ColorScheme Theme, int Width)[] Pictures =
    [
        ("overview-dark", "/i/default/overview", ColorScheme.Dark, 1280),
        ("overview-day", "/i/default/overview", ColorScheme.Light, 1280),
        ("enrollments", "/i/default/enrollments", ColorScheme.Light, 1280),
        ("individual-narrow", "/i/default/enrollments?tab=individual", ColorScheme.Dark, 360),
        ("add-group", "/i/default/enrollments/groups/new", ColorScheme.Light, 1280),
        ("details", "/i/default/enrollments/groups/picture-line", ColorScheme.Light, 1280),
        ("device-code", "/i/default/enrollments/groups/picture-line?tab=Code", ColorScheme.Light, 1280),
        ("registrations", "/i/default/registrations", ColorScheme.Light, 1280),
        ("refusals", "/i/default/refusals", ColorScheme.Light, 1280),
        ("hubs", "/i/default/hubs", ColorScheme.Light, 1280),
        ("networking", "/i/default/networking", ColorScheme.Light, 1280),
        ("quotas", "/i/default/quotas", ColorScheme.Light, 1280),
    ];

    [Fact]
    public async Task Every_picture_of_the_documentation_is_taken_from_a_page_that_opens()
    {
        var key = await portal.AddSymmetricAsync("groups", "picture-line");
        Assert.Equal(0, (await portal.RegisterAsync("line3-0042", key, isGroupKey: true)).Exit);
        Assert.NotEqual(0, (await portal.RegisterAsync("line3-0043", key)).Exit);
        foreach (var id in new[] { "press-1", "press-2", "valve-9" }) await portal.AddSymmetricAsync("individual", id);
        await AddDayAsync();
        foreach (var (name, path, theme, width) in Pictures)
        {
            var page = await portal.OpenAsync(path, theme: theme, width: width);
            await page.GetByRole(AriaRole.Heading, new() { Level = 1 }).WaitForAsync();
            if (path.EndsWith("/overview", StringComparison.Ordinal)) await page.GetByTestId("chart-hubs").Locator("svg text").First.WaitForAsync();
            if (name == "overview-day") await page.GetByTestId("charts-as").EvaluateAsync("button => scrollTo(0, button.getBoundingClientRect().top - 70)");
            await page.EvaluateAsync("() => document.fonts.ready.then(() => true)");
            if (Environment.GetEnvironmentVariable("MUSTER_SCREENSHOTS") is { Length: > 0 } folder)
                await page.ScreenshotAsync(new() { Path = Path.Combine(folder, name + ".png") });
            await page.Context.CloseAsync();
        }
    }

    /// <summary>A day of a plant: a shift in the morning and one in the evening, and some devices that nobody enrolled.</summary>
    private async Task AddDayAsync()
    {
        var hour = ActivityService.BucketLength * 12;
        var start = new DateTimeOffset(DateTimeOffset.UtcNow.Ticks / hour.Ticks * hour.Ticks, TimeSpan.Zero);
        var changes = new List<StoreChange>();
        for (var ago = 1; ago < 24; ago++)
        {
            var load = (ago % 12) switch { < 3 => 3, < 7 => 38 - (4 * Math.Abs(5 - (ago % 12))), _ => 12 - (ago % 12) };
            Add(ActivityOutcome.Assigned, "hub-a.localhost", 0, load);
            Add(ActivityOutcome.Assigned, "hub-b.localhost", 0, load * 2 / 3);
            Add(ActivityOutcome.Failed, "", 401002, load / 9);
            Add(ActivityOutcome.Failed, "", 404201, load / 20);
            Add(ActivityOutcome.Failed, "", 400207, ago == 9 ? 6 : 0);
            Add(ActivityOutcome.Disabled, "", 0, load / 16);

            void Add(ActivityOutcome outcome, string hub, int code, int count)
            {
                if (count > 0) changes.Add(new AddActivity(new ActivityCount("default", start - (ago * hour), outcome, hub, code, count)));
            }
        }

        Assert.Equal(CommitOutcome.Committed, await portal.Server.Services.GetRequiredService<IProvisioningStore>().CommitAsync(changes, default));
    }
}
