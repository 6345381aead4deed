namespace Muster.Core.Registration;

/// <summary>
/// The latest ends of device connections, in memory: most end in order and mean nothing, so none is worth a write to disk, but the
/// one that a technician looks for must be there. What was refused has an attempt trace besides.
/// </summary>
public sealed class ConnectionEnds
{
    /// <summary>How many ends are remembered; the oldest goes first.</summary>
    public const int Capacity = 4096;

    private const int MaxText = 256;

    private readonly Lock _gate = new();
    private readonly ConnectionEnd?[] _ring = new ConnectionEnd?[Capacity];
    private int _next;

    /// <summary>Remembers an end. Texts that the device chose are cut at 256 characters.</summary>
    public void Add(ConnectionEnd end)
    {
        if (end.RegistrationId.Length > MaxText || end.IdScope.Length > MaxText)
            end = end with { RegistrationId = Shorten(end.RegistrationId), IdScope = Shorten(end.IdScope) };
        lock (_gate)
        {
            _ring[_next] = end;
            _next = (_next + 1) % Capacity;
        }
    }

    /// <summary>The latest ends, newest first.</summary>
    /// <param name="idScope">Only those that presented this ID scope.</param>
    /// <param name="registrationId">Only those of this device, without case; null for all.</param>
    /// <param name="limit">Most to return.</param>
    public IReadOnlyList<ConnectionEnd> Latest(string idScope, string? registrationId, int limit)
    {
        var found = new List<ConnectionEnd>();
        lock (_gate)
        {
            for (var back = 1; back <= Capacity && found.Count < limit; back++)
            {
                if (_ring[(_next - back + Capacity) % Capacity] is not { } end) break;
                if (!end.IdScope.Equals(idScope, StringComparison.OrdinalIgnoreCase)) continue;
                if (registrationId is null || end.RegistrationId.Equals(registrationId, StringComparison.OrdinalIgnoreCase)) found.Add(end);
            }
        }

        return found;
    }

    private static string Shorten(string text) => text.Length <= MaxText ? text : text[..MaxText];
}
