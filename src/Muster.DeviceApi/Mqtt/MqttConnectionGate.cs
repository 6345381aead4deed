using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Muster.DeviceApi.Mqtt;

/// <summary>
/// Counts open MQTT connections, all and by address. Over a limit nothing is negotiated and nothing is written down but a counter
/// and one line of log: a flood must cost little.
/// </summary>
public sealed class MqttConnectionGate
{
    private const int NetworkBytes = 8;

    private readonly MqttDoorOptions _options;
    private readonly Lock _gate = new();
    private readonly Dictionary<UInt128, int> _byAddress = [];
    private int _open;

    /// <summary>Makes a gate with the limits of <paramref name="options"/>.</summary>
    public MqttConnectionGate(MqttDoorOptions options) => _options = options;

    /// <summary>Lets one connection in; each is taken back by <see cref="Leave"/>.</summary>
    /// <returns>Null when it may come in; else why not.</returns>
    public string? Enter(IPAddress? address)
    {
        var key = KeyOf(address);
        lock (_gate)
        {
            if (_open >= _options.MaxConnections) return $"the server holds its {_options.MaxConnections} connections already.";
            var count = _byAddress.GetValueOrDefault(key);
            if (count >= _options.MaxConnectionsPerAddress)
                return $"the address holds its {_options.MaxConnectionsPerAddress} connections already.";
            _byAddress[key] = count + 1;
            _open++;
            return null;
        }
    }

    /// <summary>Takes back a connection that <see cref="Enter"/> let in.</summary>
    public void Leave(IPAddress? address)
    {
        var key = KeyOf(address);
        lock (_gate)
        {
            _open--;
            var count = _byAddress.GetValueOrDefault(key) - 1;
            if (count > 0) _byAddress[key] = count;
            else _byAddress.Remove(key);
        }
    }

    /// <summary>An IPv4 address, or the network of an IPv6 address: one site has as many addresses of a network as it likes.</summary>
    private static UInt128 KeyOf(IPAddress? address)
    {
        if (address is null) return UInt128.Zero;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        var isNetwork = address.AddressFamily == AddressFamily.InterNetworkV6;
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        address.TryWriteBytes(bytes, out _);
        if (!isNetwork) return BinaryPrimitives.ReadUInt128BigEndian(bytes);
        bytes[NetworkBytes..].Clear();
        return BinaryPrimitives.ReadUInt128BigEndian(bytes) + UInt128.One;
    }
}
