namespace Muster.EmbeddedHub.Errors;

/// <summary>A refusal of the hub: an expected failure, given as a value.</summary>
/// <param name="Kind">Code, name and HTTP status.</param>
/// <param name="Message">What is wrong, for the caller; never empty, holds no secret.</param>
public sealed record HubError(HubErrorKind Kind, string Message);
