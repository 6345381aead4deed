using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Muster.Core.Attestation;
using Muster.Core.Audit;
using Muster.Core.Concurrency;
using Muster.Core.Enrollments;
using Muster.Core.Errors;
using Muster.Core.Instances;
using Muster.Core.Registration;
using Muster.Core.Store;
using Muster.Portal.Jobs;
using Muster.Portal.SignIn;
using static Microsoft.Playwright.Assertions;

namespace Muster.Portal.Tests;

/// <summary>Jobs as a person sees them (portal 5 rule 6).</summary>
[Collection(PortalCollection.Name)]
public sealed class JobTests(PortalFixture portal)
{
    private IProvisioningStore Store => portal.Server.Services.GetRequiredService<IProvisioningStore>();

    [Fact]
    public async Task Rule_6_All_that_match_are_removed_by_a_job_that_outlives_its_page()
    {
        var instance = await NewInstanceAsync("job-dps");
        for (var i = 0; i < 60; i++) await AddAsync(instance, EnrollmentKind.Individual, $"job-{i:d2}");
        var page = await portal.OpenAsAsync(portal.Server, "job-person", "/i/job-dps/enrollments?tab=individual");
        await page.GetByLabel("Select all on this page").CheckAsync();
        await page.Button("Select all 60 matching").ClickAsync();
        await page.Button("Delete").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("This runs as a job");
        await page.Button("Yes").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Remove individual enrollments" })).ToBeVisibleAsync();
        var address = page.Url;
        Assert.Matches("/i/job-dps/jobs/[0-9a-f]{10}$", address);

        // The page goes, the job stays, and the next page of the session is told of its end.
        await page.GotoAsync(portal.Base + "/walkthroughs");
        await page.GetByLabel("Notifications, new ones").ClickAsync();
        var told = page.Locator(".bell .note").Filter(new() { HasText = "Remove individual enrollments: done. 60 done." });
        await Expect(told).ToBeVisibleAsync();
        await told.GetByRole(AriaRole.Link, new() { Name = "Open the job" }).ClickAsync();
        await Expect(page.GetByText("60 of 60 done").First).ToBeVisibleAsync();
        Assert.Equal(address, page.Url);
        await Expect(page.GetByRole(AriaRole.Progressbar, new() { Name = "Progress" })).ToHaveAttributeAsync("value", "100");
        await Expect(page.GetByText("job-person,")).ToBeVisibleAsync();
        await page.FollowAsync("Back to the list");
        await Expect(page.GetByText("No individual enrollments yet")).ToBeVisibleAsync();
        await page.FollowAsync("Jobs");
        await Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "Remove individual enrollments" })).ToContainTextAsync("60 of 60 done");
    }

    [Fact]
    public async Task Rule_6_A_job_is_paused_resumed_cancelled_and_its_failures_downloaded_by_its_page()
    {
        var board = portal.Server.Services.GetRequiredService<JobBoard>();
        var sessions = portal.Server.Services.GetRequiredService<PortalSessions>();
        var session = sessions.Find(sessions.Open("steering", PortalRole.Administrator))!;
        using var steps = new SemaphoreSlim(0);
        var job = JobBoardTests.Start(board, new JobActor(session.Id, session.UserName, IPAddress.Loopback), JobBoardTests.Plan([.. Enumerable.Range(0, 40).Select(i => $"=item-{i:d2}")], async id =>
        {
            await steps.WaitAsync();
            return id == "=item-01" ? Refusals.EnrollmentExists : null;
        }) with
        { Right = PortalRight.EnrollmentsDelete });

        var page = await portal.OpenAsync($"/i/default/jobs/{job}");
        await Expect(page.GetByText("0 of 40 done").First).ToBeVisibleAsync();
        await page.Button("Pause").ClickAsync();
        await Expect(page.Locator(".tag").Filter(new() { HasText = "paused" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Status).Filter(new() { HasText = "The job is paused." })).ToHaveCountAsync(1);
        await Expect(page.Button("Pause")).ToHaveAttributeAsync("title", "The job pauses already.");
        await page.Button("Resume").ClickAsync();
        await Expect(page.GetByText("Goes on as")).ToBeVisibleAsync();
        steps.Release(12);
        await Expect(page.GetByText("11 of 40 done, 1 failed").First).ToBeVisibleAsync();

        // A screen reader is told each tenth, not each item.
        await Expect(page.GetByRole(AriaRole.Status).Filter(new() { HasText = "Running, 30 percent." })).ToHaveCountAsync(1);
        await Expect(page.GetByRole(AriaRole.Progressbar, new() { Name = "Progress" })).ToHaveAttributeAsync("aria-valuetext", "11 of 40 done, 1 failed");
        var row = page.GetByRole(AriaRole.Row).Filter(new() { HasText = "item-01" });
        await Expect(row).ToContainTextAsync("409201");
        await Expect(row).ToContainTextAsync(Frame.ErrorWords.Explain(409201));
        var download = await page.RunAndWaitForDownloadAsync(() => page.Button("Download failures").ClickAsync());
        Assert.Equal($"job-{job}-failures.csv", download.SuggestedFilename);
        var lines = await File.ReadAllLinesAsync((await download.PathAsync())!);
        Assert.Equal("what,id,errorCode,message,explanation,timestampUtc", lines[0].TrimStart('\uFEFF'));
        Assert.StartsWith("thing,'=item-01,409201,Enrollment already exists.,", lines[1], StringComparison.Ordinal);

        var reader = await portal.OpenAsAsync(portal.Server, "job-reader", $"/i/default/jobs/{job}", PortalRole.Reader);
        foreach (var name in new[] { "Pause", "Resume", "Cancel" })
            await Expect(reader.Button(name)).ToHaveAttributeAsync("title", "Needs the right enrollments/delete (role Contributor).");
        await reader.Context.CloseAsync();

        await page.Button("Cancel").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("what was done stays done");
        await page.Button("Yes").ClickAsync();
        steps.Release(1);
        await Expect(page.Locator(".tag").Filter(new() { HasText = "cancelled" })).ToBeVisibleAsync();
        await Expect(page.Button("Cancel")).ToHaveAttributeAsync("title", "The job has ended.");
    }

    [Fact]
    public async Task Rule_6_A_group_goes_with_its_many_records_and_a_whole_group_is_deprovisioned_by_a_job()
    {
        var instance = await NewInstanceAsync("job-groups");
        foreach (var group in new[] { "gone", "out" })
        {
            await AddAsync(instance, EnrollmentKind.Group, group);
            for (var i = 0; i < 30; i++) await RecordAsync("job-groups", group, $"{group}-{i:d2}");
        }

        var page = await portal.OpenAsync("/i/job-groups/enrollments");
        await page.GetByLabel("Select gone").CheckAsync();
        await page.Button("Delete").ClickAsync();
        await page.GetByLabel("Delete these records first").CheckAsync();
        await page.Button("Yes").ClickAsync();
        await Expect(page.GetByText("31 of 31 done").First).ToBeVisibleAsync();
        Assert.Null(await Store.FindEnrollmentAsync("job-groups", EnrollmentKind.Group, "gone", default));
        Assert.Null(await Store.FindRegistrationAsync("job-groups", "gone-00", default));

        await portal.GoAsync(page, "/i/job-groups/enrollments/groups/out?tab=Records");
        await page.Button("Deprovision all...").ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Next" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Next" }).ClickAsync();
        await dialog.GetByLabel("Delete the registration records too").CheckAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Finish" }).ClickAsync();
        await Expect(page.GetByText("30 of 30 done").First).ToBeVisibleAsync();
        await Expect(page.GetByText("Do not delete the disabled group")).ToBeVisibleAsync();
        Assert.False((await Store.FindEnrollmentAsync("job-groups", EnrollmentKind.Group, "out", default))!.IsEnabled);
        Assert.Null(await Store.FindRegistrationAsync("job-groups", "out-29", default));
    }

    [Fact]
    public async Task Rule_6_A_job_that_is_not_known_says_what_a_stop_of_the_server_leaves()
    {
        var page = await portal.OpenAsync("/i/default/jobs/0123456789");
        await Expect(page.GetByRole(AriaRole.Status).Filter(new() { HasText = "what is left of a job is left as it is" })).ToBeVisibleAsync();
    }

    private async Task<ProvisioningInstance> NewInstanceAsync(string name)
    {
        var services = portal.Server.Services;
        Assert.Null((await services.GetRequiredService<InstanceService>().CreateAsync(AuditCaller.Process, new InstanceDefinition { Name = name }, default)).Refusal);
        return services.GetRequiredService<InstanceDirectory>().FindByName(name)!;
    }

    private async Task AddAsync(ProvisioningInstance instance, EnrollmentKind kind, string id)
    {
        var symmetric = new EnrollmentDefinition { Attestation = new() { Type = AttestationType.SymmetricKey } };
        Assert.Null((await portal.Server.Services.GetRequiredService<EnrollmentService>().PutAsync(instance, kind, id, symmetric, ETagCondition.None, default)).Refusal);
    }

    private async Task RecordAsync(string instance, string group, string id)
    {
        var now = DateTimeOffset.UtcNow;
        var record = new RegistrationRecord
        {
            InstanceName = instance,
            RegistrationId = id,
            EnrollmentKind = EnrollmentKind.Group,
            EnrollmentId = group,
            AttestationType = AttestationType.SymmetricKey,
            Status = RegistrationStatus.Failed,
            CreatedUtc = now,
            FirstRegisteredUtc = now,
            LastUpdatedUtc = now,
            ETag = ETag.Create(now),
        };
        Assert.Equal(CommitOutcome.Committed, await Store.CommitAsync([new PutRegistration(record, IfETag: null)], default));
    }
}
