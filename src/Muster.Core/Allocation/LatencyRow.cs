using System.Collections.Frozen;
using System.Net;

namespace Muster.Core.Allocation;

/// <summary>What an operator knows of one source network: how far it is to the hubs' locations (iot-hub 5.3).</summary>
/// <param name="Source">The network; <c>0.0.0.0/0</c> and <c>::/0</c> are everyone.</param>
/// <param name="Milliseconds">Milliseconds by location, compared without case; a location that is absent is unknown.</param>
public sealed record LatencyRow(IPNetwork Source, FrozenDictionary<string, double> Milliseconds);
