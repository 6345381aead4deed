using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Muster.Composition;

namespace Muster.Portal;

/// <summary>The pages of the portal door, as whole HTML documents. They need no script.</summary>
public sealed class LandingPage
{
    /// <summary>Makes the page of a server.</summary>
    /// <param name="endpoints">What the server announces.</param>
    /// <param name="dataFolder">Absolute path of the data folder.</param>
    /// <param name="root">The root certificate; null where the user's own certificate is used.</param>
    /// <param name="version">The version of this build.</param>
    public LandingPage(EndpointsDocument endpoints, string dataFolder, X509Certificate2? root, string version) =>
        Html = Document("Muster", "Device provisioning service", Overview(endpoints, dataFolder, root) + FirstDevice(endpoints, dataFolder),
            $"Muster {Text(version)} · {Text(OpenSslVersion.Text)}");

    /// <summary>The page.</summary>
    public string Html { get; }

    /// <summary>For a visitor without session.</summary>
    public static string LinkMissing { get; } = Notice("Open the link that Muster printed", """
        <p>This page shows keys, so it opens only with the link that Muster prints when it starts.
        Look for the line <strong>Portal</strong> in the terminal or the log of the server and open that link.</p>
        <p>The link works once, in one browser. To get a new one, restart Muster.</p>
        """);

    /// <summary>For a token that is wrong or was used before.</summary>
    public static string LinkSpent { get; } = Notice("This link no longer works", """
        <p>The link works once, in one browser, and only until Muster restarts.</p>
        <p>To get a new link, restart Muster and open the one it prints in the line <strong>Portal</strong>.</p>
        """);

    /// <summary>For a path that does not exist.</summary>
    public static string NotFound { get; } = Notice("There is no such page", """<p><a href="/">Go to the start page</a></p>""");

    /// <summary>For a host name other than that of this machine's loopback.</summary>
    public static string WrongHost { get; } = Notice("Open the portal as localhost", """
        <p>The portal answers only under the names <code>localhost</code>, <code>127.0.0.1</code> and <code>[::1]</code>.</p>
        """);

    /// <summary>For a visitor who comes before the start is complete.</summary>
    public static string Starting { get; } = Notice("Muster is starting", "<p>Reload this page in a moment.</p>");

    private static string Overview(EndpointsDocument endpoints, string dataFolder, X509Certificate2? root)
    {
        var html = new StringBuilder("<section aria-labelledby=\"overview\"><h2 id=\"overview\">Overview</h2><dl>");
        if (endpoints.IdScope is { } scope) Row("ID scope", Code(scope));
        Row("Service endpoint", Code(endpoints.ServiceEndpoint));
        Row("Device endpoint", Code(endpoints.DeviceEndpoint));
        if (endpoints.ServiceConnectionString is { } service)
            Row("Service connection string", Hidden("service connection string", service));
        foreach (var hub in endpoints.Hubs)
        {
            Row("Embedded hub", Code(hub.HostName));
            Row("Hub connection string", Hidden($"connection string of {hub.HostName}", hub.ConnectionString));
        }

        if (root is not null && endpoints.RootCertificate is { } file)
        {
            Row("Root certificate", $"""
                <a href="/muster-root.pem" download>muster-root.pem</a>, <a href="/muster-root.cer" download>muster-root.cer</a><br>
                {Code(file)}<br><span class="fingerprint">SHA-256 {Text(StartBanner.Fingerprint(root))}</span>
                """);
        }
        else
        {
            Row("Server certificate", "your own");
        }

        Row("Data folder", Code(dataFolder));
        Row("Ports", string.Create(CultureInfo.InvariantCulture,
            $"HTTPS {endpoints.HttpsPort}, MQTT {endpoints.MqttPort}; AMQP {endpoints.AmqpPort} is not open in this version"));
        return html.Append("</dl></section>").ToString();

        void Row(string term, string description) =>
            html.Append("<dt>").Append(term).Append("</dt><dd>").Append(description).Append("</dd>");
    }

    private static string FirstDevice(EndpointsDocument endpoints, string dataFolder)
    {
        if (endpoints.IdScope is null) return "";
        var quickStart = new QuickStart(endpoints, dataFolder);
        return $"""
            <section aria-labelledby="first"><h2 id="first">Your first device</h2>
            <p>In a shell on this machine:</p>
            {PortNote(endpoints)}
            <h3>1. Make a key for the device</h3>{Block("Make a key", quickStart.MakeKey)}
            <h3>2. Enroll the device with the official client for Node.js</h3>{Block("Enroll", quickStart.Enroll)}
            <h3>3. Let the device register</h3>{Block("Register", quickStart.Register)}
            <p>The answer names the hub and the device ID.</p></section>
            """;
    }

    /// <summary>The official clients have no option for the port, so the page says what stands in their way.</summary>
    private static string PortNote(EndpointsDocument endpoints) => endpoints.HttpsPort == 443
        ? ""
        : string.Create(CultureInfo.InvariantCulture, $"""
            <p class="note">The official clients speak only to port 443, and this server uses {endpoints.HttpsPort}: step 2 needs a server
            started with <code>--https-port 443</code>. Step 3 works with any port.</p>
            """);

    private static string Notice(string title, string body) =>
        Document(title, "Muster, device provisioning service", $"<section>{body}</section>", "");

    private static string Document(string title, string subtitle, string main, string footer) => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{title}</title>
        <link rel="icon" href="/muster.svg" type="image/svg+xml">
        <link rel="stylesheet" href="/portal.css">
        </head>
        <body>
        <header><img src="/muster.svg" alt="" width="40" height="40"><div><h1>{title}</h1><p>{subtitle}</p></div></header>
        <main>{main}</main>
        <footer>{footer}</footer>
        </body>
        </html>

        """;

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private static string Code(string text) => $"<code>{Text(text)}</code>";

    private static string Block(string label, string text) =>
        $"""<pre tabindex="0" role="region" aria-label="{label}"><code>{Text(text)}</code></pre>""";

    private static string Hidden(string what, string secret) =>
        $"""<details><summary aria-label="Show the {Text(what)}">Show</summary><code>{Text(secret)}</code></details>""";
}
