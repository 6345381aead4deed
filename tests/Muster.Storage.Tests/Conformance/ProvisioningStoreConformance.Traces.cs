using Muster.Core.Registration;
using Muster.Core.Store;

namespace Muster.Storage.Tests.Conformance;

public abstract partial class ProvisioningStoreConformance
{
    [Fact]
    public async Task An_attempt_trace_is_read_as_it_was_written()
    {
        foreach (var written in (AttemptTrace[])[Samples.Trace("least"), Samples.FullTrace("Full")])
        {
            await CommitOrFailAsync(new AppendAttemptTrace(written));
            Assert.Equal(Snapshot.Of(written), Snapshot.Of((await TracesAsync(new AttemptTraceFilter { Limit = 1 })).Single()));
        }
    }

    [Theory]
    [InlineData(null, false, 100, "8 7 6 5 4 3 2 1")]
    [InlineData(null, false, 3, "8 7 6")]
    [InlineData(null, true, 100, "7 5 4 3")]
    [InlineData(null, true, 1, "7")]
    [InlineData("DEVICE-a", false, 100, "7 6 4 1")]
    [InlineData("Device-A", false, 2, "7 6")]
    [InlineData("device-a", true, 100, "7 4")]
    [InlineData("device", false, 100, "")]
    public async Task Attempt_traces_are_listed_newest_first_as_the_filter_says(
        string? registrationId, bool onlyRefused, int limit, string expected)
    {
        (string Id, AttemptOutcome Outcome)[] attempts =
        [
            ("Device-A", AttemptOutcome.Assigned),
            ("device-b", AttemptOutcome.Assigning),
            ("device-b", AttemptOutcome.Disabled),
            ("device-a", AttemptOutcome.Failed),
            ("device-b", AttemptOutcome.Refused),
            ("device-a", AttemptOutcome.Assigning),
            ("DEVICE-A", AttemptOutcome.Refused),
            ("device-b", AttemptOutcome.Assigned),
        ];
        foreach (var (index, (id, outcome)) in attempts.Index())
        {
            await CommitOrFailAsync(
                new AppendAttemptTrace(Samples.Trace(id, outcome, number: index + 1)),
                new AppendAttemptTrace(Samples.Trace(id, outcome, "other", 99)));
        }

        var filter = new AttemptTraceFilter { RegistrationId = registrationId, OnlyRefused = onlyRefused, Limit = limit };

        var traces = await TracesAsync(filter);

        Assert.Equal(expected, string.Join(' ', traces.Select(Number)));
    }

    [Fact]
    public async Task Attempts_with_an_unknown_ID_scope_stand_under_the_empty_name()
    {
        await CommitOrFailAsync(new AppendAttemptTrace(Samples.Trace("a", AttemptOutcome.Refused, "")));

        Assert.Single(await Store.ListAttemptTracesAsync("", new AttemptTraceFilter(), default));
        Assert.Empty(await TracesAsync(new AttemptTraceFilter()));
    }

    [Fact]
    public async Task A_trace_is_replaced_by_its_tracking_ID_where_it_stands_and_nowhere_else()
    {
        foreach (var number in (int[])[1, 2, 3]) await CommitOrFailAsync(new AppendAttemptTrace(Samples.Trace("Device-A", number: number)));
        await CommitOrFailAsync(new AppendAttemptTrace(Samples.Trace("device-b", number: 2)));
        var changed = Samples.FullTrace("device-a") with { TrackingId = Samples.Trace("a", number: 2).TrackingId };

        await CommitOrFailAsync(new ReplaceAttemptTrace(changed));
        await CommitOrFailAsync(new ReplaceAttemptTrace(Samples.Trace("device-a", number: 9)));
        await CommitOrFailAsync(new ReplaceAttemptTrace(Samples.Trace("device-c", number: 2)));

        var traces = await TracesAsync(new AttemptTraceFilter { RegistrationId = "DEVICE-A" });
        Assert.Equal([3, 2, 1], traces.Select(Number));
        Assert.Equal(Snapshot.Of(changed), Snapshot.Of(traces[1]));
        Assert.Equal(Snapshot.Of(changed), Snapshot.Of((await TracesAsync(new AttemptTraceFilter { OnlyRefused = true })).Single()));
        Assert.Equal(4, (await TracesAsync(new AttemptTraceFilter())).Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1001)]
    public async Task A_limit_out_of_range_is_a_bug_of_the_caller(int limit) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => TracesAsync(new AttemptTraceFilter { Limit = limit }));

    [Fact]
    public async Task The_oldest_traces_are_pruned_beyond_the_limit_of_their_instance()
    {
        await CommitOrFailAsync(new AppendAttemptTrace(Samples.Trace("kept", instance: "other")));
        const int written = 10 * MaxAttemptTraces;
        for (var i = 1; i <= written; i++) await CommitOrFailAsync(new AppendAttemptTrace(Samples.Trace("a", number: i)));

        var traces = await UntilPrunedAsync();

        Assert.Equal(Enumerable.Range(0, traces.Count).Select(i => written - i), traces.Select(Number));
        Assert.True(traces.Count >= MaxAttemptTraces);
        Assert.Single(await Store.ListAttemptTracesAsync("other", new AttemptTraceFilter(), default));
    }

    [Fact]
    public async Task Traces_that_stood_before_the_store_was_opened_count_too()
    {
        for (var i = 1; i <= MaxAttemptTraces; i++) await CommitOrFailAsync(new AppendAttemptTrace(Samples.Trace("a", number: i)));
        await ReopenAsync();
        for (var i = 1; i <= MaxAttemptTraces; i++)
            await CommitOrFailAsync(new AppendAttemptTrace(Samples.Trace("a", number: MaxAttemptTraces + i)));

        var traces = await UntilPrunedAsync();

        Assert.Equal(Enumerable.Range(0, traces.Count).Select(i => (2 * MaxAttemptTraces) - i), traces.Select(Number));
        Assert.True(traces.Count >= MaxAttemptTraces);
    }

    private static int Number(AttemptTrace trace) => BitConverter.ToInt32(trace.TrackingId.ToByteArray());

    private Task<IReadOnlyList<AttemptTrace>> TracesAsync(AttemptTraceFilter filter) =>
        Store.ListAttemptTracesAsync(Samples.Instance, filter, default);

    /// <summary>Lets the store write until it has pruned to the limit and the tenth beyond it that it may leave.</summary>
    private async Task<IReadOnlyList<AttemptTrace>> UntilPrunedAsync()
    {
        var filter = new AttemptTraceFilter { Limit = 1000 };
        for (var i = 0; i < 1000; i++)
        {
            var traces = await TracesAsync(filter);
            if (traces.Count <= MaxAttemptTraces + (MaxAttemptTraces / 10)) return traces;
            await CommitOrFailAsync(new DeleteRegistration(Samples.Instance, "none", null));
        }

        Assert.Fail("The store did not prune.");
        return [];
    }
}
