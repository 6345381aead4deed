namespace Muster.Portal.SignIn;

/// <summary>One signed-in person.</summary>
/// <param name="Id">Name of the session for its own revocation and for logs; not the cookie's secret.</param>
/// <param name="UserName">Who.</param>
/// <param name="Role">What the person may do.</param>
/// <param name="StartedUtc">When the person signed in.</param>
/// <param name="EndsUtc">When the session ends unless it is extended.</param>
public sealed record PortalSession(string Id, string UserName, PortalRole Role, DateTimeOffset StartedUtc, DateTimeOffset EndsUtc);
