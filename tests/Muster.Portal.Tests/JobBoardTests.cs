using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Muster.Core.Enrollments;
using Muster.Core.Errors;
using Muster.Portal.Frame;
using Muster.Portal.Jobs;
using Muster.Portal.SignIn;

namespace Muster.Portal.Tests;

/// <summary>Long jobs run without a page, rest, go on, and end (portal 5 rule 6).</summary>
[Collection(PortalCollection.Name)]
public sealed class JobBoardTests(PortalFixture portal)
{
    private static readonly Refusal Kept = new(409000, "It is held.");

    private PortalSessions Sessions => portal.Server.Services.GetRequiredService<PortalSessions>();

    [Fact]
    public async Task A_job_rests_goes_on_and_tells_what_was_refused()
    {
        using var board = NewBoard();
        using var steps = new SemaphoreSlim(0);
        var done = new ConcurrentQueue<string>();
        var actor = NewActor(PortalRole.Administrator);
        var job = Start(board, actor, Plan(["a", "b", "c"], async id =>
        {
            await steps.WaitAsync();
            done.Enqueue(id);
            return id == "b" ? Kept : null;
        }));
        await ReachesAsync(board, job, state => state.State == JobState.Running);

        board.Pause("default", job);
        steps.Release();
        var resting = await ReachesAsync(board, job, state => state is { State: JobState.Paused, Done: 1 });
        Assert.Equal(33, resting.Percent);
        Assert.Null(resting.WhyPaused);
        Assert.Equal(["a"], done);

        board.Resume("default", job, actor);
        steps.Release(2);
        var ended = await ReachesAsync(board, job, state => state.HasEnded);
        Assert.Equal((JobState.Done, 2L, 1L, 100), (ended.State, ended.Done, ended.Failed, ended.Percent));
        var failure = Assert.Single(board.FailuresOf("default", job));
        Assert.Equal(("thing", "b", Kept), (failure.Item.What, failure.Item.Id, failure.Refusal));

        // The person's bell has it, on whatever page.
        var notice = portal.Server.Services.GetRequiredService<NoticeBook>().Of(actor.SessionId).LatestForAll!;
        Assert.Equal(("Test things: done. 2 done, 1 failed.", $"i/default/jobs/{job}", true), (notice.Text, notice.Href, notice.IsBad));
    }

    [Fact]
    public async Task A_job_rests_when_the_session_of_its_person_ends_and_goes_on_with_the_rights_of_whoever_resumes_it()
    {
        using var board = NewBoard();
        var services = portal.Server.Services;
        foreach (var id in new[] { "rights-1", "rights-2" }) await portal.AddSymmetricAsync("individual", id);
        var first = NewActor(PortalRole.Administrator);
        using var steps = new SemaphoreSlim(0);
        var plan = JobPlans.DeleteEnrollments("default", EnrollmentKind.Individual, ["rights-1", "rights-2"], null, 2);
        var job = Start(board, first, plan with
        {
            Act = async (hands, item, cancellationToken) =>
            {
                await steps.WaitAsync(cancellationToken);
                return await plan.Act(hands, item, cancellationToken);
            },
        });
        await ReachesAsync(board, job, state => state.State == JobState.Running);
        Sessions.Close(first.SessionId);
        steps.Release();

        // The service behind refused what the ended session asked for; the item waits.
        var resting = await ReachesAsync(board, job, state => state.State == JobState.Paused);
        Assert.Contains("has ended", resting.WhyPaused, StringComparison.Ordinal);
        Assert.Equal((0L, 0L), (resting.Done, resting.Failed));

        board.Resume("default", job, NewActor(PortalRole.Contributor));
        steps.Release(2);
        var ended = await ReachesAsync(board, job, state => state.HasEnded);
        Assert.Equal((JobState.Done, 2L, "test Contributor"), (ended.State, ended.Done, ended.ActsAs));
        var store = services.GetRequiredService<Core.Store.IProvisioningStore>();
        Assert.Null(await store.FindEnrollmentAsync("default", EnrollmentKind.Individual, "rights-1", default));
    }

    [Fact]
    public async Task Each_item_of_somebody_without_the_right_is_refused_by_the_service_behind()
    {
        using var board = NewBoard();
        await portal.AddSymmetricAsync("individual", "reader-job");
        var job = Start(board, NewActor(PortalRole.Reader), JobPlans.DeleteEnrollments("default", EnrollmentKind.Individual, ["reader-job"], null, 1));
        var ended = await ReachesAsync(board, job, state => state.HasEnded);
        Assert.Equal((0L, 1L), (ended.Done, ended.Failed));
        Assert.Equal(403000, ended.FirstFailures[0].Refusal.Code);
        Assert.NotNull(await portal.Server.Services.GetRequiredService<Core.Store.IProvisioningStore>().FindEnrollmentAsync("default", EnrollmentKind.Individual, "reader-job", default));
    }

