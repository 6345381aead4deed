using Microsoft.Extensions.Logging;

namespace Muster.Portal;

/// <summary>Log messages of the portal, events 7000 to 7099.</summary>
internal static partial class PortalLog
{
    [LoggerMessage(7000, LogLevel.Information, "Portal: {User} did '{Operation}' on '{Object}' of instance '{Instance}'.")]
    public static partial void Audit(ILogger logger, string user, string operation, string instance, string @object);

    [LoggerMessage(7001, LogLevel.Information, "Portal: {User} signed in with role {Role}.")]
    public static partial void SignedIn(ILogger logger, string user, string role);

    [LoggerMessage(7002, LogLevel.Warning, "Portal: a sign-in was refused from {Address}.")]
    public static partial void SignInRefused(ILogger logger, string address);

    [LoggerMessage(7004, LogLevel.Error, "Portal: the directory {Authority} cannot be reached or does not answer as an OpenID Connect issuer.")]
    public static partial void DirectoryUnreachable(ILogger logger, Uri authority, Exception exception);

    [LoggerMessage(7005, LogLevel.Warning, "Portal: a sign-in by the directory failed.")]
    public static partial void DirectoryRefused(ILogger logger, Exception? exception);

    [LoggerMessage(7003, LogLevel.Error, "Portal: the page {Page} failed (tracking ID {TrackingId}).")]
    public static partial void PageFailed(ILogger logger, string page, Guid trackingId, Exception exception);

    [LoggerMessage(7007, LogLevel.Information, "Portal: {User} started the job '{Title}' ({Id}) of instance '{Instance}'.")]
    public static partial void JobStarted(ILogger logger, string user, string title, string id, string instance);

    [LoggerMessage(7008, LogLevel.Information, "Portal: the job '{Title}' ({Id}) is {State}: {Done} done, {Failed} failed.")]
    public static partial void JobEnded(ILogger logger, string title, string id, Jobs.JobState state, long done, long failed);

    [LoggerMessage(7009, LogLevel.Error, "Portal: the job {Id} broke (tracking ID {TrackingId}).")]
    public static partial void JobBroke(ILogger logger, string id, Guid trackingId, Exception exception);

    [LoggerMessage(7006, LogLevel.Warning, "Portal: {User} was refused with {Code} on the page {Page} (tracking ID {TrackingId}).")]
    public static partial void Refused(ILogger logger, string user, int code, string page, Guid trackingId);
}
