using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.Logging;
using Muster.Core.Audit;
using Muster.Core.Errors;
using Muster.Core.Networking;

namespace Muster.Portal.SignIn;

/// <summary>
/// Who works in this circuit and what the person may do. Every service behind a page asks here before it acts, so that a hidden
/// button is never the only guard. The session is looked up anew each time: one that was closed or has ended does nothing more.
/// </summary>
/// <param name="sessions">Who is signed in.</param>
/// <param name="authentication">The identity that the circuit was opened with.</param>
/// <param name="logger">Receives the audit lines.</param>
public sealed class PortalAccess(PortalSessions sessions, AuthenticationStateProvider authentication, ILogger<PortalAccess> logger)
{
    /// <summary>The claim that names the session.</summary>
    public const string SessionClaim = "muster-session";

    /// <summary>The claim that tells where the person sits.</summary>
    public const string AddressClaim = "muster-address";

    /// <summary>The claim that tells at which address of this machine the person's browser arrived.</summary>
    public const string LocalAddressClaim = "muster-local-address";

    private string? _sessionId;

    /// <summary>What a person is told whose session has ended.</summary>
    public static Refusal SessionEnded { get; } = new(401002, "The session has ended. Sign in again.");

    /// <summary>Names the session, open or ended; null before the circuit knows who opened it.</summary>
    public string? SessionId => _sessionId;

    /// <summary>The session as it is now; null once it has ended.</summary>
    public PortalSession? Session => _sessionId is { } id ? sessions.FindById(id) : null;

    /// <summary>Where the person sits; null when unknown. Network rules judge it (portal P13).</summary>
    public IPAddress? Address { get; private set; }

    /// <summary>Where the person comes from, for network rules and private endpoints.</summary>
    public NetworkSource Source { get; private set; }

    /// <summary>The person as audit entries name it; the process where the session has ended, and then nothing is written.</summary>
    public AuditCaller Caller => Session is { } session
        ? new AuditCaller(AuditCallerKind.Portal, session.UserName) { Address = Address?.ToString() }
        : AuditCaller.Process;

    /// <summary>Learns who opened the circuit. Called once by the frame before any page.</summary>
    public async Task OpenAsync()
    {
        var state = await authentication.GetAuthenticationStateAsync();
        _sessionId = state.User.FindFirstValue(SessionClaim);
        Address = IPAddress.TryParse(state.User.FindFirstValue(AddressClaim), out var address) ? address : null;
        Source = NetworkSource.Parse(Address?.ToString(), state.User.FindFirstValue(LocalAddressClaim));
    }

    /// <summary>Works for a person away from any page, as a job does. The session is looked up at each call as always.</summary>
    public void ActAs(string sessionId, IPAddress? address) => (_sessionId, Address) = (sessionId, address);

    /// <summary>Whether the person has a right now.</summary>
    public bool May(PortalRight right) => Check(right) is null;

    /// <summary>Null when the person has the right, else the refusal to show.</summary>
    public Refusal? Check(PortalRight right) =>
        Session is { } session ? PortalRights.Check(session.Role, right) : SessionEnded;

    /// <summary>Why a control is disabled, for its description; null when it is not.</summary>
    public string? WhyNot(PortalRight right) => Check(right) is { } refusal
        ? refusal.HttpStatus == 403 ? $"Needs the right {PortalRights.Name(right)} (role {PortalRights.RoleFor(right)})." : refusal.Message
        : null;

    /// <summary>Extends the session.</summary>
    public void Extend()
    {
        if (_sessionId is { } id) sessions.Extend(id);
    }

    /// <summary>Notes who did what to which object: every write, and every reveal or copy of a key. Values are never noted.</summary>
    public void Audit(string operation, string instance, string what)
    {
        if (Session is { } session) PortalLog.Audit(logger, session.UserName, operation, instance, what);
    }
}
