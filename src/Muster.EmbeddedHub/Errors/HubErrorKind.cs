namespace Muster.EmbeddedHub.Errors;

/// <summary>One row of the hub's error table (iot-hub 2.6).</summary>
/// <param name="Code">Six digits; the first three are the HTTP status.</param>
/// <param name="Name">The name clients compare: it stands in the body and in the header <c>iothub-errorcode</c>.</param>
/// <param name="HttpStatus">The HTTP status of the answer.</param>
public sealed record HubErrorKind(int Code, string Name, int HttpStatus)
{
    /// <summary>An error of this kind.</summary>
    /// <param name="message">What is wrong, for the caller; it holds no secret.</param>
    public HubError Because(string message) => new(this, message);
}
