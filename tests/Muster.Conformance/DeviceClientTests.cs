using System.Text.Json.Nodes;
using Muster.Conformance.Calls;
using Muster.Conformance.Server;

namespace Muster.Conformance;

/// <summary>azure-iot-provisioning-device registers devices over HTTPS with symmetric keys.</summary>
public sealed class DeviceClientTests(TwoHubServer muster)
{
    private OfficialClients Clients => muster.Clients;

    [Theory]
    [InlineData("primary")]
    [InlineData("secondary")]
    public async Task A_device_registers_with_a_key_of_its_own(string slot)
    {
        var id = "own-" + slot;
        var keys = new Dictionary<string, string> { ["primary"] = Keys.New(), ["secondary"] = Keys.New() };
        await Clients.EnrollAsync(Enrollments.Individual(id, keys["primary"], keys["secondary"]));

        AssertAssigned((await Clients.RegisterAsync(id, keys[slot])).Value, id);
    }

    [Theory]
    [InlineData("primary")]
    [InlineData("secondary")]
    public async Task A_device_of_a_group_registers_with_a_derived_key(string slot)
    {
        var id = "derived-" + slot;
        var keys = new Dictionary<string, string> { ["primary"] = Keys.New(), ["secondary"] = Keys.New() };
        await Clients.EnrollAsync(Enrollments.Group("group-of-" + slot, keys["primary"], keys["secondary"]));

        var result = (await Clients.RegisterAsync(id, Keys.Derive(keys[slot], id))).Value;
        AssertAssigned(result, id);
        Assert.Equal("group-of-" + slot, (string?)result["symmetricKey"]?["enrollmentGroupId"]);
    }

    [Fact]
    public async Task A_device_of_a_group_may_change_from_the_primary_to_the_secondary_derived_key()
    {
        var (primary, secondary) = (Keys.New(), Keys.New());
        await Clients.EnrollAsync(Enrollments.Group("rolling-group", primary, secondary));

        var first = (await Clients.RegisterAsync("rolling", Keys.Derive(primary, "rolling"))).Value;
        var second = (await Clients.RegisterAsync("rolling", Keys.Derive(secondary, "rolling"))).Value;
        Assert.Equal((string?)first["assignedHub"], (string?)second["assignedHub"]);
    }

    [Fact]
    public async Task A_second_registration_keeps_hub_and_substatus()
    {
        var key = Keys.New();
        await Clients.EnrollAsync(Enrollments.Individual("again", key));
        var first = (await Clients.RegisterAsync("again", key)).Value;
        var second = (await Clients.RegisterAsync("again", key)).Value;

        AssertAssigned(second, "again");
        Assert.Equal((string?)first["assignedHub"], (string?)second["assignedHub"]);
    }

    [Fact]
    public async Task The_device_ID_of_the_enrollment_wins_over_the_registration_ID()
    {
        var key = Keys.New();
        await Clients.EnrollAsync(Enrollments.Individual("serial-4711", key).With("deviceId", "pump-north"));
        var result = (await Clients.RegisterAsync("serial-4711", key)).Value;
        Assert.Equal("pump-north", (string?)result["deviceId"]);
        Assert.Equal("serial-4711", (string?)result["registrationId"]);
    }

    [Theory]
    [InlineData("object", """{"modelId":"dtmi:a:b;1"}""")]
    [InlineData("array", "[1,2,3]")]
    [InlineData("text", "\"text\"")]
    public async Task A_payload_of_any_kind_is_accepted(string kind, string payload)
    {
        var id = "payload-" + kind;
        var key = Keys.New();
        await Clients.EnrollAsync(Enrollments.Individual(id, key));
        AssertAssigned((await Clients.RegisterAsync(id, key, JsonNode.Parse(payload))).Value, id);
    }

    [Fact]
    public async Task A_disabled_individual_enrollment_tells_the_device_so()
    {
        var key = Keys.New();
        await Clients.EnrollAsync(Enrollments.Individual("disabled-device", key).With("provisioningStatus", "disabled"));
        AssertDisabled(await Clients.RegisterAsync("disabled-device", key));
    }

    [Fact]
    public async Task A_disabled_group_tells_its_devices_so()
    {
        var key = Keys.New();
        await Clients.EnrollAsync(Enrollments.Group("disabled-group", key).With("provisioningStatus", "disabled"));
        AssertDisabled(await Clients.RegisterAsync("disabled-member", Keys.Derive(key, "disabled-member")));
    }

    [Theory]
    [InlineData("individual", "foreign")]
    [InlineData("disabled individual", "foreign")]
    [InlineData("group", "foreign")]
    [InlineData("group", "the group key itself")]
    [InlineData("group", "derived for another device")]
    [InlineData("disabled group", "derived for another device")]
    public async Task A_key_that_does_not_fit_the_enrollment_is_an_UnauthorizedError(string enrollment, string presented)
    {
        var id = $"{enrollment}-{presented}".Replace(' ', '-');
        var enrolledKey = Keys.New();
        var status = enrollment.StartsWith("disabled", StringComparison.Ordinal) ? "disabled" : "enabled";
        if (enrollment.EndsWith("group", StringComparison.Ordinal))
            await Clients.EnrollAsync(Enrollments.Group("group-" + id, enrolledKey).With("provisioningStatus", status));
        else
            await Clients.EnrollAsync(Enrollments.Individual(id, enrolledKey).With("provisioningStatus", status));

        var answer = await Clients.RegisterAsync(id, presented switch
        {
            "the group key itself" => enrolledKey,
            "derived for another device" => Keys.Derive(enrolledKey, "someone-else"),
            _ => Keys.New(),
        });
        answer.FailedWith("UnauthorizedError");
        Assert.Contains("\"errorCode\":401", answer.ErrorBody, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_individual_enrollment_wins_over_the_group_even_with_a_derived_key()
    {
        var groupKey = Keys.New();
        await Clients.EnrollAsync(Enrollments.Group("outer-group", groupKey));
        await Clients.EnrollAsync(Enrollments.Individual("inner-device", Keys.New()));
        (await Clients.RegisterAsync("inner-device", Keys.Derive(groupKey, "inner-device"))).FailedWith("UnauthorizedError");
    }

    [Fact]
    public async Task An_enrollment_cannot_name_a_hub_that_is_not_linked()
    {
        var enrollment = Enrollments.Individual("lost", Keys.New()).AtHub("elsewhere.test");
        var answer = await Clients.ServiceAsync("createOrUpdateIndividualEnrollment", enrollment);
        answer.FailedWith("ArgumentError");
        Assert.Contains("elsewhere.test", answer.ErrorBody, StringComparison.Ordinal);
    }

    private static void AssertAssigned(JsonNode result, string id)
    {
        Assert.Equal("assigned", (string?)result["status"]);
        Assert.Equal("initialAssignment", (string?)result["substatus"]);
        Assert.Equal(id, (string?)result["registrationId"]);
        Assert.Equal(id, (string?)result["deviceId"]);
        Assert.Contains((string?)result["assignedHub"], (string[])[TwoHubServer.HubA, TwoHubServer.HubB]);
    }

    private static void AssertDisabled(ClientAnswer answer)
    {
        answer.FailedWith("SyntaxError");
        Assert.Equal("status is disabled", answer.ErrorMessage);
    }
}
