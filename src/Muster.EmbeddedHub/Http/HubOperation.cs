using Muster.EmbeddedHub.Errors;
using Muster.EmbeddedHub.Hubs;

namespace Muster.EmbeddedHub.Http;

/// <summary>One operation of the service side.</summary>
/// <param name="Rights">What a policy needs for it.</param>
/// <param name="RunAsync">Does it and answers; or returns the refusal that is to be answered.</param>
internal sealed record HubOperation(HubRights Rights, Func<HubCall, Task<HubError?>> RunAsync);
