using System.Text.Json;
using Muster.Core.Attestation;
using Muster.Core.Enrollments;
using Muster.Core.Errors;
using Muster.Core.Registration;

namespace Muster.Core.Tests.Registration;

public sealed class RegistrationStateMachineTests
{
    private static readonly DateTimeOffset First = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly RegisteringDevice Device = new("default", "DEV", EnrollmentKind.Group, "fleet", AttestationType.SymmetricKey);
    private static readonly HubAssignment Stood = new("old.test", "dev");

    public static TheoryData<string, RegistrationStatus?, RegistrationStatus> Transitions() => new()
    {
        // event, before, after (behaviour B-8.2)
        { "register", null, RegistrationStatus.Assigning },
        { "register", RegistrationStatus.Assigned, RegistrationStatus.Assigning },
        { "register", RegistrationStatus.Disabled, RegistrationStatus.Assigning },
        { "register", RegistrationStatus.Failed, RegistrationStatus.Assigning },
        { "register", RegistrationStatus.Assigning, RegistrationStatus.Assigning },
        { "registerDisabled", null, RegistrationStatus.Disabled },
        { "registerDisabled", RegistrationStatus.Assigned, RegistrationStatus.Disabled },
        { "disabledMeanwhile", RegistrationStatus.Assigning, RegistrationStatus.Disabled },
        { "assigned", RegistrationStatus.Assigning, RegistrationStatus.Assigned },
        { "failed", RegistrationStatus.Assigning, RegistrationStatus.Failed },
    };

    [Theory]
    [MemberData(nameof(Transitions))]
    public void Event_leads_to_the_next_state(string happened, RegistrationStatus? before, RegistrationStatus after)
    {
        var record = before is null ? null : Record(before.Value);

        var next = RegistrationStateMachine.Apply(record, Event(happened), Now, "new");

        Assert.Equal(after, next.Status);
        Assert.Equal("new", next.ETag);
        Assert.Equal(Now, next.LastUpdatedUtc);
        Assert.Equal(after == RegistrationStatus.Assigning, next.Pending is not null);
        Assert.Equal(after == RegistrationStatus.Failed, next.ErrorCode is not null);
    }

    [Theory]
    [InlineData("assigned")]
    [InlineData("failed")]
    [InlineData("disabledMeanwhile")]
    public void Only_a_registration_in_progress_can_end(string happened) => Assert.Throws<InvalidOperationException>(
        () => RegistrationStateMachine.Apply(Record(RegistrationStatus.Assigned), Event(happened), Now, "new"));

    [Theory]
    [InlineData("register")]
    [InlineData("registerDisabled")]
    public void Last_assignment_and_first_date_and_spelling_survive_a_new_attempt(string happened)
    {
        var next = RegistrationStateMachine.Apply(Record(RegistrationStatus.Assigned), Event(happened), Now, "new");

        Assert.Equal(Stood, next.Assignment);
        Assert.Equal(First, next.FirstRegisteredUtc);
        Assert.Equal("dev", next.RegistrationId);
        Assert.Equal(Now, next.CreatedUtc);
        Assert.Null(next.Substatus);
    }

    [Fact]
    public void Disabled_answer_has_no_operation()
    {
        var next = RegistrationStateMachine.Apply(Record(RegistrationStatus.Assigned), Event("registerDisabled"), Now, "new");
        Assert.Equal("", next.OperationId);
    }

    [Theory]
    [InlineData("assigned")]
    [InlineData("failed")]
    [InlineData("disabledMeanwhile")]
    public void Ended_operation_keeps_its_id_so_that_it_can_be_polled(string happened)
    {
        var running = RegistrationStateMachine.Apply(record: null, Event("register"), First, "one");
        Assert.Equal("op", RegistrationStateMachine.Apply(running, Event(happened), Now, "two").OperationId);
    }

    [Fact]
    public void Failure_keeps_the_last_good_assignment()
    {
        var running = RegistrationStateMachine.Apply(Record(RegistrationStatus.Assigned), Event("register"), Now, "one");
        Assert.Equal(Stood, RegistrationStateMachine.Apply(running, Event("failed"), Now, "two").Assignment);
    }

    private static RegistrationEvent Event(string name) => name switch
    {
        "register" => new RegisterAccepted(Device, "op", Now.AddDays(1), new PendingRegistration("2021-10-01", Payload: null)),
        "registerDisabled" => new EnrollmentDisabled(Device),
        "disabledMeanwhile" => new DisabledMeanwhile(),
        "assigned" => new DeviceAssigned(
            new HubAssignment("hub.test", "dev"), RegistrationSubstatus.InitialAssignment, JsonDocument.Parse("{}").RootElement),
        _ => new AssignmentFailed(new Refusal(401001, "IoTHub not found.")),
    };

    private static RegistrationRecord Record(RegistrationStatus status) => new()
    {
        InstanceName = "default",
        RegistrationId = "dev",
        EnrollmentKind = EnrollmentKind.Individual,
        EnrollmentId = "dev",
        AttestationType = AttestationType.SymmetricKey,
        Status = status,
        Substatus = status == RegistrationStatus.Assigned ? RegistrationSubstatus.InitialAssignment : null,
        Assignment = Stood,
        CreatedUtc = First,
        FirstRegisteredUtc = First,
        LastUpdatedUtc = First,
        ETag = "old",
        OperationId = "earlier",
        Pending = status == RegistrationStatus.Assigning ? new PendingRegistration("2019-03-31", Payload: null) : null,
    };
}
