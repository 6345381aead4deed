using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using Muster.Core.Enrollments;
using Muster.Core.Store;
using static Microsoft.Playwright.Assertions;

namespace Muster.Portal.Tests;

/// <summary>Click paths that create enrollments, in both layouts (portal 7), and rows of the acceptance checklist (portal 12) about creating.</summary>
[Collection(PortalCollection.Name)]
public sealed class CreateTaskTests(PortalFixture portal)
{
    // A public area as a TPM prints it: TPM2B_PUBLIC of an RSA 2048 endorsement key by the default template.
    private const string EndorsementKey =
        "AToAAQALAAMAsgAgg3GXZ0SEs/gakMyNRqXXJP1S124GUgtk8qHaGzMUaaoABgCAAEMAEAgAAAAAAAEAlvZuauN4yw7xbYjeJ53jUuyEIDc7KBlSva8vqlecR/CeLW/x"
        + "U/5dX81VPBtRw3ONBdjQCr37H4Wio0+3Ay8dLXB8AM6iIaXYsor7DSrpj04DlXh8/ra10VC9bRXHps4dhGZvzz1n/X0ZdLYFXVgWyJPkvNzmF6z+G8/hsMolvEhA+BE3"
        + "ZsBpWbZdCQdhOwy71myXeXIb5xWIH0Ys9zqZvZxSe+CGmoj9y6YiXxoSyHLYs8G0x6lUKSoim+NDjYbLOoR7iYg9Sbc3UoATkt9CYGXQJ5vYXN5ZNzS3Iv3PMAh+7vdK"
        + "1QDROaXAYy9cDUvcdPeFJqEAZ4RIcmWHgG2wNQ==";

    [Fact]
    public async Task R5_R6_R12_T4b_A_group_by_an_intermediate_admits_a_chain_below_it_in_at_most_nine_activations()
    {
        using var root = TestCertificates.Issue("CN=T4b Root", isCa: true);
        using var line = TestCertificates.Issue("CN=T4b Line", root, isCa: true);
        await AddCaAsync("t4b-root", root.ExportCertificatePem());
        var page = await portal.OpenAsync("/");
        var clicks = 0;
        await FollowAsync("default");
        await FollowAsync("Manage enrollments");
        await FollowAsync("Add enrollment group");
        await page.GetByLabel("X.509 intermediate certificates").CheckAsync();
        clicks++;
        await page.UploadAsync("Primary certificate", "line.pem", System.Text.Encoding.ASCII.GetBytes(line.ExportCertificatePem()));
        clicks++;
        await Expect(page.GetByText("CN=T4b Line", new() { Exact = true })).ToBeVisibleAsync();
        await page.GetByLabel("Group name").FillAsync("t4b-group");
        foreach (var next in (string[])["Next: IoT hubs >", "Next: Device settings >", "Next: Review + create >"])
        {
            await page.Button(next).ClickAsync();
            clicks++;
        }

        // Checklist 10: the review shows every value and the command line that does the same.
        await Expect(page.GetByText("CN=T4b Line").First).ToBeVisibleAsync();
        await page.GetByText("The same with the Azure CLI").ClickAsync();
        await Expect(page.GetByText("az iot dps enrollment-group create").First).ToBeVisibleAsync();
        await page.Button("Create").ClickAsync();
        clicks++;
        await Expect(page.GetByText("Its devices can register now")).ToBeVisibleAsync();
        Assert.InRange(clicks, 1, 9);

        using var device = TestCertificates.Issue("CN=t4b-device", line);
        var (isAssigned, answer) = await TestCertificates.RegisterAsync(portal, "t4b-device", device, line);
        Assert.True(isAssigned, answer);

        async Task FollowAsync(string name)
        {
            await page.FollowAsync(name);
            clicks++;
        }
    }

