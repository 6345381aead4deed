using Muster.DeviceApi.Tests.Http;
using Muster.Protocols.Tests.Mqtt;
using Muster.TestKit;

namespace Muster.DeviceApi.Tests.Mqtt;

/// <summary>Topics, QoS and order of answers (device-protocols 3.2 to 3.4).</summary>
public sealed class AnswerTests(DeviceApiFixture fixture) : IClassFixture<DeviceApiFixture>
{
    private const string Key = DeviceApiFixture.Key;

    private RunningServer Server => fixture.Server;

    [Theory]
    [InlineData("dev-a1", "")]
    [InlineData("dev-a2", """{"registrationId":"dev-a2"}""")]
    [InlineData("dev-a3", """{"payload": null, "registrationId": "dev-a3"}""")]
    [InlineData("dev-a4", """{"registrationId" : "dev-a4"}""")]
    [InlineData("dev-a5", """{"payload":{"modelId":"dtmi:a:b;1"}}""")]
    [InlineData("dev-a6", """{"registrationId":"dev-a6","payload":"{\"modelId\":\"dtmi:a:b;1\"}"}""")]
    public async Task Register_with_any_known_body_is_answered_at_once_with_the_final_state(string id, string body)
    {
        await Server.EnrollAsync(id, Key);
        await using var device = await MqttDevice.ReadyAsync(Server, id, Key);

        var answer = await device.RegisterAsync(body);

        Assert.Equal("$dps/registrations/res/200/?$rid=1", answer.Topic);
        Assert.Equal(("assigned", "assigned", id), (answer.Status, answer.State.GetProperty("status").GetString(), answer.State.GetProperty("deviceId").GetString()));
    }

    [Theory]
    [InlineData("bcc0b6fc-9c51-4a42-85c5-e8044cfe428c")]
    [InlineData("1")]
    [InlineData("a%2Fb")]
    public async Task Request_id_is_echoed_unchanged(string requestId)
    {
        await Server.EnrollAsync("dev-rid", Key);
        await using var device = await MqttDevice.ReadyAsync(Server, "dev-rid", Key);

        for (var count = 0; count < 2; count++)
            Assert.Equal("$dps/registrations/res/200/?$rid=" + requestId, (await device.RegisterAsync(requestId: requestId)).Topic);
    }

