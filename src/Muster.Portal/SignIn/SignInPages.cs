using System.Net;
using Muster.Portal.Assets;

namespace Muster.Portal.SignIn;

/// <summary>The pages before a session, as whole HTML documents. They need no script but that of the theme.</summary>
internal static class SignInPages
{
    /// <summary>The sign-in form.</summary>
    /// <param name="antiforgeryField">Name of the hidden field.</param>
    /// <param name="antiforgeryToken">Its value.</param>
    /// <param name="error">What went wrong before; null at first.</param>
    /// <param name="hasUsers">Whether there is any account to sign in with.</param>
    public static string Form(string antiforgeryField, string antiforgeryToken, string? error, bool hasUsers)
    {
        var problem = error is null ? "" : $"""<p id="error" class="error-text" role="alert">{Text(error)}</p>""";
        var described = error is null ? "" : """ aria-describedby="error" aria-invalid="true" """;
        var hint = hasUsers
            ? "<p class=\"dim\">Administrators can also open the one-time link that Muster prints when it starts.</p>"
            : """
              <div class="callout"><div><strong>First time here?</strong> Open the link that Muster printed when it started: look for the line
              <strong>Portal</strong> in the terminal or the log. It works once and makes you administrator; there you can add users who sign in here.
              A restart prints a new link.</div></div>
              """;
        return Document("Sign in", $"""
            <h1>Sign in</h1>
            {problem}
            <form method="post" action="/signin">
              <input type="hidden" name="{Text(antiforgeryField)}" value="{Text(antiforgeryToken)}">
              <div class="field"><label for="name">User name</label>
              <input type="text" id="name" name="name" autocomplete="username" required autofocus{described}></div>
              <div class="field"><label for="password">Password</label>
              <input type="password" id="password" name="password" autocomplete="current-password" required{described}></div>
              <div class="field"><button class="button primary" type="submit">Sign in</button></div>
            </form>
            {hint}
            """);
    }

    /// <summary>For a token that is wrong or was used before.</summary>
    public static string LinkSpent { get; } = Document("This link no longer works", """
        <h1>This link no longer works</h1>
        <p>The link works once, in one browser, and only until Muster restarts.</p>
        <p>To get a new link, restart Muster and open the one it prints in the line <strong>Portal</strong>, or
        <a href="/signin">sign in with your user name</a>.</p>
        """);

    /// <summary>For a host name other than that of this machine's loopback.</summary>
    public static string WrongHost { get; } = Document("Open the portal as localhost", """
        <h1>Open the portal as localhost</h1>
        <p>The portal answers only under the names <code>localhost</code>, <code>127.0.0.1</code> and <code>[::1]</code>.</p>
        """);

    private static string Document(string title, string body) => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{title} - Muster</title>
        <link rel="icon" href="/assets/muster.svg" type="image/svg+xml">
        <link rel="stylesheet" href="/assets/portal.css?v={PortalAssets.Tag}">
        <script src="/assets/portal.js?v={PortalAssets.Tag}"></script>
        </head>
        <body><main class="plain"><div class="card"><div class="brand"><img src="/assets/muster.svg" alt="" width="36" height="36">Muster</div>{body}</div></main></body>
        </html>

        """;

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
