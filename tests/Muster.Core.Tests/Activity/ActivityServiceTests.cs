using Muster.Core.Activity;
using Muster.Core.Attestation;
using Muster.Core.Enrollments;
using Muster.Core.Errors;
using Muster.Core.Registration;
using Muster.Core.Tests.Enrollments;

namespace Muster.Core.Tests.Activity;

public sealed class ActivityServiceTests : IDisposable
{
    private const string Instance = "default";

    private static readonly DateTimeOffset Start = new(2026, 5, 4, 10, 0, 0, TimeSpan.Zero);

    private readonly StoreDouble _store = new();
    private readonly WallClock _clock = new() { Now = Start };
    private readonly FaultDouble _faults = new();
    private readonly ActivityService _service;

    public ActivityServiceTests() => _service = new ActivityService(_store, _clock, _faults);

    public void Dispose() => _service.Dispose();

    [Fact]
    public async Task Registrations_are_told_apart_by_outcome_code_and_hub()
    {
        _service.Count(Record(RegistrationStatus.Assigned, hub: "Hub-A"));
        _service.Count(Record(RegistrationStatus.Assigned, hub: "hub-a"));
        _service.Count(Record(RegistrationStatus.Assigned, hub: "hub-b"));
        _service.Count(Record(RegistrationStatus.Failed, code: 404201));
        _service.Count(Record(RegistrationStatus.Disabled));
        _service.Count(Record(RegistrationStatus.Assigning));
        _service.CountRefusal("DEFAULT", 401002);
        _service.CountRefusal(Instance, 401002);
        _service.CountRefusal("another", 401002);

        var bucket = Assert.Single(await _service.ReadAsync(Instance, Start, default));

        Assert.Equal((Start, 3, 3, 1), (bucket.StartUtc, bucket.Assigned, bucket.Failed, bucket.Disabled));
        Assert.Equal(new Dictionary<string, long> { ["hub-a"] = 2, ["hub-b"] = 1 }, bucket.AssignedByHub);
        Assert.Equal(new Dictionary<int, long> { [401002] = 2, [404201] = 1 }, bucket.FailuresByCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_stretch_has_a_bucket_whether_stored_or_not(bool flushes)
    {
        foreach (var minute in (int[])[0, 4, 5, 21])
        {
            _clock.Now = Start.AddMinutes(minute);
            _service.Count(Record(RegistrationStatus.Assigned));
            if (flushes) await _service.FlushAsync(default);
        }

        _clock.Now = Start.AddMinutes(31);
        var buckets = await _service.ReadAsync(Instance, Start.AddMinutes(2), default);

        Assert.Equal([2, 1, 0, 0, 1, 0, 0], buckets.Select(bucket => bucket.Assigned));
        Assert.Equal([0, 5, 10, 15, 20, 25, 30], buckets.Select(bucket => (bucket.StartUtc - Start).TotalMinutes));
        Assert.Empty(await _service.ReadAsync(Instance, Start.AddHours(1), default));
    }

    [Fact]
    public async Task What_was_stored_is_found_after_a_restart_and_what_waited_is_stored_at_the_stop()
    {
        _service.Count(Record(RegistrationStatus.Assigned));
        await _service.FlushAsync(default);
        _service.Count(Record(RegistrationStatus.Assigned));
        await _service.RunAsync(new CancellationToken(canceled: true));

        using var next = new ActivityService(_store, _clock, _faults);
        Assert.Equal(2, Assert.Single(await next.ReadAsync(Instance, Start, default)).Assigned);
        next.Count(Record(RegistrationStatus.Assigned));
        Assert.Equal(3, Assert.Single(await next.ReadAsync(Instance, Start, default)).Assigned);
    }

    [Fact]
    public async Task A_day_is_kept_and_no_more()
    {
        _service.Count(Record(RegistrationStatus.Assigned));
        _clock.Now = Start.AddMinutes(10);
        _service.Count(Record(RegistrationStatus.Assigned));
        await _service.FlushAsync(default);
        Assert.Equal(2, _store.Activity.Count);

        _clock.Now = Start.AddDays(1).AddMinutes(6);
        var buckets = await _service.ReadAsync(Instance, DateTimeOffset.MinValue, default);
        Assert.Equal(288, buckets.Count);
        Assert.Equal(1, buckets.Sum(bucket => bucket.Assigned));

        await _service.FlushAsync(default);
        Assert.Equal(Start.AddMinutes(10), Assert.Single(_store.Activity).StartUtc);
    }

    [Fact]
    public async Task What_cannot_be_stored_is_stored_with_the_next_flush()
    {
        _service.Count(Record(RegistrationStatus.Assigned));
        _store.BeforeNextCommit = () => throw new IOException("The disk is full.");
        await Assert.ThrowsAsync<IOException>(() => _service.FlushAsync(default));
        _service.Count(Record(RegistrationStatus.Assigned));
        Assert.Equal(2, Assert.Single(await _service.ReadAsync(Instance, Start, default)).Assigned);

        await _service.FlushAsync(default);

        Assert.Equal(2, Assert.Single(_store.Activity).Count);
        Assert.Equal(2, Assert.Single(await _service.ReadAsync(Instance, Start, default)).Assigned);
    }

    [Fact]
    public async Task The_last_flush_of_a_broken_store_is_reported()
    {
        _service.Count(Record(RegistrationStatus.Assigned));
        _store.BeforeNextCommit = () => throw new IOException("The disk is full.");
        await _service.RunAsync(new CancellationToken(canceled: true));
        Assert.Equal("The disk is full.", Assert.Single(_faults.Reported).Message);
    }

    [Fact]
    public async Task A_hub_that_invents_codes_fills_no_memory()
    {
        for (var code = 400_000; code < 402_000; code++) _service.CountRefusal(Instance, code);
        var bucket = Assert.Single(await _service.ReadAsync(Instance, Start, default));
        Assert.Equal(ActivityService.MaxKinds + 1, bucket.FailuresByCode.Count);
        Assert.Equal(2000 - ActivityService.MaxKinds, bucket.FailuresByCode[0]);
        Assert.Equal(2000, bucket.Failed);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(54, 1)]
    [InlineData(60, 0)]
    public async Task The_last_hour_counts_devices_that_were_assigned(int later, long expected)
    {
        _service.Count(Record(RegistrationStatus.Assigned));
        _service.CountRefusal(Instance, 401002);
        _clock.Now = Start.AddMinutes(later);
        Assert.Equal(expected, await _service.AssignedInLastHourAsync(Instance, default));
    }

    private static RegistrationRecord Record(RegistrationStatus status, string hub = "hub-a", int? code = null) => new()
    {
        InstanceName = Instance,
        RegistrationId = "device",
        EnrollmentKind = EnrollmentKind.Individual,
        EnrollmentId = "device",
        AttestationType = AttestationType.SymmetricKey,
        Status = status,
        Assignment = new HubAssignment(hub, "device"),
        ErrorCode = code,
        CreatedUtc = Start,
        FirstRegisteredUtc = Start,
        LastUpdatedUtc = Start,
        ETag = "\"1\"",
    };

    private sealed class WallClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }

    private sealed class FaultDouble : IFaultLog
    {
        public List<Exception> Reported { get; } = [];

        public void Report(string activity, Exception exception) => Reported.Add(exception);
    }
}
