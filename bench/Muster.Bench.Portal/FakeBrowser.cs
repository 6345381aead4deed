using System.Security.Claims;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.JSInterop;
using Muster.Portal.SignIn;

namespace Muster.Bench.Portal;

/// <summary>What a circuit gets from a browser: an address, a person, answers to scripts.</summary>
internal sealed class FakeBrowser : NavigationManager, IJSRuntime
{
    /// <summary>Stands at an address.</summary>
    public FakeBrowser(string path) => Initialize("http://localhost/", "http://localhost" + path);

    /// <summary>A person with an open session.</summary>
    public static AuthenticationStateProvider Person(PortalSessions sessions)
    {
        var session = sessions.Find(sessions.Open("bench", PortalRole.Administrator))!;
        return new Fixed(new AuthenticationState(new ClaimsPrincipal(new ClaimsIdentity([new Claim(PortalAccess.SessionClaim, session.Id)], "bench"))));
    }

    public ValueTask<TValue> InvokeAsync<TValue>(string identifier, object?[]? args) => InvokeAsync<TValue>(identifier, CancellationToken.None, args);

    public ValueTask<TValue> InvokeAsync<TValue>(string identifier, CancellationToken cancellationToken, object?[]? args) =>
        ValueTask.FromResult(typeof(TValue) == typeof(string) ? (TValue)(object)"UTC" : default(TValue)!);

    protected override void NavigateToCore(string uri, bool forceLoad) => Uri = uri;

    private sealed class Fixed(AuthenticationState state) : AuthenticationStateProvider
    {
        public override Task<AuthenticationState> GetAuthenticationStateAsync() => Task.FromResult(state);
    }
}
