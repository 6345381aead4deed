using System.Text;
using Microsoft.Playwright;

namespace Muster.Portal.Tests;

/// <summary>Every help text of portal 6.A stands where the field is, in both layouts.</summary>
[Collection(PortalCollection.Name)]
public sealed class HelpTextTests(PortalFixture portal)
{
    private const string Mechanism = "How a device proves who it is. This cannot be changed after you create the enrollment.";
    private const string Slots = "Either may be presented. Use the second slot to change certificates without downtime.";
    private const string Keys = "Base64 text that decodes to 16-64 bytes.";
    private const string Generate = "Two random 64-byte keys are created when you save. Clear the box to enter your own.";
    private const string Connected = "Devices that are already connected to a hub are not disconnected.";
    private const string Migrate = "When the device asks again and belongs on another hub, move it and take its twin along.";
    private const string Reset = "When the device asks again, start it from the tags and properties stored here.";
    private const string Never = "Keep the device on its first hub. For older fleets.";
    private const string Hubs = "Hubs this enrollment may use. Tick none to use every linked hub, including those you link later.";
    private const string Link = "Links the hub to the whole service, not just to this enrollment.";
    private const string Weighted = "Spread devices by hub weight. Right for a single hub too.";
    private const string Latency = "Choose the hub nearest to the device. Unreliable behind private endpoints.";
    private const string Static = "Always the one hub you tick.";
    private const string Custom = "Ask your web service for every registration.";
    private const string Webhook = "Where to ask";
    private const string Version = "Which version of the request your code understands";
    private const string Edge = "The hub identity is created as an Edge device.";
    private const string Twin = "Written to the twin when the identity is created, or again under \"reset\".";
    private const string GroupName = "A name for this group: letters, digits, - . _ :, up to 128, ending with a letter, digit or -. Case is ignored.";
    private const string RegistrationId = "The name the device uses when it registers; unique in this service. For certificates it is the subject common name.";
    private const string DeviceId = "Name the device gets in its hub. Leave empty to use the registration ID.";
    private const string Uploaded = "Accept devices whose certificate chain contains a CA you keep on the Certificates page.";
    private const string Intermediate = "Accept devices whose chain contains a signing certificate that only this group uses. Its issuer must be verified.";
    private const string Client = "Accept exactly the device that holds the private key of this certificate.";
    private const string GroupKey = "Each device signs with a key derived from the group key and its registration ID. Never put the group key on a device.";
    private const string OwnKey = "The device signs with one of the two keys of this enrollment.";
    private const string Tpm = "The device's TPM answers a challenge encrypted for its endorsement key.";
    private const string Endorsement = "Public part of the TPM's endorsement key, Base64. Read it from the device.";

    private static readonly string[] Both =
        [Mechanism, Slots, Keys, Generate, Connected, Migrate, Reset, Never, Hubs, Link, Weighted, Latency, Static, Custom, Webhook, Version, Edge, Twin];

    // The page with its dialog where the fields stand in one; then what is read on it.
    private static readonly Dictionary<string, (string Path, string[] Texts)> Pages = new(StringComparer.Ordinal)
    {
        ["group, tabbed"] = ("/i/default/enrollments/groups/new", [.. Both, Uploaded, Intermediate, GroupKey, GroupName, "In a group it applies to all members.", "Clear to refuse registrations."]),
        ["group, single page"] = ("/i/default/enrollments/groups/new", [.. Both, Uploaded, Intermediate, GroupKey, GroupName, "In a group it applies to all members."]),
        ["individual, tabbed"] = ("/i/default/enrollments/individual/new", [.. Both, Client, OwnKey, Tpm, Endorsement, RegistrationId, DeviceId, "Clear to refuse registrations."]),
        ["individual, single page"] = ("/i/default/enrollments/individual/new", [.. Both, Client, OwnKey, Tpm, Endorsement, RegistrationId, DeviceId]),
        ["certificate"] = ("/i/default/certificates",
        [
            "Any name that helps you tell certificates apart.", "You vouch that you hold the private key. Otherwise prove it with a verification code.",
            "Create a certificate whose common name is this code, sign it with the CA's key, upload it below.",
        ]),
        ["hub"] = ("/i/default/hubs",
        [
            "1 to 1000. A hub with weight 10 receives about ten times as many devices as one with weight 1.", "No keeps the hub linked but sends it no devices.",
        ]),
        ["networking"] = ("/i/default/networking",
        [
            "Who may reach this service: anyone, chosen addresses, or only private endpoints.", "one IPv4 address or a block such as 192.168.100.0/22", "The first matching rule decides",
        ]),
    };

