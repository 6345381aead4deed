using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Muster.Core.Allocation;
using Muster.Core.Enrollments;
using Muster.Core.Instances;
using Muster.Portal.Certificates;
using Muster.Portal.Enrollments;
using Muster.Portal.Instances;
using Muster.Portal.Registrations;
using Muster.Portal.SignIn;
using static Microsoft.Playwright.Assertions;

namespace Muster.Portal.Tests;

[Collection(PortalCollection.Name)]
public sealed class RoleTests(PortalFixture portal)
{
    private const string Password = "correct horse battery";

    [Theory]
    [InlineData(PortalRole.Reader)]
    [InlineData(PortalRole.Contributor)]
    public async Task The_service_behind_the_page_refuses_what_the_role_may_not_do(PortalRole role)
    {
        var id = $"role-{role}".ToLowerInvariant();
        await portal.AddSymmetricAsync("individual", id);
        var access = await portal.AccessAsync(role);
        var services = portal.Server.Services;
        var enrollments = ActivatorUtilities.CreateInstance<EnrollmentDesk>(services, access);
        var instances = ActivatorUtilities.CreateInstance<InstanceDesk>(services, access);
        var certificates = ActivatorUtilities.CreateInstance<CaDesk>(services, access);
        var records = ActivatorUtilities.CreateInstance<RegistrationDesk>(services, access);
        var network = ActivatorUtilities.CreateInstance<NetworkDesk>(services, access);
        var none = CancellationToken.None;

        Assert.NotNull((await enrollments.FindAsync("default", EnrollmentKind.Individual, id, none)).Value);
        Assert.Equal(403, (await instances.CreateAsync(new InstanceDefinition { Name = "not-made" }, none)).Refusal!.HttpStatus);
        Assert.Equal(403, (await instances.SetAllocationAsync("default", AllocationPolicyKind.Static, none))!.HttpStatus);
        Assert.Equal(403, (await instances.RevealAsync("default", "provisioningserviceowner", true, true)).Refusal!.HttpStatus);
        Assert.Equal(403, (await instances.RegenerateAsync("default", "provisioningserviceowner", true, none))!.HttpStatus);
        Assert.Equal(403, (await certificates.AddAsync("default", "x", "y", true, none)).Refusal!.HttpStatus);
        Assert.Equal(403, (await network.SaveAsync("default", new(), false, none))!.HttpStatus);

        var reveal = await enrollments.RevealKeyAsync("default", EnrollmentKind.Individual, id, true, none);
        var delete = await records.DeleteAsync("default", "nobody", none);
        var remove = await enrollments.DeleteAsync("default", EnrollmentKind.Individual, id, none);
        if (role == PortalRole.Reader)
        {
            Assert.Equal(403, reveal.Refusal!.HttpStatus);
            Assert.Contains("attestationmechanism/details/action", reveal.Refusal.Message);
            Assert.Equal(403, delete!.HttpStatus);
            Assert.Equal(403, remove!.HttpStatus);
            Assert.Equal(403, (await enrollments.SetStatusAsync("default", EnrollmentKind.Individual, id, ProvisioningStatus.Disabled, none))!.HttpStatus);
            Assert.Equal(403, (await enrollments.CreateAsync("default", EnrollmentKind.Individual, "no", new(), none)).Refusal!.HttpStatus);
        }
        else
        {
            Assert.NotNull(reveal.Value);
            Assert.Equal(404, delete!.HttpStatus);
            Assert.Null(remove);
        }
    }

    [Fact]
    public async Task A_closed_session_can_do_nothing_more()
    {
        var access = await portal.AccessAsync(PortalRole.Administrator);
        portal.Server.Services.GetRequiredService<PortalSessions>().Close(access.Session!.Id);
        var enrollments = ActivatorUtilities.CreateInstance<EnrollmentDesk>(portal.Server.Services, access);
        Assert.Equal(401, (await enrollments.FindAsync("default", EnrollmentKind.Individual, "x", CancellationToken.None)).Refusal!.HttpStatus);
    }

    [Fact]
    public async Task A_reader_signs_in_and_sees_why_keys_stay_hidden()
    {
        await portal.AddSymmetricAsync("individual", "reader-device");
        var admin = await portal.OpenAsync("/users");
        await admin.Button("Add user").First.ClickAsync();
        await admin.GetByLabel("User name").FillAsync("rita");
        await admin.GetByLabel("Password").FillAsync("short");
        await admin.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
        await Expect(admin.Locator("#password-error")).ToContainTextAsync("at least 12 characters");
        await admin.GetByLabel("Password").FillAsync(Password);
        await admin.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
        await Expect(admin.GetByRole(AriaRole.Rowheader, new() { Name = "rita" })).ToBeVisibleAsync();

        var page = await portal.OpenAsync("/", signedIn: false);
        await page.GetByLabel("User name").FillAsync("rita");
        await page.GetByLabel("Password").FillAsync(Password);
        await page.Button("Sign in").ClickAsync();
        await portal.GoAsync(page, "/i/default/enrollments/individual/reader-device/credentials");
        var show = page.Button("Show").First;
        await Expect(show).ToBeDisabledAsync();
        await Expect(show).ToHaveAccessibleDescriptionAsync("Needs the right attestationmechanism/details/action (role Contributor).");
    }

    [Fact]
    public async Task Guessing_locks_the_name_and_forms_need_their_token()
    {
        using var handler = new HttpClientHandler { AllowAutoRedirect = false };
        using var client = new HttpClient(handler) { BaseAddress = new Uri(portal.Base) };
        using var without = await client.PostAsync("/signin", new FormUrlEncodedContent([new("name", "x"), new("password", "y")]));
        Assert.Equal(HttpStatusCode.BadRequest, without.StatusCode);
        using var outside = await client.GetAsync("/i/default/overview");
        Assert.Equal("/signin", outside.Headers.Location!.ToString());

        var accounts = portal.Server.Services.GetRequiredService<PortalAccounts>();
        Assert.Null(accounts.Add("guessed", Password, PortalRole.Reader));
        for (var i = 0; i < PortalAccounts.MaxFailures; i++)
        {
            Assert.Null(accounts.SignIn("guessed", "wrong", out var notYet));
            Assert.Null(notYet);
        }

        Assert.Null(accounts.SignIn("guessed", Password, out var locked));
        Assert.NotNull(locked);
    }
}
