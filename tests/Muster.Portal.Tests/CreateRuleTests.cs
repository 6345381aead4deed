using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Muster.Core.Enrollments;
using Muster.Core.Store;
using static Microsoft.Playwright.Assertions;

namespace Muster.Portal.Tests;

/// <summary>What a new enrollment may be, and what the form says when it may not (portal 12, rows 10 to 21).</summary>
[Collection(PortalCollection.Name)]
public sealed class CreateRuleTests(PortalFixture portal)
{
    private IProvisioningStore Store => portal.Server.Services.GetRequiredService<IProvisioningStore>();

    [Theory]
    [InlineData(15, false)]
    [InlineData(16, true)]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public async Task Checklist_15_Own_keys_have_16_to_64_bytes(int bytes, bool isAccepted)
    {
        var id = $"c15-{bytes}";
        var page = await portal.OpenAsync("/i/default/enrollments/individual/new");
        await page.Radio("Symmetric key").CheckAsync();
        await page.GetByLabel("Generate symmetric keys automatically").UncheckAsync();
        await page.GetByLabel("Primary key", new() { Exact = true }).FillAsync(Convert.ToBase64String(new byte[bytes]));
        await page.GetByLabel("Secondary key", new() { Exact = true }).FillAsync(PageSteps.NewKey());
        await page.GetByLabel("Registration ID").FillAsync(id);
        await page.Button("Review + create").First.ClickAsync();
        if (isAccepted) await page.Button("Create").ClickAsync();
        if (isAccepted) await Expect(page.GetByText("Its devices can register now")).ToBeVisibleAsync();
        else await Expect(page.Locator("[id='attestation.symmetricKey.primaryKey-error']")).ToContainTextAsync("Base64 of 16 to 64 bytes");
        Assert.Equal(isAccepted, await Store.FindEnrollmentAsync("default", EnrollmentKind.Individual, id, default) is not null);
    }

    [Fact]
    public async Task Checklist_16_A_group_s_name_of_129_characters_is_refused_and_not_cut()
    {
        var page = await portal.OpenAsync("/i/default/enrollments/groups/new");
        await page.GetByLabel("Group name").FillAsync(new string('a', 129));
        await page.GetByLabel("Group name").BlurAsync();
        await Expect(page.GetByText("129/128")).ToBeVisibleAsync();
        await Expect(page.Locator("#enrollmentGroupId-error")).ToContainTextAsync("1 to 128 characters");
    }

    [Theory]
    [InlineData("has space", "1 to 128 characters")]
    [InlineData("a2345678901234567890123456789012345678901234567890123456789012345", "X.509 allows 64")]
    public async Task Checklist_17_A_common_name_that_is_no_registration_ID_is_refused_with_the_reason(string name, string reason)
    {
        using var certificate = TestCertificates.Issue($"CN={name}");
        var page = await portal.OpenAsync("/i/default/enrollments/individual/new");
        await page.GetByLabel("X.509 client certificates").CheckAsync();
        await page.UploadAsync("Primary certificate", "device.pem", Encoding.ASCII.GetBytes(certificate.ExportCertificatePem()));
        await Expect(page.GetByLabel("Registration ID")).ToHaveValueAsync(name);
        await Expect(page.GetByLabel("Registration ID")).Not.ToBeEditableAsync();
        await page.Button("Review + create").First.ClickAsync();
        await Expect(page.Locator("#registrationId-error")).ToContainTextAsync(reason);
        Assert.Null(await Store.FindEnrollmentAsync("default", EnrollmentKind.Individual, name, default));
    }

    [Fact]
    public async Task Checklist_21_Static_with_two_hubs_is_not_saved_until_one_is_chosen()
    {
        var page = await portal.OpenAsync("/i/default/enrollments/individual/new");
        await page.Radio("Symmetric key").CheckAsync();
        await page.GetByLabel("Registration ID").FillAsync("c21-device");
        await page.Tab("IoT hubs").ClickAsync();
        await page.Radio("Static configuration").CheckAsync();
        await page.Button("Review + create").First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "needs exactly one hub" })).ToBeFocusedAsync();
        await page.GetByRole(AriaRole.Radio, new() { Name = "hub-b.localhost" }).CheckAsync();
        await page.Button("Review + create").First.ClickAsync();
        await page.Button("Create").ClickAsync();
        await Expect(page.GetByText("Its devices can register now")).ToBeVisibleAsync();
        var stored = (await Store.FindEnrollmentAsync("default", EnrollmentKind.Individual, "c21-device", default))!;
        Assert.Equal(["hub-b.localhost"], stored.IotHubs!);
    }

    [Fact]
    public async Task Checklist_10_The_command_of_the_review_creates_the_same_group()
    {
        const string Id = "c10-group";
        var page = await portal.OpenAsync("/i/default/enrollments/groups/new");
        await page.Radio("Symmetric key").CheckAsync();
        await page.GetByLabel("Group name").FillAsync(Id);
        await page.GetByLabel("Enable this enrollment").UncheckAsync();
        await page.Radio("Reprovision device and reset to initial state").CheckAsync();
        await page.Tab("Device settings").ClickAsync();
        await page.GetByLabel("Enable IoT Edge on provisioned devices").CheckAsync();
        await page.GetByLabel("Device tags").FillAsync("{\"owner\":\"O'Brien & Söhne\"}");
        await page.GetByLabel("Desired properties").FillAsync("{\"rate\":5}");
        await page.GetByLabel("Desired properties").BlurAsync();
        await page.Button("Review + create").First.ClickAsync();
        foreach (var value in (string[])["Symmetric key", "made by the service, 64 bytes each", Id, "disabled", "Reprovision device and reset to initial state", "hub-a.localhost, hub-b.localhost", "Evenly weighted distribution", "yes", "{\"rate\":5}"])
            await Expect(page.GetByRole(AriaRole.Tabpanel).GetByText(value, new() { Exact = true }).First).ToBeVisibleAsync();
        await page.GetByText("The same with the Azure CLI").ClickAsync();
        var command = await page.Locator("pre.code").TextContentAsync();
        await page.Button("Create").ClickAsync();
        await Expect(page.GetByText("Its devices can register now")).ToBeVisibleAsync();

        var (status, answer) = await AzureCommand.RunAsync(portal, command!, Id + "-copy");
        Assert.True(status == HttpStatusCode.OK, answer);
        var first = Assert.IsType<EnrollmentGroup>(await Store.FindEnrollmentAsync("default", EnrollmentKind.Group, Id, default));
        var second = Assert.IsType<EnrollmentGroup>(await Store.FindEnrollmentAsync("default", EnrollmentKind.Group, Id + "-copy", default));
        Assert.Equal(Shape(first), Shape(second));

        // What the service made for each is compared by its kind: keys, dates and etag differ.
        static string Shape(EnrollmentGroup group) => string.Join(
            '\n', group.Attestation.Type, group.IsEnabled, group.ReprovisionPolicy, group.Capabilities, group.AllocationPolicy, string.Join(',', group.IotHubs!),
            group.InitialTwin?.ToString(), group.IotHubHostName, group.CustomAllocationDefinition);
    }
}