    // The fields whose help text leads on, by the label that makes the link's name unique.
    private static readonly string[] Tabbed =
        ["Attestation mechanism", "Generate symmetric keys automatically", "Primary key", "Secondary key", "Primary certificate", "Secondary certificate", "Enable this enrollment",
         "Reprovision policy", "Target IoT hubs", "Allocation policy", "Webhook URL", "API version", "Enable IoT Edge on provisioned devices", "Device tags", "Desired properties"];

    private static readonly string[] Single =
        ["Auto-generate keys", "Primary Key", "Secondary Key", "Enable entry", "Select how you want device data to be handled on re-provisioning", "Select how you want to assign devices to hubs",
         "IoT Edge device", "Initial Device Twin State"];

    private static readonly Dictionary<string, string[]> Explained = new(StringComparer.Ordinal)
    {
        ["group, tabbed"] = [.. Tabbed, "Group name"],
        ["group, single page"] = [.. Single, "Attestation Type", "Group name", "Primary Certificate", "Select the IoT hubs this group can be assigned to"],
        ["individual, tabbed"] = [.. Tabbed, "Registration ID", "Device ID", "Endorsement key"],
        ["individual, single page"] = [.. Single, "Mechanism", "Registration ID", "IoT Hub Device ID", "Endorsement Key", "Select the IoT hubs this device can be assigned to"],
        ["certificate"] = ["Certificate name", "Set certificate status to verified on upload", "the verification code"],
        ["hub"] = ["Allocation weight", "Apply allocation policy"],
        ["networking"] = ["Public network access", "address ranges", "the actions of rules"],
    };

