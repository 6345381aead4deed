namespace Muster.Core.Errors;

/// <summary>The one catalogue of refusals, by error code (service-api S-4.3, device-protocols 5.1, behaviour B-19).</summary>
public static class Refusals
{
    /// <summary>Malformed JSON, or JSON of the wrong shape.</summary>
    public static Refusal MalformedBody(string detail) => new(400001, detail);

    /// <summary>The <c>api-version</c> is missing or unknown.</summary>
    public static Refusal UnsupportedApiVersion(string? presented, IEnumerable<string> supported) => new(
        400002,
        (string.IsNullOrEmpty(presented)
            ? "The query parameter 'api-version' is missing."
            : $"The api-version '{Shorten(presented)}' is not supported.") + " Supported: " + string.Join(", ", supported) + ".");

    /// <summary>A header value cannot be read.</summary>
    public static Refusal InvalidHeader(string header, string detail) => new(400003, $"The header '{header}' is invalid: {detail}");

    /// <summary>A member of an entity is invalid.</summary>
    /// <param name="path">The member's path in the body, for example <c>attestation.symmetricKey.primaryKey</c>.</param>
    /// <param name="detail">What is wrong and what is allowed.</param>
    public static Refusal InvalidMember(string path, string detail) => new(400004, $"{path}: {detail}");

    /// <summary>An argument or a combination of members is invalid; the whole text is given.</summary>
    public static Refusal InvalidArgument(string message) => new(400004, message);

    /// <summary>A continuation token cannot be used here.</summary>
    public static Refusal InvalidContinuation { get; } = new(400005, "The continuation token is not valid for this operation.");

    /// <summary>The caller's token is missing, malformed, forged, expired, or does not apply.</summary>
    public static Refusal Unauthorized { get; } = new(401002, "Unauthorized");

    /// <summary>A device's certificate is unreadable or not the enrolled one.</summary>
    public static Refusal InvalidCertificate { get; } = new(401002, "Invalid certificate.");

    /// <summary>A device's chain reaches no verified CA certificate.</summary>
    public static Refusal CaCertificateNotFound { get; } = new(401002, "CA certificate not found.");

    /// <summary>No element of a device's chain is named by an enrollment.</summary>
    public static Refusal SigningCertificateMismatch { get; } =
        new(401002, "Signing certificate info did not match chain elements.");

    /// <summary>The caller is known, but may not do this.</summary>
    public static Refusal Forbidden(string action) => new(403000, $"The caller is not permitted to perform '{action}'.");

    /// <summary>An entity quota is reached.</summary>
    public static Refusal QuotaReached(string what, long limit) => new(403101, $"The quota of {limit} {what} is reached.");

    /// <summary>No such path.</summary>
    public static Refusal NoSuchPath { get; } = new(404000, "The requested path does not exist.");

    /// <summary>The ID scope names no provisioning service here.</summary>
    public static Refusal UnknownIdScope { get; } = new(404000, "The ID scope does not exist.");

    /// <summary>The individual enrollment does not exist; also what an unknown TPM device is told.</summary>
    public static Refusal EnrollmentNotFound { get; } = new(404201, "Enrollment not found.");

    /// <summary>The registration record does not exist.</summary>
    public static Refusal RegistrationNotFound { get; } = new(404202, "Registration not found.");

    /// <summary>The operation does not exist, has expired, or belongs to another device.</summary>
    public static Refusal OperationNotFound { get; } = new(404202, "Operation not found.");

    /// <summary>The enrollment group does not exist.</summary>
    public static Refusal EnrollmentGroupNotFound { get; } = new(404204, "Enrollment group not found.");

    /// <summary>The method is not allowed on this path.</summary>
    public static Refusal MethodNotAllowed { get; } = new(405000, "The method is not allowed on this path.");

    /// <summary>An individual enrollment of that ID exists.</summary>
    public static Refusal EnrollmentExists { get; } = new(409201, "Enrollment already exists.");

    /// <summary>An enrollment group of that ID exists.</summary>
    public static Refusal EnrollmentGroupExists { get; } = new(409202, "EnrollmentGroup already exists.");

    /// <summary>Another registration of the same ID is in progress.</summary>
    public static Refusal ConcurrentRegistration { get; } = new(409203, "Precondition failed.");

    /// <summary>The certificate already belongs to another enrollment.</summary>
    public static Refusal CertificateInUse { get; } = new(409204, "The certificate is already used by another enrollment.");

    /// <summary>The entity has changed since the caller read it.</summary>
    public static Refusal ETagMismatch { get; } = new(412001, "Precondition failed: the supplied ETag does not match.");

    /// <summary>The body is larger than allowed.</summary>
    public static Refusal BodyTooLarge(long limitBytes) => new(413000, $"The request body is larger than {limitBytes} bytes.");

    /// <summary>The body is not JSON by its content type.</summary>
    public static Refusal UnsupportedMediaType { get; } = new(415000, "The content type must be application/json.");

    /// <summary>Too many requests.</summary>
    public static Refusal Throttled(TimeSpan retryAfter) =>
        new(429001, "Operations are being throttled for this tenant.") { RetryAfter = retryAfter };

    /// <summary>Something broke here; the log has the cause under the tracking ID.</summary>
    public static Refusal InternalError { get; } = new(500001, "An internal error occurred.");

    /// <summary>The service is starting, stopping or without its store.</summary>
    public static Refusal Unavailable { get; } =
        new(503001, "The service is temporarily unavailable.") { RetryAfter = TimeSpan.FromSeconds(3) };

    private static string Shorten(string text) => text.Length <= 64 ? text : text[..64] + "...";
}