    [Fact]
    public async Task Request_id_may_stand_behind_the_operation_id()
    {
        await Server.EnrollAsync("dev-order", Key);
        await using var device = await MqttDevice.ReadyAsync(Server, "dev-order", Key);
        var operationId = (await device.RegisterAsync()).Json.GetProperty("operationId").GetString();

        await device.SendAsync(ClientPackets.Publish(
            $"$dps/registrations/GET/iotdps-get-operationstatus/?operationId={operationId}&$rid=z", " "u8.ToArray()));

        Assert.Equal("$dps/registrations/res/200/?$rid=z", (await device.AnswerAsync()).Topic);
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 1, 1)]
    [InlineData(2, 1, 1)]
    public async Task Answers_have_the_granted_qos(int asked, int granted, int answered)
    {
        await Server.EnrollAsync("dev-qos", Key);
        await using var device = await MqttDevice.OpenAsync(Server);
        await device.ConnectAsync(Server, "dev-qos", Server.DeviceToken("dev-qos", Key));

        await device.SendAsync(ClientPackets.Subscribe(0x0102, (MqttDevice.Answers, asked)));
        Assert.Equal("90030102" + granted.ToString("x2"), (await device.ExpectAsync()).Hex);

        Assert.Equal(answered, (await device.RegisterAsync()).Qos);
    }

    [Fact]
    public async Task Acknowledgement_of_the_request_comes_before_the_answer()
    {
        await Server.EnrollAsync("dev-ack", Key);
        await using var device = await MqttDevice.ReadyAsync(Server, "dev-ack", Key);

        for (ushort packetId = 2; packetId < 20; packetId++)
        {
            await device.SendAsync(MqttDevice.Register(qos: 1, packetId: packetId));
            Assert.Equal("4002" + packetId.ToString("x4"), (await device.ExpectAsync()).Hex);
            Assert.Equal(1, (await device.AnswerAsync()).Qos);
        }
    }

    [Fact]
    public async Task Stray_acknowledgement_with_packet_id_0_is_ignored()
    {
        await Server.EnrollAsync("dev-stray", Key);
        await using var device = await MqttDevice.ReadyAsync(Server, "dev-stray", Key, qos: 0);

        Assert.Equal(0, (await device.RegisterAsync()).Qos);
        await device.SendAsync(ClientPackets.PubAck(0));

        Assert.Equal("assigned", (await device.RegisterAsync()).Status);
    }

    [Fact]
    public async Task Connect_subscribe_and_register_in_one_write_are_served_in_order()
    {
        await Server.EnrollAsync("dev-burst", Key);
        await using var device = await MqttDevice.OpenAsync(Server);
        var password = System.Text.Encoding.UTF8.GetBytes(Server.DeviceToken("dev-burst", Key));

        await device.SendAsync((byte[])
        [
            .. ClientPackets.Connect("dev-burst", MqttDevice.UserName(Server, "dev-burst"), password),
            .. ClientPackets.Subscribe(1, (MqttDevice.Answers, 1)), .. MqttDevice.Register(qos: 1, packetId: 2), .. ClientPackets.PingReq,
        ]);

        Assert.Equal("20020000", (await device.ExpectAsync()).Hex);
        Assert.Equal("9003000101", (await device.ExpectAsync()).Hex);
        Assert.Equal("40020002", (await device.ExpectAsync()).Hex);
        var rest = new[] { await device.ExpectAsync(), await device.ExpectAsync() };
        Assert.Single(rest, packet => packet.Type == 13);
        Assert.Equal("assigned", Assert.Single(rest, packet => packet.IsPublish).Status);
    }

    [Fact]
    public async Task Register_without_any_subscription_is_answered_too()
    {
        await Server.EnrollAsync("dev-deaf", Key);
        await using var device = await MqttDevice.OpenAsync(Server);
        await device.ConnectAsync(Server, "dev-deaf", Server.DeviceToken("dev-deaf", Key));

        Assert.Equal(0, (await device.RegisterAsync()).Qos);
    }

    [Fact]
    public async Task Unsubscribe_is_answered_and_lowers_the_qos_of_answers()
    {
        await Server.EnrollAsync("dev-unsub", Key);
        await using var device = await MqttDevice.ReadyAsync(Server, "dev-unsub", Key);

        await device.SendAsync(ClientPackets.Unsubscribe(0xf656, MqttDevice.Answers));

        Assert.Equal("b002f656", (await device.ExpectAsync()).Hex);
        Assert.Equal(0, (await device.RegisterAsync()).Qos);
    }

    [Fact]
    public async Task Device_of_a_group_gets_the_group_in_its_state()
    {
        const string groupKey = "8isrFI1sGsIlvvFSSFRiMfCNzv21fjbE/+ah/lSh3lF8e2YG1Te7w1KpZhJFFXJrqYKi9yegxkqIChbqOS9Egw==";
        const string id = "sn-007-888-abc-mac-a1-b2-c3-d4-e5-f6";
        await Server.EnrollGroupAsync("grp-mqtt", groupKey);
        await using var device = await MqttDevice.ReadyAsync(Server, id, "Jsm0lyGpjaVYVP2g3FnmnmG9dI/9qU24wNoykUmermc=");

        var answer = await device.RegisterAsync();

        Assert.Equal("assigned", answer.Status);
        Assert.Equal("grp-mqtt", answer.State.GetProperty("symmetricKey").GetProperty("enrollmentGroupId").GetString());
    }

    [Fact]
    public async Task Disabled_device_gets_its_final_state()
    {
        await Server.EnrollAsync("dev-off", Key, ""","provisioningStatus":"disabled" """);
        await using var device = await MqttDevice.ReadyAsync(Server, "dev-off", Key);

        var answer = await device.RegisterAsync();

        Assert.Equal("$dps/registrations/res/200/?$rid=1", answer.Topic);
        Assert.Equal(("disabled", "", "disabled"),
            (answer.Status, answer.Json.GetProperty("operationId").GetString(), answer.State.GetProperty("status").GetString()));
    }

    [Fact]
    public async Task Final_state_can_be_polled_again()
    {
        await Server.EnrollAsync("dev-again", Key);
        await using var device = await MqttDevice.ReadyAsync(Server, "dev-again", Key);
        var operationId = (await device.RegisterAsync()).Json.GetProperty("operationId").GetString()!;

        var answer = await device.PollAsync(operationId, "2");

        Assert.Equal("$dps/registrations/res/200/?$rid=2", answer.Topic);
        Assert.Equal("assigned", answer.Status);
    }

    [Fact]
    public async Task Oldest_preview_calls_the_result_by_its_old_name()
    {
        await Server.EnrollAsync("dev-old", Key);
        await using var device = await MqttDevice.OpenAsync(Server);
        await device.ConnectAsync("dev-old", MqttDevice.UserName(Server, "dev-old", "2017-08-31-preview"), Server.DeviceToken("dev-old", Key));

        Assert.True((await device.RegisterAsync()).Json.TryGetProperty("registrationStatus", out _));
    }
}
