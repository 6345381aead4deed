using Azure.Core;
using Azure.Identity;
using Muster.Core.Hubs;

namespace Muster.Hubs.AzureIotHub;

/// <summary>Bearer tokens of an Entra identity, for identity-based links (iot-hub 2.2). The credential caches them itself.</summary>
internal sealed class EntraAuthorization(TokenCredential credential, string hostName) : IHubAuthorization
{
    private static readonly TokenRequestContext Scope = new(["https://iothubs.azure.net/.default"]);

    public async ValueTask<string> GetHeaderAsync(CancellationToken cancellationToken)
    {
        try
        {
            return "Bearer " + (await credential.GetTokenAsync(Scope, cancellationToken)).Token;
        }
        catch (AuthenticationFailedException problem)
        {
            throw new HubCallException(401002,
                $"No Entra identity is available for the hub '{hostName}'. Give the server one, or link the hub by a shared access key.",
                isTransient: false, innerException: problem);
        }
    }
}
