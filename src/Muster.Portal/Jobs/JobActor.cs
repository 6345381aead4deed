using System.Net;

namespace Muster.Portal.Jobs;

/// <summary>With whose rights a job works: those of the person who started it or resumed it last, looked up anew for each item.</summary>
/// <param name="SessionId">The person's session; when it has ended, the job pauses.</param>
/// <param name="UserName">Who.</param>
/// <param name="Address">Where the person sat; network rules judge it.</param>
public sealed record JobActor(string SessionId, string UserName, IPAddress? Address);
