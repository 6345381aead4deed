using Microsoft.Playwright;

namespace Muster.Portal.Tests;

/// <summary>The pictures of docs/portal.md. Without a folder for them the pages are still opened, so that the script cannot rot.</summary>
[Collection(PortalCollection.Name)]
public sealed class ScreenshotTests(PortalFixture portal)
{
    private static readonly (string Name, string Path, ColorScheme Theme, int Width)[] Pictures =
    [
        ("overview-dark", "/i/default/overview", ColorScheme.Dark, 1280),
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
        foreach (var (name, path, theme, width) in Pictures)
        {
            var page = await portal.OpenAsync(path, theme: theme, width: width);
            await page.GetByRole(AriaRole.Heading, new() { Level = 1 }).WaitForAsync();
            await page.EvaluateAsync("() => document.fonts.ready.then(() => true)");
            if (Environment.GetEnvironmentVariable("MUSTER_SCREENSHOTS") is { Length: > 0 } folder)
                await page.ScreenshotAsync(new() { Path = Path.Combine(folder, name + ".png") });
            await page.Context.CloseAsync();
        }
    }
}