    public static TheoryData<string> Names => [.. Pages.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Table_6_A_A_help_text_stands_at_its_field(string name)
    {
        var (path, texts) = Pages[name];
        var page = await portal.OpenAsync(path);
        var read = new StringBuilder();
        if (name.EndsWith("tabbed", StringComparison.Ordinal)) await ReadTabsAsync(page, read);
        else if (name.EndsWith("single page", StringComparison.Ordinal)) await ReadFormAsync(page, read);
        else await ReadDialogsAsync(page, name, read);
        var all = read.ToString();
        foreach (var text in texts) Assert.Contains(text, all, StringComparison.Ordinal);
        foreach (var field in Explained[name]) Assert.Contains($"Learn more about {field}, in a new tab", all, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hubs", "Hubs, and how devices are spread over them")]
    [InlineData("device-settings", "What a device gets in its hub")]
    [InlineData("reprovisioning", "Devices that register again, and devices to keep out")]
    [InlineData("networking", "Who may reach a service")]
    public async Task P4_A_concept_is_listed_and_has_its_page(string topic, string title)
    {
        var page = await portal.OpenAsync("/i/default/quickstart");
        await page.FollowAsync(title);
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(title);
        Assert.EndsWith($"/walkthroughs/{topic}", page.Url, StringComparison.Ordinal);
        await portal.GoAsync(page, "/walkthroughs/");
        await Assertions.Expect(page.Link(title)).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Table_6_A_The_access_policy_of_a_hub_is_explained()
    {
        var services = portal.Server.Services;
        var create = ((Core.Instances.InstanceService)services.GetService(typeof(Core.Instances.InstanceService))!).CreateAsync(
            Core.Audit.AuditCaller.Process, new Core.Instances.InstanceDefinition { Name = "help-dps" }, default);
        Assert.Null((await create).Refusal);
        var page = await portal.OpenAsync("/i/help-dps/hubs");
        await page.Button("Add").ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog))
            .ToContainTextAsync("The hub key this service will use. Only policies that may write the registry and connect as a service are listed.");
    }

    private static async Task ReadTabsAsync(IPage page, StringBuilder read)
    {
        await ReadMechanismsAsync(page, read, page.Locator("fieldset").First);
        await page.Tab("IoT hubs").ClickAsync();
        await page.Radio("Custom").CheckAsync();
        await page.GetByLabel("Webhook URL").WaitForAsync();
        await ReadAsync(page, read);
        await page.Tab("Device settings").ClickAsync();
        await page.GetByLabel("Device tags").WaitForAsync();
        await ReadAsync(page, read);
    }

    private static async Task ReadFormAsync(IPage page, StringBuilder read)
    {
        await page.GetByLabel("Layout").SelectOptionAsync("single");
        await page.Button("Save").WaitForAsync();
        await ReadMechanismsAsync(page, read, page.Locator("fieldset").First);
        var types = page.GetByRole(AriaRole.Radiogroup, new() { Name = "Certificate Type" });
        if (await types.CountAsync() > 0) await ReadMechanismsAsync(page, read, types);
        await SelectAllAsync(page, read, "Select how you want device data to be handled on re-provisioning");
        await SelectAllAsync(page, read, "Select how you want to assign devices to hubs");
    }

    private static async Task ReadMechanismsAsync(IPage page, StringBuilder read, ILocator choices)
    {
        var radios = choices.GetByRole(AriaRole.Radio);
        for (var i = await radios.CountAsync() - 1; i >= 0; i--)
        {
            var before = await page.Locator("main").InnerTextAsync();
            var isNew = !await radios.Nth(i).IsCheckedAsync();
            await radios.Nth(i).CheckAsync();

            // The fields that follow from the choice come once the server has answered.
            if (isNew) await page.WaitForFunctionAsync("before => document.querySelector('main').innerText !== before", before);
            await ReadAsync(page, read);
        }
    }

    // Only the chosen option is explained; its text follows once the server has answered.
    private static async Task SelectAllAsync(IPage page, StringBuilder read, string label)
    {
        var select = page.GetByLabel(label);
        var help = page.Locator($"[id='{await select.GetAttributeAsync("id")}-help']");
        for (var i = 1; i < 4 && i < await select.Locator("option").CountAsync(); i++)
        {
            var before = await help.TextContentAsync();
            await select.SelectOptionAsync(new SelectOptionValue { Index = i });
            await Assertions.Expect(help).Not.ToHaveTextAsync(before!);
            await ReadAsync(page, read);
        }
    }

    private static async Task ReadDialogsAsync(IPage page, string name, StringBuilder read)
    {
        switch (name)
        {
            case "certificate":
                using (var root = TestCertificates.Issue("CN=Help root", isCa: true))
                {
                    await page.Button("Add").ClickAsync();
                    await page.GetByLabel("Certificate name").FillAsync("help-root");
                    await ReadAsync(page, read);
                    await page.UploadAsync("Certificate .pem or .cer file", "root.pem", Encoding.ASCII.GetBytes(root.ExportCertificatePem()));
                    await page.Button("Save").ClickAsync();
                    await page.Button("help-root").ClickAsync();
                    await page.Button("Generate Verification Code").WaitForAsync();
                    await ReadAsync(page, read);
                }

                break;
            case "hub":
                await page.Button("hub-a.localhost").First.ClickAsync();
                await page.GetByLabel("Allocation weight").WaitForAsync();
                await ReadAsync(page, read);
                break;
            default:
                await page.GetByLabel("Selected IP ranges").CheckAsync();
                await page.Button("Add IP Filter Rule").ClickAsync();
                await page.GetByLabel("Name of rule 1").WaitForAsync();
                await ReadAsync(page, read);
                break;
        }
    }

    private static async Task ReadAsync(IPage page, StringBuilder read)
    {
        read.Append(await page.Locator("main").InnerTextAsync()).Append('\n');

        // What is seen is the same everywhere; no two names on a page are.
        var links = await page.Locator("main a.learn").AllAsync();
        var names = new List<string>();
        foreach (var link in links) names.Add((await link.TextContentAsync())!);
        Assert.Equal(names.Count, names.Distinct(StringComparer.Ordinal).Count());
        Assert.All(names, name => Assert.StartsWith("Learn more about ", name, StringComparison.Ordinal));
        read.AppendJoin('\n', names).Append('\n');
    }
}
