using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Muster.Portal.Tests;

/// <summary>What a person does again and again, by role and accessible name.</summary>
internal static class PageSteps
{
    public static ILocator Button(this IPage page, string name) => page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public static ILocator Link(this IPage page, string name) => page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true });

    /// <summary>A choice of one; its name begins with this text, help follows.</summary>
    public static ILocator Radio(this IPage page, string name) => page.GetByRole(AriaRole.Radio, new() { Name = name }).First;

    public static ILocator Tab(this IPage page, string name) => page.GetByRole(AriaRole.Tab, new() { Name = name });

    /// <summary>Follows a link and waits for the page behind it: the old page stays, with fields of its own, until the server answers.</summary>
    public static async Task FollowAsync(this IPage page, string name)
    {
        await page.Locator("h1").EvaluateAsync("heading => heading.dataset.left = ''");
        await page.Link(name).First.ClickAsync();
        await page.Locator("h1:not([data-left])").WaitForAsync();
    }

    /// <summary>Chooses a file as soon as the page listens to the field, which is a moment after the field shows.</summary>
    public static async Task UploadAsync(this IPage page, string label, string name, byte[] content)
    {
        var input = page.GetByLabel(label).And(page.Locator("input[type=file]")).First;
        await page.WaitForFunctionAsync("input => input._blazorInputFileNextFileId !== undefined", await input.ElementHandleAsync());
        await input.SetInputFilesAsync(new FilePayload { Name = name, MimeType = "application/octet-stream", Buffer = content });
    }

    /// <summary>Waits until the address holds a text, by asking again: a change of the address between a look and a wait would be missed.</summary>
    public static Task AddressHasAsync(this IPage page, string text) =>
        Assertions.Expect(page).ToHaveURLAsync(new Regex(Regex.Escape(text), RegexOptions.None, TimeSpan.FromSeconds(10)));

    /// <summary>A message that shows now; the bell keeps the same text.</summary>
    public static ILocator Toast(this IPage page, string text) => page.Locator(".notices").GetByText(text);

    public static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    public static async Task<string> AddSymmetricAsync(this PortalFixture portal, string kind, string id, string instance = "default")
    {
        var key = NewKey();
        var page = await portal.OpenAsync($"/i/{instance}/enrollments/{kind}/new");
        await page.Radio("Symmetric key").CheckAsync();
        await page.GetByLabel("Generate symmetric keys automatically").UncheckAsync();
        await page.GetByLabel("Primary key", new() { Exact = true }).FillAsync(key);
        await page.GetByLabel("Secondary key", new() { Exact = true }).FillAsync(NewKey());
        await page.GetByLabel(kind == "groups" ? "Group name" : "Registration ID").FillAsync(id);
        await page.Button("Review + create").First.ClickAsync();
        await page.Button("Create").ClickAsync();
        await page.GetByText("Its devices can register now").WaitForAsync();
        await page.Context.CloseAsync();
        return key;
    }
}
