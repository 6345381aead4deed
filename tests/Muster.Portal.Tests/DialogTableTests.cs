using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Muster.Core.Attestation;
using Muster.Core.Audit;
using Muster.Core.Certificates;
using Muster.Core.Concurrency;
using Muster.Core.Enrollments;
using Muster.Core.Instances;
using Muster.Core.Registration;
using Muster.Core.Store;
using Muster.Portal.Enrollments;
using static Microsoft.Playwright.Assertions;

namespace Muster.Portal.Tests;

/// <summary>The dialogs of portal 6.B: what they say and which buttons they have, in order.</summary>
[Collection(PortalCollection.Name)]
public sealed class DialogTableTests(PortalFixture portal)
{
    private static readonly EnrollmentDefinition Symmetric = new() { Attestation = new AttestationDefinition { Type = AttestationType.SymmetricKey } };

    private static readonly Dictionary<string, (Func<DialogTableTests, Task<IPage>> Open, string[] Texts, string[] Buttons)> Rows = new(StringComparer.Ordinal)
    {
        ["Remove enrollment"] = (async test =>
        {
            var page = await test.OpenGroupAsync("dt-remove");
            await page.Button("Delete").ClickAsync();
            return page;
        }, ["Remove the enrollment group dt-remove?", "2 registration records exist.", "keep counting", "keep their identities and can still connect"], ["Yes", "No"]),
        ["Delete registration records"] = (async test =>
        {
            var page = await test.OpenGroupAsync("dt-records", "?tab=Records");
            await page.GetByLabel("Select dt-records-0").CheckAsync();
            await page.Button("Delete").Last.ClickAsync();
            return page;
        }, ["Delete the record of dt-records-0?", "may register again", "identities in the hubs stay"], ["Yes", "No"]),
        ["Discard changes"] = (async test =>
        {
            var page = await test.OpenGroupAsync("dt-discard");
            await page.GetByLabel("Enable this enrollment").UncheckAsync();
            await page.Link("Networking").ClickAsync();
            return page;
        }, ["not saved yet", "Changed: Provisioning status."], ["Leave", "Stay"]),
        ["Discard changes of a new enrollment"] = (async test =>
        {
            var page = await test.Portal.OpenAsync("/i/default/enrollments/groups/new");
            await page.GetByLabel("Group name").FillAsync("dt-new");
            await page.GetByText("6/128").WaitForAsync();
            await page.Link("Networking").ClickAsync();
            return page;
        }, ["not saved yet", "Changed: Name."], ["Leave", "Stay"]),
        ["Entry was changed by someone else"] = (async test =>
        {
            var page = await test.OpenGroupAsync("dt-conflict");
            await page.GetByLabel("Enable this enrollment").UncheckAsync();
            var stored = (await test.Store.FindEnrollmentAsync("default", EnrollmentKind.Group, "dt-conflict", default))!;
            await test.PutAsync(EnrollmentKind.Group, "dt-conflict", EnrollmentDesk.DefinitionOf(stored) with { Capabilities = new DeviceCapabilities(IotEdge: true) }, ETagCondition.Any);
            await page.Button("Save").ClickAsync();
            return page;
        }, ["When you opened it", "Yours", "Theirs", "Provisioning status", "IoT Edge"], ["Reload theirs", "Overwrite with mine", "Save merged"]),
        ["Regenerate key"] = (async test =>
        {
            var page = await test.OpenGroupAsync("dt-key", "/credentials");
            await page.Button("Regenerate primary").ClickAsync();
            return page;
        }, ["The present primary key of dt-key becomes worthless", "Every device key that is derived from it changes too.", "2 devices have registered"], ["Regenerate", "Cancel"]),
        ["Delete current certificate"] = (async test =>
        {
            using var first = TestCertificates.Issue("CN=DT first", isCa: true);
            using var second = TestCertificates.Issue("CN=DT second", isCa: true);
            var slots = new X509SlotsDefinition(SlotOf(first), SlotOf(second));
            await test.PutAsync(EnrollmentKind.Group, "dt-slot", new EnrollmentDefinition { Attestation = new AttestationDefinition { Type = AttestationType.X509, X509 = new X509Definition { SigningCertificates = slots } } }, ETagCondition.None);
            await test.RecordAsync("dt-slot", "dt-slot-0", DateTimeOffset.UtcNow.AddDays(-3));
            await test.RecordAsync("dt-slot", "dt-slot-1", DateTimeOffset.UtcNow.AddDays(-40));
            var page = await test.Portal.OpenAsync("/i/default/enrollments/groups/dt-slot/credentials");
            await page.Button("Delete current certificate").Last.ClickAsync();
            return page;
        }, ["in the secondary slot?", "1 device of this group registered in the last 30 days"], ["Delete", "Cancel"]),
        ["Delete certificate (CA)"] = (async test =>
        {
            using var root = TestCertificates.Issue("CN=DT root", isCa: true);
            await test.AddCaAsync("dt-root", root);
            await test.PutAsync(EnrollmentKind.Group, "dt-ca", new EnrollmentDefinition { Attestation = new AttestationDefinition { Type = AttestationType.X509, X509 = new X509Definition { CaReferences = new CaReferencesDefinition("dt-root", null) } } }, ETagCondition.None);
            var page = await test.Portal.OpenAsync("/i/default/certificates");
            await page.Button("dt-root").ClickAsync();
            await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
            await Expect(page.Button("OK")).ToBeDisabledAsync();
            return page;
        }, ["1 group references it: dt-ca.", "Type the name dt-root to confirm"], ["OK", "Cancel"]),
        ["Unlink IoT hub"] = (async test =>
        {
            await test.PutAsync(EnrollmentKind.Individual, "0-dt-hub", Symmetric with { IotHubs = ["hub-b.localhost"], AllocationPolicy = Core.Allocation.AllocationPolicyKind.Static }, ETagCondition.None);
            var page = await test.Portal.OpenAsync("/i/default/hubs");
            await page.GetByLabel("Select hub-b.localhost").CheckAsync();
            await page.Button("Delete").ClickAsync();
            return page;
        }, ["Unlink hub-b.localhost?", "0-dt-hub", "must be edited, or their devices may fail", "assigned there", "identities in the hub stay"], ["Yes", "No"]),
        ["Replace connection string"] = (async test =>
        {
            var page = await test.Portal.OpenAsync("/i/default/hubs");
            await page.Button("hub-a.localhost").First.ClickAsync();
            await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Test" }).ClickAsync();
            return page;
        }, ["Replace connection string", "ok"], ["Save", "Cancel"]),
        ["Delete policy"] = (async test =>
        {
            var page = await test.Portal.OpenAsync("/i/default/policies/provisioningserviceowner");
            await page.Button("Delete").ClickAsync();
            return page;
        }, ["Primary key", "Secondary key", "cannot be undone"], ["Yes", "No"]),
        ["Regenerate policy key"] = (async test =>
        {
            var page = await test.Portal.OpenAsync("/i/default/policies/provisioningserviceowner");
            await page.Button("Regenerate secondary key").ClickAsync();
            return page;
        }, ["The present secondary key", "refused from their next request on"], ["Yes", "No"]),
        ["Rules would block you"] = (async test =>
        {
            var page = await test.Portal.OpenAsync($"/i/{await test.InstanceAsync("dt-rules")}/networking");
            await page.GetByLabel("Disabled").CheckAsync();
            await page.Button("Save").ClickAsync();
            return page;
        }, ["Your address is", "Public network access is disabled", "goes back by itself in 10 minutes"], ["Apply with rollback", "Cancel"]),
        ["Deprovision"] = (async test =>
        {
            var page = await test.OpenGroupAsync("dt-out", "?tab=Records");
            await page.GetByLabel("Select dt-out-0").CheckAsync();
            await page.Button("Deprovision...").ClickAsync();
            var dialog = page.GetByRole(AriaRole.Dialog);
            await dialog.GetByRole(AriaRole.Button, new() { Name = "Next" }).ClickAsync();
            await Expect(dialog.GetByRole(AriaRole.Button, new() { Name = "Back" })).ToBeVisibleAsync();
            await dialog.GetByRole(AriaRole.Button, new() { Name = "Next" }).ClickAsync();
            return page;
        }, ["Keep it from registering again", "End the connection to the hub", "Clear the record"], ["Back", "Finish", "Cancel"]),
        ["Delete service"] = (async test =>
        {
            var page = await test.Portal.OpenAsync($"/i/{await test.InstanceAsync("dt-service")}/overview");
            await page.Button("Delete").ClickAsync();
            await Expect(page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Delete" })).ToBeDisabledAsync();
            return page;
        }, ["Shared access policies: 1", "Type the name dt-service to confirm"], ["Delete", "Cancel"]),
    };

    public static TheoryData<string> Names => [.. Rows.Keys];

    private PortalFixture Portal => portal;

    private IProvisioningStore Store => portal.Server.Services.GetRequiredService<IProvisioningStore>();

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Table_6_B_A_dialog_says_what_it_must_and_has_its_buttons(string row)
    {
        var (open, texts, buttons) = Rows[row];
        var page = await open(this);
        var dialog = page.GetByRole(AriaRole.Dialog);
        foreach (var text in texts) await Expect(dialog).ToContainTextAsync(text);
        await Expect(dialog.Locator(".buttons button")).ToHaveTextAsync(buttons);

        // Escape is the safe way out, and leaves everything as it was.
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByRole(AriaRole.Dialog).Filter(new() { HasText = texts[0] })).ToHaveCountAsync(0);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Table_6_B_A_networking_change_that_blocks_its_author_is_kept_or_rolled_back()
    {
        var page = await portal.OpenAsync($"/i/{await InstanceAsync("dt-back")}/networking");
        await page.GetByLabel("Disabled").CheckAsync();
        await page.Button("Save").ClickAsync();
        await page.Button("Apply with rollback").ClickAsync();
        var notice = page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "This change goes back by itself in 10 minutes." });
        await Expect(notice.GetByRole(AriaRole.Button)).ToHaveTextAsync(["Keep changes", "Roll back now"]);
        await page.Button("Roll back now").ClickAsync();
        await Expect(page.GetByLabel("All networks")).ToBeCheckedAsync();
    }

    private static X509SlotDefinition SlotOf(System.Security.Cryptography.X509Certificates.X509Certificate2 certificate) =>
        new(new EnrolledCertificate(Convert.ToBase64String(certificate.RawData), X509CertificateInfo.From(certificate)));

    private async Task<IPage> OpenGroupAsync(string group, string rest = "")
    {
        await PutAsync(EnrollmentKind.Group, group, Symmetric, ETagCondition.None);
        for (var i = 0; i < 2; i++) await RecordAsync(group, $"{group}-{i}", DateTimeOffset.UtcNow);
        return await portal.OpenAsync($"/i/default/enrollments/groups/{group}{rest}");
    }

    private async Task PutAsync(EnrollmentKind kind, string id, EnrollmentDefinition definition, ETagCondition condition)
    {
        var services = portal.Server.Services;
        var instance = services.GetRequiredService<InstanceDirectory>().FindByName("default")!;
        Assert.Null((await services.GetRequiredService<EnrollmentService>().PutAsync(instance, kind, id, definition, condition, default)).Refusal);
    }

    private async Task<string> InstanceAsync(string name)
    {
        Assert.Null((await portal.Server.Services.GetRequiredService<InstanceService>().CreateAsync(AuditCaller.Process, new InstanceDefinition { Name = name }, default)).Refusal);
        return name;
    }

    private async Task AddCaAsync(string name, System.Security.Cryptography.X509Certificates.X509Certificate2 certificate)
    {
        var now = DateTimeOffset.UtcNow;
        var authority = new CaCertificate
        {
            InstanceName = "default",
            Name = name,
            Certificate = new EnrolledCertificate(Convert.ToBase64String(certificate.RawData), X509CertificateInfo.From(certificate)),
            UploadedText = certificate.ExportCertificatePem(),
            IsVerified = true,
            CreatedUtc = now,
            UpdatedUtc = now,
            ETag = ETag.Create(now),
        };
        Assert.Equal(CommitOutcome.Committed, await Store.CommitAsync([new PutCaCertificate(authority, IfETag: null)], default));
    }

    private async Task RecordAsync(string group, string id, DateTimeOffset at)
    {
        var record = new RegistrationRecord
        {
            InstanceName = "default",
            RegistrationId = id,
            EnrollmentKind = EnrollmentKind.Group,
            EnrollmentId = group,
            AttestationType = AttestationType.SymmetricKey,
            Status = RegistrationStatus.Failed,
            CreatedUtc = at,
            FirstRegisteredUtc = at,
            LastUpdatedUtc = at,
            ETag = ETag.Create(at),
        };
        Assert.Equal(CommitOutcome.Committed, await Store.CommitAsync([new PutRegistration(record, IfETag: null)], default));
    }
}
