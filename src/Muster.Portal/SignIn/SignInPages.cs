using System.Net;
using Microsoft.AspNetCore.Http;
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
    /// <param name="directory">What the directory is called; null when there is none.</param>
    public static string Form(string antiforgeryField, string antiforgeryToken, string? error, bool hasUsers, string? directory)
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
        var elsewhere = directory is null ? "" : $"""
            <p><a class="button primary" href="~{OpenIdSignIn.StartPath}">Sign in with {Text(directory)}</a></p>
            <p class="or"><span>or with a local user</span></p>
            """;
        return Document("Sign in", $"""
            <h1>Sign in</h1>
            {problem}
            {elsewhere}
            <form method="post" action="~/signin">
              <input type="hidden" name="{Text(antiforgeryField)}" value="{Text(antiforgeryToken)}">
              <div class="field"><label for="name">User name</label>
              <input type="text" id="name" name="name" autocomplete="username" required autofocus{described}></div>
              <div class="field"><label for="password">Password</label>
              <input type="password" id="password" name="password" autocomplete="current-password" required{described}></div>
              <div class="field"><button class="button{(directory is null ? " primary" : "")}" type="submit">Sign in</button></div>
            </form>
            {hint}
            """);
    }

    /// <summary>For a token that is wrong or was used before.</summary>
    public static string LinkSpent { get; } = Document("This link no longer works", """
        <h1>This link no longer works</h1>
        <p>The link works once, in one browser, and only until Muster restarts.</p>
        <p>To get a new link, restart Muster and open the one it prints in the line <strong>Portal</strong>, or
        <a href="~/signin">sign in with your user name</a>.</p>
        """);

    /// <summary>For a host name that is none of the portal's.</summary>
    /// <param name="names">Its names.</param>
    public static string WrongHost(IReadOnlyList<string> names) => Document("Open the portal by its own name", $"""
        <h1>Open the portal by its own name</h1>
        <p>The portal answers only under {string.Join(", ", names.Select(name => $"<code>{Text(name)}</code>"))}.</p>
        """);

    /// <summary>After a sign-in elsewhere: the page goes on by itself.</summary>
    /// <param name="name">Who is signed in.</param>
    public static string GoOn(string name) => Document("Signed in", $"""
        <h1>Signed in</h1>
        <p>You are {Text(name)}. <a href="~/">Go on to the portal</a>.</p>
        """, """<meta http-equiv="refresh" content="0;url=~/">""");

    /// <summary>For a sign-in elsewhere that came to nothing.</summary>
    /// <param name="text">Why, and what to do.</param>
    public static string DirectoryProblem(string text) => Document("You are not signed in", $"""
        <h1>You are not signed in</h1>
        <p role="alert">{Text(text)}</p>
        <p><a href="~/signin">Back to the sign-in</a></p>
        """);

    /// <summary>Writes a page of these; its links, which begin with <c>~/</c>, lead below the portal's path prefix.</summary>
    public static Task WriteAsync(HttpContext context, int status, string html)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=utf-8";
        var prefix = Text(context.Request.PathBase.ToUriComponent());
        html = html.Replace("\"~/", $"\"{prefix}/", StringComparison.Ordinal).Replace("url=~/", $"url={prefix}/", StringComparison.Ordinal);
        return context.Response.WriteAsync(html, context.RequestAborted);
    }

    private static string Document(string title, string body, string head = "") => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{title} - Muster</title>
        {head}
        <link rel="icon" href="~/assets/muster.svg" type="image/svg+xml">
        <link rel="stylesheet" href="~/assets/portal.css?v={PortalAssets.Tag}">
        <script src="~/assets/portal.js?v={PortalAssets.Tag}"></script>
        </head>
        <body><main class="plain"><div class="card"><div class="brand"><img src="~/assets/muster.svg" alt="" width="36" height="36">Muster</div>{body}</div></main></body>
        </html>

        """;

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
