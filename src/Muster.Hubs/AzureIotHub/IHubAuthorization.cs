namespace Muster.Hubs.AzureIotHub;

/// <summary>Makes the Authorization header of calls to one hub.</summary>
internal interface IHubAuthorization
{
    /// <summary>The header's value; made anew when it is about to end.</summary>
    /// <exception cref="Core.Hubs.HubCallException">No credential can be had.</exception>
    ValueTask<string> GetHeaderAsync(CancellationToken cancellationToken);
}
