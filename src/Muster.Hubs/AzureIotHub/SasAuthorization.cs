using Muster.Core.Hubs;
using Muster.Protocols.Sas;

namespace Muster.Hubs.AzureIotHub;

/// <summary>Shared access signatures of the link's policy (iot-hub 2.2).</summary>
internal sealed class SasAuthorization : IHubAuthorization
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);
    private static readonly TimeSpan RenewBefore = TimeSpan.FromMinutes(10);

    private readonly string _hostName;
    private readonly string _keyName;
    private readonly byte[] _key;
    private readonly TimeProvider _clock;
    private SignedToken? _token;

    public SasAuthorization(HubConnectionString link, TimeProvider clock)
    {
        _hostName = link.HostName;
        _keyName = link.KeyName;
        _key = Convert.FromBase64String(link.Key.Reveal());
        _clock = clock;
    }

    public ValueTask<string> GetHeaderAsync(CancellationToken cancellationToken)
    {
        var now = _clock.GetUtcNow();
        var token = Volatile.Read(ref _token);
        if (token is null || token.ExpiresAt - now < RenewBefore)
        {
            var ends = now + Lifetime;
            token = new SignedToken(SasTokenBuilder.Create(_hostName, _key, ends, _keyName), ends);
            Volatile.Write(ref _token, token);
        }

        return ValueTask.FromResult(token.Text);
    }

    private sealed record SignedToken(string Text, DateTimeOffset ExpiresAt);
}
