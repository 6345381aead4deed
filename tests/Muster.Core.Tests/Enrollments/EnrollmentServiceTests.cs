using Muster.Core.Attestation;
using Muster.Core.Concurrency;
using Muster.Core.Enrollments;
using Muster.Core.Instances;
using Muster.Core.Registration;
using Xunit;

namespace Muster.Core.Tests.Enrollments;

/// <summary>The table of service-api S-5, and what other processes may do in between.</summary>
public sealed class EnrollmentServiceTests
{
    private static readonly EnrollmentDefinition Keys = new()
    {
        Attestation = new AttestationDefinition { Type = AttestationType.SymmetricKey },
    };

    private readonly StoreDouble _store = new();
    private readonly EnrollmentService _service;
    private readonly ProvisioningInstance _instance = new()
    {
        Name = "default",
        IdScope = "0ne00000001",
        ServiceHostNames = [],
        AccessPolicies = [],
        CreatedUtc = DateTimeOffset.UnixEpoch,
        ETag = "x",
    };

    public EnrollmentServiceTests() => _service = new EnrollmentService(_store, TimeProvider.System);

    // "missing" or "exists" is the state, "current" stands for the stored etag; 200 is success.
    [Theory]
    [InlineData("missing", "", EnrollmentKind.Individual, 200)]
    [InlineData("missing", "create only", EnrollmentKind.Individual, 200)]
    [InlineData("missing", "current", EnrollmentKind.Individual, 404201)]
    [InlineData("missing", "*", EnrollmentKind.Individual, 404201)]
    [InlineData("missing", "stale", EnrollmentKind.Individual, 404201)]
    [InlineData("missing", "*", EnrollmentKind.Group, 404204)]
    [InlineData("exists", "", EnrollmentKind.Individual, 409201)]
    [InlineData("exists", "", EnrollmentKind.Group, 409202)]
    [InlineData("exists", "current", EnrollmentKind.Individual, 200)]
    [InlineData("exists", "*", EnrollmentKind.Individual, 200)]
    [InlineData("exists", "stale", EnrollmentKind.Individual, 412001)]
    [InlineData("exists", "create only", EnrollmentKind.Individual, 412001)]
    public async Task Put(string state, string condition, EnrollmentKind kind, int expected)
    {
        var etag = state == "exists" ? (await CreateAsync(kind)).ETag : "IjEi";
        var result = await _service.PutAsync(_instance, kind, "dev", Keys, Condition(condition, etag), CancellationToken.None);

        Assert.Equal(expected, result.Refusal?.Code ?? 200);
        if (expected == 200) Assert.NotEqual(etag, result.Value!.ETag);
    }

    [Theory]
    [InlineData("missing", "", EnrollmentKind.Individual, 404201)]
    [InlineData("missing", "*", EnrollmentKind.Group, 404204)]
    [InlineData("missing", "stale", EnrollmentKind.Individual, 404201)]
    [InlineData("exists", "", EnrollmentKind.Individual, 204)]
    [InlineData("exists", "*", EnrollmentKind.Individual, 204)]
    [InlineData("exists", "current", EnrollmentKind.Individual, 204)]
    [InlineData("exists", "stale", EnrollmentKind.Individual, 412001)]
    [InlineData("exists", "stale", EnrollmentKind.Group, 412001)]
    public async Task Delete(string state, string condition, EnrollmentKind kind, int expected)
    {
        var etag = state == "exists" ? (await CreateAsync(kind)).ETag : "IjEi";
        var refusal = await _service.DeleteAsync(_instance, kind, "dev", Condition(condition, etag), CancellationToken.None);

        Assert.Equal(expected, refusal?.Code ?? 204);
        Assert.Equal(expected == 412001, (await _service.FindAsync(_instance, kind, "dev", CancellationToken.None)).Value is not null);
    }

    [Fact]
    public async Task Update_keeps_creation_date_and_spelling_and_moves_the_last_update()
    {
        var created = await CreateAsync(EnrollmentKind.Individual, "Dev-A");
        Assert.Equal(created.CreatedUtc, created.LastUpdatedUtc);

        // A clock that was set back must not move the date back.
        var early = new EnrollmentService(_store, new FixedClock(created.LastUpdatedUtc.AddHours(-1)));
        var updated = (await early.PutAsync(_instance, EnrollmentKind.Individual, "dev-a", Keys, ETagCondition.Any,
            CancellationToken.None)).Value!;

        Assert.Equal("Dev-A", updated.Id);
        Assert.Equal(created.CreatedUtc, updated.CreatedUtc);
        Assert.True(updated.LastUpdatedUtc > created.LastUpdatedUtc);
    }

