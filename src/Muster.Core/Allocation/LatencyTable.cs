using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace Muster.Core.Allocation;

/// <summary>Latencies by source network, the longest matching prefix first (iot-hub 5.3).</summary>
public sealed class LatencyTable
{
    private readonly ImmutableArray<LatencyRow> _rows;

    /// <summary>Makes the table; of two rows with one network the first counts.</summary>
    public LatencyTable(IEnumerable<LatencyRow> rows) =>
        _rows = [.. rows.OrderByDescending(row => row.Source.PrefixLength)];

    /// <summary>A table that knows nothing.</summary>
    public static LatencyTable Empty { get; } = new([]);

    /// <summary>The row of a source address as text; null when none matches or the text is no address.</summary>
    public LatencyRow? Find(string? remoteAddress)
    {
        if (_rows.IsEmpty || !IPAddress.TryParse(remoteAddress, out var address)) return null;
        if (address is { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: true }) address = address.MapToIPv4();
        foreach (var row in _rows)
        {
            if (row.Source.BaseAddress.AddressFamily == address.AddressFamily && row.Source.Contains(address)) return row;
        }

        return null;
    }
}