    [Fact]
    public async Task R9_R10_R11_T4c_The_older_layout_creates_a_group_by_an_uploaded_root_and_offers_only_verified_ones()
    {
        using var root = TestCertificates.Issue("CN=T4c Root", isCa: true);
        using var other = TestCertificates.Issue("CN=T4c Unproven", isCa: true);
        await AddCaAsync("t4c-root", root.ExportCertificatePem());
        await AddCaAsync("t4c-unproven", other.ExportCertificatePem(), isVerified: false);
        var page = await OpenSinglePageAsync("groups");
        await page.GetByLabel("Group name").FillAsync("t4c-group");
        await page.GetByRole(AriaRole.Radio, new() { Name = "Certificate", Exact = true }).CheckAsync();
        await page.GetByRole(AriaRole.Radio, new() { Name = "CA Certificate", Exact = true }).CheckAsync();

        // Checklist 6: an unverified root is there, disabled, with the reason.
        await Expect(page.GetByLabel("Primary Certificate").Locator("option", new() { HasText = "t4c-unproven (needs proof of possession)" })).ToBeDisabledAsync();
        await page.GetByLabel("Primary Certificate").SelectOptionAsync(new SelectOptionValue { Label = "t4c-root (Verified)" });
        await page.Button("Save").ClickAsync();
        await Expect(page.GetByText("Its devices can register now")).ToBeVisibleAsync();

        using var device = TestCertificates.Issue("CN=t4c-device", root);
        var (isAssigned, answer) = await TestCertificates.RegisterAsync(portal, "t4c-device", device);
        Assert.True(isAssigned, answer);
    }

