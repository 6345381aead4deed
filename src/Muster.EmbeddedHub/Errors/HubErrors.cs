namespace Muster.EmbeddedHub.Errors;

/// <summary>The catalogue of refusals (iot-hub 2.6). The <c>Generic…</c> rows cover what HTTP itself refuses.</summary>
public static class HubErrors
{
    /// <summary>The <c>api-version</c> is missing or garbled.</summary>
    public static readonly HubErrorKind InvalidProtocolVersion = new(400001, "InvalidProtocolVersion", 400);

    /// <summary>A known operation that this hub does not offer (iot-hub 6).</summary>
    public static readonly HubErrorKind InvalidOperation = new(400003, "InvalidOperation", 400);

    /// <summary>A value breaks a rule: id, key, thumbprint, twin limit.</summary>
    public static readonly HubErrorKind ArgumentInvalid = new(400004, "ArgumentInvalid", 400);

    /// <summary>A required value is missing.</summary>
    public static readonly HubErrorKind ArgumentNull = new(400005, "ArgumentNull", 400);

    /// <summary>The body is not the JSON it should be.</summary>
    public static readonly HubErrorKind FormatError = new(400006, "IotHubFormatError", 400);

    /// <summary>A bulk request names a device twice.</summary>
    public static readonly HubErrorKind DeviceDefinedMultipleTimes = new(400011, "DeviceDefinedMultipleTimes", 400);

    /// <summary>A bulk request cannot be worked on as a whole.</summary>
    public static readonly HubErrorKind BulkRegistryOperationFailure = new(400013, "BulkRegistryOperationFailure", 400);

    /// <summary>A bulk entry's etag differs from the stored one.</summary>
    public static readonly HubErrorKind EtagDoesNotMatch = new(400023, "EtagDoesNotMatch", 400);

    /// <summary>The process holds no embedded hub.</summary>
    public static readonly HubErrorKind HubNotFound = new(401001, "IotHubNotFound", 401);

    /// <summary>The token is missing, unreadable, forged, expired or made for something else.</summary>
    public static readonly HubErrorKind UnauthorizedAccess = new(401002, "IotHubUnauthorizedAccess", 401);

    /// <summary>The token is sound, but its policy lacks the right.</summary>
    public static readonly HubErrorKind Unauthorized = new(401003, "IotHubUnauthorized", 401);

    /// <summary>No operation stands at this path.</summary>
    public static readonly HubErrorKind NotFound = new(404000, "GenericNotFound", 404);

    /// <summary>The hub has no such device.</summary>
    public static readonly HubErrorKind DeviceNotFound = new(404001, "DeviceNotFound", 404);

    /// <summary>The device has no such module.</summary>
    public static readonly HubErrorKind ModuleNotFound = new(404010, "ModuleNotFound", 404);

    /// <summary>The path exists, the HTTP method does not.</summary>
    public static readonly HubErrorKind MethodNotAllowed = new(405000, "GenericMethodNotAllowed", 405);

    /// <summary>A device of this id exists.</summary>
    public static readonly HubErrorKind DeviceAlreadyExists = new(409001, "DeviceAlreadyExists", 409);

    /// <summary>The device has a module of this id.</summary>
    public static readonly HubErrorKind ModuleAlreadyExists = new(409301, "ModuleAlreadyExistsOnDevice", 409);

    /// <summary>The device has as many modules as it may.</summary>
    public static readonly HubErrorKind TooManyModules = new(413003, "TooManyModulesOnDevice", 413);

    /// <summary>The etag given in <c>If-Match</c> is not the current one.</summary>
    public static readonly HubErrorKind PreconditionFailed = new(412001, "PreconditionFailed", 412);

    /// <summary>The body is too large.</summary>
    public static readonly HubErrorKind MessageTooLarge = new(413001, "MessageTooLarge", 413);

    /// <summary>A failure of the hub itself.</summary>
    public static readonly HubErrorKind ServerError = new(500001, "ServerError", 500);

    /// <summary>Too many writers contend for one device.</summary>
    public static readonly HubErrorKind ServerBusy = new(503005, "ServerBusy", 503);
}
