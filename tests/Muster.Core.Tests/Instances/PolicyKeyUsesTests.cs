using System.Net;
using Muster.Core.Audit;
using Muster.Core.Errors;
using Muster.Core.Instances;
using Muster.Core.Tests.Enrollments;
using Muster.Tests;
using Xunit;

namespace Muster.Core.Tests.Instances;

public sealed class PolicyKeyUsesTests : IAsyncLifetime
{
    private readonly StoreDouble _store = new();
    private readonly ManualTimeProvider _clock = new(new DateTimeOffset(2026, 5, 1, 8, 0, 0, TimeSpan.Zero));
    private readonly InstanceDirectory _directory;
    private readonly AccessPolicyService _policies;
    private readonly PolicyKeyUses _uses;

    public PolicyKeyUsesTests()
    {
        _directory = new InstanceDirectory(_store, _clock);
        _policies = new AccessPolicyService(new InstanceService(_directory, _store, _clock), _clock);
        _uses = new PolicyKeyUses(_store, _clock);
    }

    private ProvisioningInstance Instance => _directory.Instances[0];

    private AccessPolicy Owner => Instance.AccessPolicies[0];

    public async ValueTask InitializeAsync() => await _directory.EnsureDefaultAsync(CancellationToken.None);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public void A_key_that_nobody_used_has_no_use_and_tells_when_it_was_made()
    {
        Assert.Null(_uses.Find(Instance.Name, Owner, isPrimary: true));
        Assert.Equal((Instance.CreatedUtc, Instance.CreatedUtc), (Owner.PrimaryMadeUtc, Owner.SecondaryMadeUtc));
    }

    [Fact]
    public void The_last_use_counts_and_each_key_has_its_own()
    {
        _uses.Note(Instance, Owner, isPrimary: true, IPAddress.Parse("10.0.0.1"));
        _clock.Advance(TimeSpan.FromMinutes(1));
        _uses.Note(Instance, Owner, isPrimary: true, IPAddress.Parse("::ffff:10.0.0.2"));
        var use = _uses.Find("DEFAULT", Owner, isPrimary: true)!;
        Assert.Equal((_clock.GetUtcNow(), "10.0.0.2"), (use.AtUtc, use.Address));
        Assert.Null(_uses.Find(Instance.Name, Owner, isPrimary: false));
    }

    [Fact]
    public async Task A_use_follows_its_key_when_keys_are_swapped_and_ends_with_it_when_a_new_one_is_made()
    {
        _uses.Note(Instance, Owner, isPrimary: true, IPAddress.Parse("10.0.0.1"));
        await _policies.SwapAsync(AuditCaller.Process, Instance.Name, Owner.Name, CancellationToken.None);
        Assert.Null(_uses.Find(Instance.Name, Owner, isPrimary: true));
        Assert.Equal("10.0.0.1", _uses.Find(Instance.Name, Owner, isPrimary: false)?.Address);

        _clock.Advance(TimeSpan.FromHours(1));
        await _policies.RegenerateAsync(AuditCaller.Process, Instance.Name, Owner.Name, isPrimary: false, CancellationToken.None);
        Assert.Null(_uses.Find(Instance.Name, Owner, isPrimary: false));
        Assert.Equal(Instance.CreatedUtc, Owner.PrimaryMadeUtc);
        Assert.Equal(_clock.GetUtcNow(), Owner.SecondaryMadeUtc);
    }

    [Fact]
    public async Task Only_what_is_new_is_written_and_it_is_known_after_a_restart()
    {
        _uses.Note(Instance, Owner, isPrimary: true, IPAddress.Parse("10.0.0.1"));
        _uses.Note(Instance, Owner, isPrimary: true, IPAddress.Parse("::ffff:10.0.0.2"));
        Assert.Empty(_store.KeyUses);
        await _uses.WriteAsync(CancellationToken.None);
        await _uses.WriteAsync(CancellationToken.None);
        Assert.Equal("10.0.0.2", Assert.Single(_store.KeyUses).Address);

        var later = new PolicyKeyUses(_store, _clock);
        await later.LoadAsync(CancellationToken.None);
        Assert.Equal(_store.KeyUses[0], later.Find(Instance.Name, Owner, isPrimary: true));
        await later.WriteAsync(CancellationToken.None);
        Assert.Single(_store.KeyUses);
    }

    [Fact]
    public async Task What_is_left_is_written_at_the_stop()
    {
        using var stop = new CancellationTokenSource();
        var running = _uses.RunAsync(new FaultList(), stop.Token);
        _uses.Note(Instance, Owner, isPrimary: false, address: null);
        await stop.CancelAsync();
        await running;
        Assert.Null(Assert.Single(_store.KeyUses).Address);
    }

    [Fact]
    public async Task A_minute_of_uses_is_written_once()
    {
        using var stop = new CancellationTokenSource();
        var running = _uses.RunAsync(new FaultList(), stop.Token);
        for (var second = 0; second < 60; second++)
        {
            _uses.Note(Instance, Owner, isPrimary: true, IPAddress.Parse($"10.0.0.{second}"));
            Assert.Empty(_store.KeyUses);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        await Eventually.TrueAsync(() => Task.FromResult(_store.KeyUses.Count > 0), "the last use is written");
        Assert.Equal("10.0.0.59", Assert.Single(_store.KeyUses).Address);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_store_that_fails_is_reported_and_told_again()
    {
        var faults = new FaultList();
        var stopped = new CancellationToken(canceled: true);
        _store.BeforeNextCommit = () => throw new IOException("disk full");
        _uses.Note(Instance, Owner, isPrimary: true, IPAddress.Parse("10.0.0.1"));
        await _uses.RunAsync(faults, stopped);
        Assert.Empty(_store.KeyUses);
        Assert.IsType<IOException>(Assert.Single(faults.Reported));

        await _uses.RunAsync(faults, stopped);
        Assert.Single(_store.KeyUses);
        Assert.Single(faults.Reported);
    }

    private sealed class FaultList : IFaultLog
    {
        public List<Exception> Reported { get; } = [];

        public void Report(string activity, Exception exception) => Reported.Add(exception);
    }
}
