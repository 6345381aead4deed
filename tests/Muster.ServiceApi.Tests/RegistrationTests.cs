using System.Text.Json;
using Muster.Core.Concurrency;
using Muster.Core.Enrollments;
using Muster.Core.Registration;
using Xunit;

namespace Muster.ServiceApi.Tests;

/// <summary>Registration records: checklist rows 99 to 105.</summary>
public sealed class RegistrationTests(ServiceApiHost host) : IClassFixture<ServiceApiHost>
{
    private readonly string _id = Bodies.Id();

    [Fact]
    public async Task Group_without_devices_has_no_records()
    {
        await host.PutAsync("/enrollmentGroups/" + _id, Bodies.Symmetric);
        foreach (var path in new[] { $"/registrations/{_id}/query", "/registrations/unknown/query" })
        {
            var reply = (await host.PostAsync(path, "", ("Content-Type", ""))).ShouldBe(200);
            Assert.Equal("[]", reply.Text);
            Assert.Equal("DeviceRegistration", reply.Headers["x-ms-item-type"]);
            Assert.DoesNotContain("x-ms-continuation", reply.Headers.Keys);
        }

        (await host.PostAsync($"/registrations/{_id}/query", "{\"query\":\"*\"}")).ShouldBe(200);
    }

    [Fact]
    public async Task Record_of_a_group_device_is_read_alone_and_in_its_group()
    {
        var group = Bodies.Id();
        var record = await host.RegisterAsync(Bodies.Record(host, _id, EnrollmentKind.Group, group));

        var reply = (await host.GetAsync("/registrations/" + _id.ToUpperInvariant())).ShouldBe(200);
        Assert.Equal(
            "{" + $"\"registrationId\":\"{_id}\",\"createdDateTimeUtc\":\"2026-05-19T23:10:28.8800437Z\","
                + $"\"assignedHub\":\"hub1.example.net\",\"deviceId\":\"{_id}\",\"status\":\"assigned\","
                + $"\"substatus\":\"initialAssignment\",\"lastUpdatedDateTimeUtc\":\"2026-05-19T23:10:29.1730437Z\",\"etag\":\"{record.ETag}\"" + "}",
            reply.Text);
        Assert.Equal($"[{reply.Text}]", (await host.PostAsync($"/registrations/{group}/query")).ShouldBe(200).Text);
    }

    [Fact]
    public async Task Enrollment_nests_the_record_of_its_device()
    {
        await host.PutAsync("/enrollments/" + _id, Bodies.Symmetric);
        await host.RegisterAsync(Bodies.Record(host, _id, EnrollmentKind.Individual, _id));
        var record = await host.GetAsync("/registrations/" + _id);
        Assert.Equal(record.Text, (await host.GetAsync("/enrollments/" + _id)).ShouldBe(200)["registrationState"].GetRawText());
    }

    [Fact]
    public async Task Failed_registration_shows_its_error_and_no_hub()
    {
        await host.RegisterAsync(Bodies.Record(host, _id, EnrollmentKind.Individual, _id) with
        {
            Status = RegistrationStatus.Failed,
            Substatus = null,
            ErrorCode = 400207,
            ErrorMessage = "Custom allocation failed with status code: 400",
        });
        var reply = (await host.GetAsync("/registrations/" + _id)).ShouldBe(200);
        Assert.Equal("registrationId createdDateTimeUtc status errorCode errorMessage lastUpdatedDateTimeUtc etag", reply.Members);
        Assert.Equal(400207, reply["errorCode"].GetInt32());
    }

    [Theory]
    [InlineData(null, 204)]
    [InlineData("*", 204)]
    [InlineData("current", 204)]
    [InlineData("\"current\"", 204)]
    [InlineData("IjEi", 412001)]
    public async Task Record_is_deleted_under_its_own_etag(string? ifMatch, int expected)
    {
        await host.PutAsync("/enrollments/" + _id, Bodies.Symmetric);
        var record = await host.RegisterAsync(Bodies.Record(host, _id, EnrollmentKind.Individual, _id));
        (string, string)[] headers = ifMatch is null ? [] : [("If-Match", ifMatch.Replace("current", record.ETag))];

        (await host.DeleteAsync("/registrations/" + _id, headers)).ShouldBe(expected);

        (await host.GetAsync("/registrations/" + _id)).ShouldBe(expected == 204 ? 404202 : 200);
        var enrollment = await host.GetAsync("/enrollments/" + _id);
        Assert.Equal(expected == 204 ? "unassigned" : "assigned", enrollment["registrationState.status"].GetString());
    }

    [Fact]
    public async Task Missing_record_is_not_found_though_the_enrollment_shows_unassigned()
    {
        await host.PutAsync("/enrollments/" + _id, Bodies.Symmetric);
        (await host.GetAsync("/registrations/" + _id)).ShouldBe(404202);
        (await host.DeleteAsync("/registrations/" + _id)).ShouldBe(404202);
        (await host.GetAsync("/registrations/a%20b")).ShouldBe(400004);
    }

    [Fact]
    public async Task Deleting_an_individual_removes_its_record_and_deleting_a_group_keeps_those_of_its_devices()
    {
        await host.PutAsync("/enrollments/" + _id, Bodies.Symmetric);
        await host.PutAsync("/enrollmentGroups/" + _id, Bodies.Symmetric);
        await host.RegisterAsync(Bodies.Record(host, _id, EnrollmentKind.Individual, _id));
        await host.RegisterAsync(Bodies.Record(host, _id + "-member", EnrollmentKind.Group, _id));

        (await host.DeleteAsync("/enrollments/" + _id)).ShouldBe(204);
        (await host.DeleteAsync("/enrollmentGroups/" + _id)).ShouldBe(204);

        (await host.GetAsync("/registrations/" + _id)).ShouldBe(404202);
        (await host.GetAsync($"/registrations/{_id}-member")).ShouldBe(200);
        Assert.Equal(1, (await host.PostAsync($"/registrations/{_id}/query")).Json.GetArrayLength());
    }

    [Theory]
    [InlineData("2019-03-31", "initialAssignment")]
    [InlineData("2021-06-01", "reprovisionedToInitialAssignment")]
    [InlineData("2021-10-01", "reprovisionedToInitialAssignment")]
    public async Task Substatus_is_one_that_the_version_knows(string version, string substatus)
    {
        await host.RegisterAsync(Bodies.Record(host, _id, EnrollmentKind.Individual, _id) with
        {
            Substatus = RegistrationSubstatus.ReprovisionedToInitialAssignment,
            ETag = ETag.Create(DateTimeOffset.UtcNow),
        });
        var reply = await host.GetAsync($"/registrations/{_id}?api-version={version}");
        Assert.Equal(substatus, reply.ShouldBe(200)["substatus"].GetString());
        Assert.Equal(JsonValueKind.String, reply["etag"].ValueKind);
    }
}