    [Fact]
    public async Task T4d_The_older_layout_creates_a_group_by_an_uploaded_intermediate()
    {
        using var root = TestCertificates.Issue("CN=T4d Root", isCa: true);
        using var line = TestCertificates.Issue("CN=T4d Line", root, isCa: true);
        var page = await OpenSinglePageAsync("groups");
        await page.GetByLabel("Group name").FillAsync("t4d-group");
        await page.GetByRole(AriaRole.Radio, new() { Name = "Intermediate Certificate", Exact = true }).CheckAsync();
        await page.UploadAsync("Primary Certificate .pem or .cer file", "line.cer", line.RawData);
        await Expect(page.GetByText("CN=T4d Line", new() { Exact = true })).ToBeVisibleAsync();

        // Checklist 12: its signer is not verified, which is a warning with a link and no hindrance.
        await Expect(page.GetByText("No verified CA can sign for it yet").First).ToBeVisibleAsync();
        await Expect(page.Link("Certificates page")).ToHaveAttributeAsync("href", "i/default/certificates");
        await page.Button("Save").ClickAsync();
        await Expect(page.GetByText("Its devices can register now")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("tabbed")]
    [InlineData("single")]
    public async Task R7_R8_T8_A_TPM_enrollment_needs_key_and_ID_and_only_an_individual_can_have_one(string layout)
    {
        var page = await portal.OpenAsync("/i/default/enrollments/groups/new");
        await page.GetByLabel("Layout").SelectOptionAsync(layout);

        // Checklist 9.
        await Expect(page.Button(layout == "tabbed" ? "Next: IoT hubs >" : "Save")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Radio, new() { Name = "TPM" })).ToHaveCountAsync(0);
        await portal.GoAsync(page, "/i/default/enrollments/individual/new");
        await page.Radio(layout == "tabbed" ? "Trusted Platform Module (TPM)" : "TPM").CheckAsync();
        var commit = layout == "tabbed" ? "Create" : "Save";
        await page.Button(layout == "tabbed" ? "Review + create" : "Save").ClickAsync();

        // Checklist 18.
        await Expect(page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "2 things need your attention" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Endorsement key" }).FillAsync("bm8gVFBN");
        await page.GetByLabel("Registration ID").FillAsync($"t8-{layout}");
        await page.Button(layout == "tabbed" ? "Review + create" : "Save").ClickAsync();
        await Expect(page.Locator("[id='attestation.tpm.endorsementKey-error']")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Endorsement key" }).FillAsync(EndorsementKey);
        if (layout == "tabbed") await page.Button("Review + create").First.ClickAsync();
        await page.Button(commit).ClickAsync();
        await Expect(page.GetByText("Its devices can register now")).ToBeVisibleAsync();
        Assert.Equal("Tpm", (await FindAsync(EnrollmentKind.Individual, $"t8-{layout}"))!.Attestation.Type.ToString());
    }

    [Fact]
    public async Task R17_T10_With_no_hub_ticked_the_enrollment_follows_all_hubs_now_and_in_future()
    {
        var page = await portal.OpenAsync("/i/default/enrollments/groups/new");
        await page.Radio("Symmetric key").CheckAsync();
        await page.GetByLabel("Group name").FillAsync("t10-group");
        await page.Tab("IoT hubs").ClickAsync();
        await page.GetByLabel("hub-a.localhost").UncheckAsync();
        await page.GetByLabel("hub-b.localhost").UncheckAsync();
        await Expect(page.GetByText("All linked hubs, now and in future")).ToBeVisibleAsync();
        await page.Button("Review + create").First.ClickAsync();
        await page.Button("Create").ClickAsync();
        await Expect(page.GetByText("Its devices can register now")).ToBeVisibleAsync();
        var stored = (await FindAsync(EnrollmentKind.Group, "t10-group"))!;
        Assert.Null(stored.IotHubHostName);
        Assert.True(stored.IotHubs is null or { Count: 0 });
    }

    [Fact]
    public async Task T11_A_webhook_is_tried_before_it_is_saved_and_custom_needs_URL_and_version()
    {
        await using var webhook = await StartWebhookAsync();
        var page = await portal.OpenAsync("/i/default/enrollments/individual/new");
        await page.Radio("Symmetric key").CheckAsync();
        await page.GetByLabel("Registration ID").FillAsync("t11-device");
        await page.Tab("IoT hubs").ClickAsync();
        await page.Radio("Custom").CheckAsync();
        await page.GetByLabel("API version").FillAsync("");
        await page.Button("Review + create").First.ClickAsync();

        // Checklist 21: neither may be empty.
        await Expect(page.Locator("[id='customAllocationDefinition.webhookUrl-error']")).ToBeVisibleAsync();
        await page.GetByLabel("Webhook URL").FillAsync($"{webhook.Urls.Single()}/refuses");
        await page.GetByLabel("API version").FillAsync("2021-10-01");
        await page.Button("Test").ClickAsync();
        await Expect(page.GetByText("It did not choose a hub")).ToBeVisibleAsync();
        await page.GetByLabel("Webhook URL").FillAsync($"{webhook.Urls.Single()}/choose");
        await page.Button("Test").ClickAsync();
        await Expect(page.GetByText("It chose hub-b.localhost")).ToBeVisibleAsync();
        await page.GetByLabel("Webhook URL").FillAsync("https://allocation.example.org/choose");
        await page.Button("Review + create").First.ClickAsync();
        await page.Button("Create").ClickAsync();
        await Expect(page.GetByText("Its devices can register now")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Checklist_20_A_new_form_starts_with_the_defaults_of_the_guides()
    {
        var page = await portal.OpenAsync("/i/default/enrollments/individual/new");
        await Expect(page.GetByLabel("Enable this enrollment")).ToBeCheckedAsync();
        await Expect(page.GetByLabel("Generate symmetric keys automatically")).ToBeCheckedAsync();
        await Expect(page.Radio("Reprovision device and migrate current state")).ToBeCheckedAsync();
        await page.Tab("IoT hubs").ClickAsync();
        await Expect(page.GetByLabel("hub-a.localhost")).ToBeCheckedAsync();
        await Expect(page.GetByLabel("hub-b.localhost")).ToBeCheckedAsync();
        await Expect(page.Radio("Evenly weighted distribution")).ToBeCheckedAsync();
        await page.Radio("Static configuration").CheckAsync();

        // Checklist 21: Static takes one hub; the second choice replaces the first.
        await page.GetByRole(AriaRole.Radio, new() { Name = "hub-b.localhost" }).CheckAsync();
        await Expect(page.GetByRole(AriaRole.Radio, new() { Name = "hub-a.localhost" })).Not.ToBeCheckedAsync();
        await page.Tab("Device settings").ClickAsync();
        await Expect(page.GetByLabel("Enable IoT Edge on provisioned devices")).Not.ToBeCheckedAsync();
        await Expect(page.GetByLabel("Device tags")).ToHaveValueAsync("{}");
        await Expect(page.GetByLabel("Desired properties")).ToHaveValueAsync("{}");
    }

    [Theory]
    [InlineData("a", null)]
    [InlineData("A-1_b.c:d-", null)]
    [InlineData("ends.", "end with a letter")]
    [InlineData("with space", "1 to 128 characters")]
    [InlineData("T16-TAKEN", "Another enrollment has this name")]
    public async Task Checklist_16_A_group_s_name_follows_the_rules_and_case_is_ignored(string name, string? problem)
    {
        if (name == "T16-TAKEN" && await FindAsync(EnrollmentKind.Group, "t16-taken") is null) await portal.AddSymmetricAsync("groups", "t16-taken");
        var page = await portal.OpenAsync("/i/default/enrollments/groups/new");
        await page.GetByLabel("Group name").FillAsync(name);
        await page.GetByLabel("Group name").BlurAsync();
        if (problem is null) await Expect(page.GetByText("available")).ToBeVisibleAsync();
        else await Expect(page.Locator("#enrollmentGroupId-error")).ToContainTextAsync(problem);
    }

    [Theory]
    [InlineData("symmetric-key", "groups/new", "Symmetric key", "Many devices with symmetric keys")]
    [InlineData("x509-group", "groups/new", "X.509 intermediate certificates", "Many devices with X.509 certificates")]
    [InlineData("symmetric-key", "individual/new", "Symmetric key", "One device with a symmetric key")]
    [InlineData("x509", "individual/new", "X.509 client certificates", "One device with an X.509 certificate")]
    [InlineData("tpm", "individual/new", "Trusted Platform Module (TPM)", "One device with a TPM")]
    public async Task R24_R25_Each_create_page_links_the_walkthrough_of_its_attestation_type(string topic, string form, string mechanism, string title)
    {
        var page = await portal.OpenAsync($"/i/default/enrollments/{form}");
        await page.Radio(mechanism).CheckAsync();
        await Expect(page.GetByText(form[0] == 'g' ? "A group fits many devices" : "For many devices take a group")).ToBeVisibleAsync();
        var link = page.Link($"Learn more about {title}, in a new tab");
        Assert.Contains(topic, await link.GetAttributeAsync("href"));
        var opened = await page.Context.RunAndWaitForPageAsync(() => link.ClickAsync());
        await Expect(opened.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(title);
    }

    [Theory]
    [InlineData("individual", "new")]
    [InlineData("groups", "New")]
    public async Task An_enrollment_may_be_called_as_the_form_s_own_address(string kind, string id)
    {
        await portal.AddSymmetricAsync(kind, id);
        var page = await portal.OpenAsync($"/i/default/enrollments?tab={kind}&q={id}");
        await page.FollowAsync(id);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(id);
        await page.FollowAsync("Manage credentials");
        await Expect(page.Button("Show").First).ToBeEnabledAsync();
    }

    private Task<Enrollment?> FindAsync(EnrollmentKind kind, string id) =>
        portal.Server.Services.GetRequiredService<IProvisioningStore>().FindEnrollmentAsync("default", kind, id, default);

    private async Task<IPage> OpenSinglePageAsync(string kind)
    {
        var page = await portal.OpenAsync($"/i/default/enrollments/{kind}/new");
        await page.GetByLabel("Layout").SelectOptionAsync("single");
        await Expect(page.Button("Save")).ToBeVisibleAsync();
        return page;
    }

    private async Task AddCaAsync(string name, string pem, bool isVerified = true)
    {
        var page = await portal.OpenAsync("/i/default/certificates");
        await page.Button("Add").ClickAsync();
        await page.GetByLabel("Certificate name").FillAsync(name);
        await page.UploadAsync("Certificate .pem or .cer file", "ca.pem", System.Text.Encoding.ASCII.GetBytes(pem));
        await Expect(page.Button("Choose another file")).ToBeVisibleAsync();
        if (isVerified) await page.GetByLabel("Set certificate status to verified on upload").CheckAsync();
        await page.Button("Save").ClickAsync();
        await Expect(page.Button(name)).ToBeVisibleAsync();
        await page.Context.CloseAsync();
    }

    private static async Task<WebApplication> StartWebhookAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapPost("/choose", () => Results.Json(new Dictionary<string, string> { ["iotHubHostName"] = "hub-b.localhost" }));
        app.MapPost("/refuses", () => Results.StatusCode((int)HttpStatusCode.Unauthorized));
        await app.StartAsync();
        return app;
    }
}
