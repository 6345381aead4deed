using Muster.DeviceApi.Mqtt;

namespace Muster.Configuration;

/// <summary>Reads the section <c>Mqtt</c>: limits of the MQTT door (device-protocols 3.1, 3.6).</summary>
internal static class MqttSettings
{
    private const int MostConnections = 1_000_000;

    /// <summary>The limits; what is not given keeps its default.</summary>
    public static MqttDoorOptions Read(OptionSection section)
    {
        var defaults = new MqttDoorOptions();
        var options = defaults with
        {
            MaxConnections = section.Whole("MaxConnections", 1, MostConnections) ?? defaults.MaxConnections,
            MaxConnectionsPerAddress = section.Whole("MaxConnectionsPerAddress", 1, MostConnections) ?? defaults.MaxConnectionsPerAddress,
            MaxPendingRequests = section.Whole("MaxPendingRequests", 1, 1000) ?? defaults.MaxPendingRequests,
            IdleAfterFinalAnswer = Seconds("IdleAfterFinalAnswerSeconds") ?? defaults.IdleAfterFinalAnswer,
            Limits = defaults.Limits with
            {
                ConnectTimeout = Seconds("ConnectTimeoutSeconds") ?? defaults.Limits.ConnectTimeout,
                IdleTimeout = Seconds("IdleTimeoutSeconds") ?? defaults.Limits.IdleTimeout,
            },
        };
        section.Close();
        return options;

        TimeSpan? Seconds(string key) => section.Whole(key, 1, 86_400) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
    }
}
