using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Muster.EmbeddedHub.Storage;

namespace Muster.EmbeddedHub.Hubs;

/// <summary>
/// The embedded hubs of this process by host name. Several may run side by side, so that allocation and migration can be
/// tried on one machine (iot-hub 6). Empty until <see cref="EnsureCreatedAsync"/> has run.
/// </summary>
public sealed class EmbeddedHubDirectory(IEmbeddedHubStore store, TimeProvider clock, ILogger<EmbeddedHubDirectory> logger) : IDisposable
{
    private readonly SemaphoreSlim _writing = new(1, 1);
    private volatile Snapshot _snapshot = new([], ImmutableDictionary<string, EmbeddedHubDescription>.Empty);

    /// <summary>Every hub; the first is the default.</summary>
    public ImmutableArray<EmbeddedHubDescription> Hubs => _snapshot.Hubs;

    /// <summary>The hub that answers requests for a host that is none of the hubs' own; null while there is no hub.</summary>
    public EmbeddedHubDescription? Default => _snapshot.Hubs is [var first, ..] ? first : null;

    /// <summary>The hub of this host name, ignoring case and port; null when there is none.</summary>
    public EmbeddedHubDescription? Find(string hostName) =>
        _snapshot.ByHostName.GetValueOrDefault(hostName) ?? _snapshot.ByHostName.GetValueOrDefault(new HostString(hostName).Host);

    /// <summary>The hub of this host name or else the default one; null while there is no hub.</summary>
    public EmbeddedHubDescription? Resolve(string hostName) => Find(hostName) ?? Default;

    /// <summary>
    /// Creates the hubs that do not exist yet, keeps those that do with their keys, and loads all into the directory.
    /// </summary>
    /// <param name="hostNames">Plain host names without port; the first becomes the default hub.</param>
    /// <param name="cancellationToken">Stops the work between two hubs.</param>
    /// <returns>The hubs of <paramref name="hostNames"/>, in that order, each once.</returns>
    /// <exception cref="ArgumentException">A name is no host name.</exception>
    public async Task<ImmutableArray<EmbeddedHubDescription>> EnsureCreatedAsync(
        IReadOnlyList<string> hostNames,
        CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            var named = new List<EmbeddedHubDescription>();
            foreach (var hostName in hostNames.Distinct(StringComparer.OrdinalIgnoreCase))
            {
                var hub = await store.FindHubAsync(hostName.ToLowerInvariant(), cancellationToken);
                if (hub is null)
                {
                    hub = EmbeddedHubDescription.CreateNew(hostName, clock);
                    await store.PutHubAsync(hub, cancellationToken);
                    EmbeddedHubLog.HubCreated(logger, hub.HostName);
                }

                named.Add(hub);
            }

            var byHostName = named.ToDictionary(hub => hub.HostName, StringComparer.OrdinalIgnoreCase);
            var all = new List<EmbeddedHubDescription>(named);
            foreach (var hub in await store.ListHubsAsync(cancellationToken))
            {
                if (byHostName.TryAdd(hub.HostName, hub)) all.Add(hub);
            }

            _snapshot = new([.. all], byHostName.ToImmutableDictionary(StringComparer.OrdinalIgnoreCase));
            return [.. named];
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _writing.Dispose();

    private sealed record Snapshot(
        ImmutableArray<EmbeddedHubDescription> Hubs,
        ImmutableDictionary<string, EmbeddedHubDescription> ByHostName);
}
