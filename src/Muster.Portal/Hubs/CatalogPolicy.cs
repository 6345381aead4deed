using Muster.Core.Secrets;

namespace Muster.Portal.Hubs;

/// <summary>An access policy of a hub of this server.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ConnectionString">Its connection string.</param>
public sealed record CatalogPolicy(string Name, Secret ConnectionString);
