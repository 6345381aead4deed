using System.Collections.Frozen;

namespace Muster.Portal.Frame;

/// <summary>
/// What each error code means and what to do about it, in plain language (portal 5 rule 9, behaviour B-19, service-api S-4.3). A code
/// without words of its own has those of its HTTP status.
/// </summary>
public static class ErrorWords
{
    private static readonly FrozenDictionary<int, string> Codes = new Dictionary<int, string>
    {
        [400001] = "The text is no JSON, or JSON of another shape than this needs. Correct it where the message says.",
        [400002] = "The caller asked in a version of the service API that is not served here. Let it use one that the message names.",
        [400003] = "A header of the request cannot be read. Correct the one that the message names.",
        [400004] = "Something that was entered breaks a rule. The message begins with the member it is about and says what is allowed; correct it and save again.",
        [400005] = "The place in the list that was asked for belongs to another search. Begin at the first page again.",
        [400207] = "The allocation webhook did not choose a hub: it failed, answered in no usable form, or named a hub that it was not offered. Test it on the enrollment's IoT hubs tab.",
        [400208] = "The allocation policy or its webhook named no hub. Look at the enrollment's hubs and its allocation policy.",
        [400209] = "The hub refused the credential that this service holds for it. Replace its connection string under Linked IoT hubs; the device may then register again.",
        [401001] = "No linked hub could take the device. Link one under Linked IoT hubs, or let one take part in allocation; the device may then register again.",
        [401002] = "Who asked could not be let in: a session or token has ended, a signature or certificate does not match, or the network rules refuse the address. The message says which.",
        [403000] = "The role does not include the right that the message names. Ask an administrator for another role, or to do it.",
        [403101] = "A limit of this service is reached. Remove what is no longer needed, or let an administrator raise the limit under Quotas + usage.",
        [404000] = "There is nothing of this name. It may have been removed, or the address is mistyped.",
        [404201] = "There is no individual enrollment of this registration ID. It may have been removed by somebody else; look at Manage enrollments.",
        [404202] = "There is no registration record of this registration ID, or its operation is over. A device that registers makes a new one.",
        [404204] = "There is no enrollment group of this name. It may have been removed by somebody else; look at Manage enrollments.",
        [405000] = "The address exists but does not take this kind of request.",
        [409201] = "An individual enrollment of this registration ID exists; case is ignored. Open that one, or choose another ID.",
        [409202] = "An enrollment group of this name exists; case is ignored. Open that one, or choose another name.",
        [409203] = "The same device is being registered at this moment. Wait until that is done.",
        [409204] = "A certificate admits devices through one enrollment only, and this one is used by another already. Remove it there first, or use another certificate.",
        [412001] = "Somebody changed this since it was opened here. Load the new version, and make the change again.",
        [413000] = "What was sent is larger than allowed. Make it smaller.",
        [415000] = "The request did not say that it is JSON.",
        [429001] = "More was asked of the service than its limits allow at a time. Wait a moment and try again; administrators can raise the limits under Quotas + usage.",
        [500001] = "The server met a fault of its own. Nothing that you entered caused it. Try again; if it stays, give the tracking ID to whoever runs the server: the log has the cause beside it.",
        [503001] = "The server is starting, stopping or cannot reach its store. Try again in a few seconds.",
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<int, (string Name, string Words)> Statuses = new Dictionary<int, (string, string)>
    {
        [400] = ("Bad Request", "What was asked for breaks a rule. The message says which; correct it and try again."),
        [401] = ("Unauthorized", "Who asked is not known here, or its credential does not match."),
        [403] = ("Forbidden", "Who asked is known but may not do this."),
        [404] = ("Not Found", "What was asked for does not exist, or no longer."),
        [405] = ("Method Not Allowed", "The address exists but does not take this kind of request."),
        [409] = ("Conflict", "This does not go together with what is stored already. The message says with what."),
        [412] = ("Precondition Failed", "Somebody changed this since it was opened here. Load the new version, and make the change again."),
        [413] = ("Content Too Large", "What was sent is larger than allowed."),
        [415] = ("Unsupported Media Type", "The request came in a form that is not taken here."),
        [429] = ("Too Many Requests", "More was asked than the limits allow at a time. Wait a moment and try again."),
        [500] = ("Internal Server Error", "The server met a fault of its own. Its log has the cause beside the tracking ID."),
        [503] = ("Service Unavailable", "The server or something it needs cannot be reached now. Try again in a few seconds."),
    }.ToFrozenDictionary();

    /// <summary>The codes that have words of their own.</summary>
    public static IReadOnlyCollection<int> Known => Codes.Keys;

    /// <summary>What a code means and what to do, in one or two sentences.</summary>
    public static string Explain(int code) => Codes.TryGetValue(code, out var words) ? words
        : Statuses.TryGetValue(code / 1000, out var status) ? status.Words
        : "This code is not known here. The message says what happened; the log has more beside the tracking ID.";

    /// <summary>The name of an HTTP status; empty for one that this service never sends.</summary>
    public static string NameOf(int httpStatus) => Statuses.TryGetValue(httpStatus, out var status) ? status.Name : "";
}