    [Fact]
    public async Task Deleting_an_individual_takes_its_record_along_and_deleting_a_group_does_not()
    {
        await CreateAsync(EnrollmentKind.Individual);
        await CreateAsync(EnrollmentKind.Group);
        _store.Overwrite(Record("dev", EnrollmentKind.Individual, "dev"));
        _store.Overwrite(Record("member", EnrollmentKind.Group, "dev"));

        await _service.DeleteAsync(_instance, EnrollmentKind.Individual, "DEV", ETagCondition.None, CancellationToken.None);
        await _service.DeleteAsync(_instance, EnrollmentKind.Group, "dev", ETagCondition.None, CancellationToken.None);

        var records = new RegistrationRecordService(_store, TimeProvider.System);
        Assert.Equal(404202, (await records.FindAsync(_instance, "dev", CancellationToken.None)).Refusal?.Code);
        Assert.NotNull((await records.FindAsync(_instance, "member", CancellationToken.None)).Value);
        Assert.NotNull((await records.FindAsync(_instance, "member", CancellationToken.None)).Value);
    }

    [Theory]
    [InlineData("*", 200)]
    [InlineData("current", 412001)]
    public async Task Write_of_another_process_in_between_is_judged_anew(string condition, int expected)
    {
        var created = await CreateAsync(EnrollmentKind.Individual);
        _store.BeforeNextCommit = () => _store.Overwrite(created with { ETag = ETag.Create(DateTimeOffset.UnixEpoch) });

        var result = await _service.PutAsync(
            _instance, EnrollmentKind.Individual, "dev", Keys, Condition(condition, created.ETag), CancellationToken.None);

        Assert.Equal(expected, result.Refusal?.Code ?? 200);
    }

    [Fact]
    public async Task Creation_that_another_process_won_is_a_conflict()
    {
        var created = await CreateAsync(EnrollmentKind.Individual);
        _store.Remove(EnrollmentKind.Individual, "dev");
        _store.BeforeNextCommit = () => _store.Overwrite(created);
        var result = await _service.PutAsync(_instance, EnrollmentKind.Individual, "dev", Keys, ETagCondition.None, CancellationToken.None);
        Assert.Equal(409201, result.Refusal?.Code);
    }

    [Fact]
    public async Task Thousand_writers_of_one_id_without_condition_create_it_once_and_with_any_all_succeed()
    {
        var creations = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => Task.Run(() =>
            _service.PutAsync(_instance, EnrollmentKind.Individual, "dev", Keys, ETagCondition.None, CancellationToken.None))));
        Assert.Equal(1, creations.Count(result => result.Value is not null));
        Assert.Equal(999, creations.Count(result => result.Refusal?.Code == 409201));

        var updates = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => Task.Run(() =>
            _service.PutAsync(_instance, EnrollmentKind.Individual, "DEV", Keys, ETagCondition.Any, CancellationToken.None))));
        Assert.All(updates, result => Assert.NotNull(result.Value));
        Assert.Equal(1001, _store.Commits);
    }

    [Theory]
    [InlineData("", "*")]
    [InlineData("", "current")]
    public async Task Record_is_deleted_under_its_own_etag(string first, string second)
    {
        var records = new RegistrationRecordService(_store, TimeProvider.System);
        foreach (var condition in new[] { first, second })
        {
            var record = Record("dev", EnrollmentKind.Individual, "dev");
            _store.Overwrite(record);
            Assert.Equal(412001, (await records.DeleteAsync(_instance, "dev", Condition("stale", ""), CancellationToken.None))?.Code);
            Assert.Null(await records.DeleteAsync(_instance, "dev", Condition(condition, record.ETag), CancellationToken.None));
            Assert.Equal(404202, (await records.DeleteAsync(_instance, "dev", ETagCondition.Any, CancellationToken.None))?.Code);
        }
    }

    private async Task<Enrollment> CreateAsync(EnrollmentKind kind, string id = "dev") =>
        (await _service.PutAsync(_instance, kind, id, Keys, ETagCondition.None, CancellationToken.None)).Value!;

    private static ETagCondition Condition(string text, string etag) => text switch
    {
        "create only" => ETagCondition.CreateOnly,
        "current" => ETagCondition.Parse(etag),
        "stale" => ETagCondition.Parse("\"stale\""),
        _ => ETagCondition.Parse(text),
    };

    private static RegistrationRecord Record(string id, EnrollmentKind kind, string enrollmentId) => new()
    {
        InstanceName = "default",
        RegistrationId = id,
        EnrollmentKind = kind,
        EnrollmentId = enrollmentId,
        AttestationType = AttestationType.SymmetricKey,
        Status = RegistrationStatus.Assigned,
        CreatedUtc = DateTimeOffset.UnixEpoch,
        FirstRegisteredUtc = DateTimeOffset.UnixEpoch,
        LastUpdatedUtc = DateTimeOffset.UnixEpoch,
        ETag = ETag.Create(DateTimeOffset.UnixEpoch),
    };

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