    [Fact]
    public async Task Two_jobs_work_at_a_time_and_a_resting_one_leaves_its_place()
    {
        using var board = NewBoard();
        var actor = NewActor(PortalRole.Administrator);
        using var steps = new SemaphoreSlim(0);
        var plan = Plan(["x", "y"], async _ =>
        {
            await steps.WaitAsync();
            return null;
        });
        var jobs = Enumerable.Range(0, 3).Select(_ => Start(board, actor, plan)).ToList();
        await WaitAsync(() => jobs.Count(job => board.Find("default", job)!.State == JobState.Running) == JobBoard.MaxRunning);
        var waiting = Assert.Single(jobs, job => board.Find("default", job)!.State == JobState.Waiting);

        var rests = jobs.First(job => job != waiting);
        board.Pause("default", rests);
        steps.Release(2);
        await ReachesAsync(board, waiting, state => state.State == JobState.Running);
        foreach (var job in jobs) board.Cancel("default", job);
        steps.Release(6);
        foreach (var job in jobs) await ReachesAsync(board, job, state => state.HasEnded);
        Assert.Equal(JobState.Cancelled, board.Find("default", rests)!.State);
    }

    [Fact]
    public async Task No_more_jobs_are_taken_than_can_be_watched_and_a_stop_ends_them()
    {
        using var board = NewBoard();
        var actor = NewActor(PortalRole.Administrator);
        var plan = Plan(["x"], _ => Task.FromResult<Refusal?>(null)) with
        {
            Act = async (_, _, cancellationToken) =>
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
                return null;
            },
        };
        var jobs = Enumerable.Range(0, JobBoard.MaxOpen).Select(_ => Start(board, actor, plan)).ToList();
        Assert.Equal(429001, board.Start(plan, actor).Refusal!.Code);

        await board.StopAsync(CancellationToken.None);
        Assert.All(jobs, job => Assert.Equal((JobState.Cancelled, 0L), (board.Find("default", job)!.State, board.Find("default", job)!.Done)));
    }

    [Fact]
    public async Task What_was_throttled_is_asked_again()
    {
        using var board = NewBoard();
        var asked = 0;
        var job = Start(board, NewActor(PortalRole.Administrator), Plan(["x"], _ => Task.FromResult(
            Interlocked.Increment(ref asked) < 3 ? Refusals.Throttled(TimeSpan.FromMilliseconds(1)) : null)));
        var ended = await ReachesAsync(board, job, state => state.HasEnded);
        Assert.Equal((1L, 0L, 3), (ended.Done, ended.Failed, asked));
    }

    [Fact]
    public async Task A_job_that_breaks_tells_no_raw_text_but_an_ID()
    {
        using var board = NewBoard();
        var job = Start(board, NewActor(PortalRole.Administrator), Plan(["x"], _ => throw new InvalidOperationException("raw text")));
        var ended = await ReachesAsync(board, job, state => state.HasEnded);
        Assert.Equal((JobState.Failed, 500001, "An internal error occurred."), (ended.State, ended.WhyFailed!.Code, ended.WhyFailed.Message));

        var unlisted = Start(board, NewActor(PortalRole.Administrator), Plan(["x"], _ => Task.FromResult<Refusal?>(null)) with
        {
            List = (_, _, _) => Task.FromResult<Result<JobItems>>(Refusals.InvalidContinuation),
        });
        Assert.Equal(400005, (await ReachesAsync(board, unlisted, state => state.HasEnded)).WhyFailed!.Code);
    }

    [Theory]
    [InlineData(PortalRole.Reader, 403)]
    [InlineData(PortalRole.Contributor, null)]
    public async Task Who_may_not_do_it_may_neither_start_nor_steer_a_job(PortalRole role, int? status)
    {
        using var board = NewBoard();
        var desk = new JobDesk(await portal.AccessAsync(role), board);
        var plan = Plan(["x"], _ => Task.FromResult<Refusal?>(null)) with { Right = PortalRight.EnrollmentsDelete };
        var job = Start(board, NewActor(PortalRole.Administrator), plan);
        Assert.Equal(status, desk.Start(plan).Refusal?.HttpStatus);
        Assert.Equal(status, desk.Pause("default", job)?.HttpStatus);
        Assert.Equal(status, desk.Resume("default", job)?.HttpStatus);
        Assert.Equal(status, desk.Cancel("default", job)?.HttpStatus);
        Assert.Equal(404, desk.Cancel("other", job)!.HttpStatus);
        Assert.NotEmpty(desk.List("default"));
        Assert.Empty(desk.List("other"));
        await ReachesAsync(board, job, state => state.HasEnded);
    }

    internal static JobPlan Plan(IReadOnlyList<string> ids, Func<string, Task<Refusal?>> act) => new()
    {
        Instance = "default",
        Title = "Test things",
        Right = PortalRight.Read,
        Total = ids.Count,
        Href = "/",
        List = (_, _, _) => Task.FromResult<Result<JobItems>>(new JobItems([.. ids.Select(id => new JobItem("thing", id))], Next: null)),
        Act = (_, item, _) => act(item.Id),
    };

    internal static string Start(JobBoard board, JobActor actor, JobPlan plan)
    {
        Assert.True(board.Start(plan, actor).Try(out var job, out var refusal), refusal?.Message);
        return job!.Id;
    }

    private static async Task<JobProgress> ReachesAsync(JobBoard board, string job, Func<JobProgress, bool> reached)
    {
        await WaitAsync(() => reached(board.Find("default", job)!));
        return board.Find("default", job)!;
    }

    private static async Task WaitAsync(Func<bool> reached)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!reached()) await Task.Delay(10, limit.Token);
    }

    private JobBoard NewBoard() => ActivatorUtilities.CreateInstance<JobBoard>(portal.Server.Services);

    private JobActor NewActor(PortalRole role)
    {
        var session = Sessions.Find(Sessions.Open($"test {role}", role))!;
        return new JobActor(session.Id, session.UserName, IPAddress.Loopback);
    }
}
