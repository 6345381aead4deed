using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Muster.Protocols.Sas;

namespace Muster.Portal.Tests;

/// <summary>
/// Does what the extension azure-iot of the Azure CLI does for <c>iot dps enrollment-group create</c>: takes the line apart as a shell does, makes the
/// body from the options and sends it to the service API. The CLI itself is not among what the tests install.
/// </summary>
internal static class AzureCommand
{
    /// <summary>Runs the command under another name.</summary>
    public static async Task<(HttpStatusCode Status, string Answer)> RunAsync(PortalFixture portal, string command, string id)
    {
        var words = Words(command);
        Assert.Equal(["az", "iot", "dps", "enrollment-group", "create"], words[..5]);
        Assert.Equal(0, words.Count % 2 - 1);
        var body = new JsonObject { ["enrollmentGroupId"] = id, ["attestation"] = new JsonObject { ["type"] = "symmetricKey", ["symmetricKey"] = new JsonObject() } };
        var twin = new JsonObject { ["tags"] = new JsonObject(), ["properties"] = new JsonObject { ["desired"] = new JsonObject() } };
        for (var i = 5; i < words.Count; i += 2)
        {
            var value = words[i + 1];
            switch (words[i])
            {
                case "--login" or "--dps-name" or "--enrollment-id": break;
                case "--provisioning-status": body["provisioningStatus"] = value; break;
                case "--reprovision-policy":
                    body["reprovisionPolicy"] = new JsonObject { ["updateHubAssignment"] = value != "never", ["migrateDeviceData"] = value == "reprovisionandmigratedata" };
                    break;
                case "--allocation-policy": body["allocationPolicy"] = value == "geolatency" ? "geoLatency" : value; break;
                case "--iot-hubs": body["iotHubs"] = new JsonArray([.. value.Split(' ').Select(hub => JsonValue.Create(hub))]); break;
                case "--edge-enabled": body["capabilities"] = new JsonObject { ["iotEdge"] = bool.Parse(value) }; break;
                case "--initial-twin-tags": twin["tags"] = JsonNode.Parse(value); break;
                case "--initial-twin-properties": twin["properties"] = new JsonObject { ["desired"] = JsonNode.Parse(value) }; break;
                default: Assert.Fail($"The command has no option {words[i]}."); break;
            }
        }

        body["initialTwin"] = twin;
        var login = portal.Server.Endpoints.ServiceConnectionString!.Split(';').Select(part => part.Split('=', 2)).ToDictionary(part => part[0], part => part[1], StringComparer.Ordinal);
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.ImportFromPemFile(portal.Server.Endpoints.RootCertificate!);
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = trust;
        using var client = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Put, $"https://localhost:{portal.Server.HttpsPort}/enrollmentGroups/{id}?api-version=2021-10-01");
        request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, MediaTypeHeaderValue.Parse("application/json"));
        request.Headers.TryAddWithoutValidation("Authorization", SasTokenBuilder.Create(
            login["HostName"], Convert.FromBase64String(login["SharedAccessKey"]), DateTimeOffset.UtcNow.AddHours(1), login["SharedAccessKeyName"]));
        using var answer = await client.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>The words of a line as a POSIX shell sees them: single and double quotes, and a backslash before a character or a line's end.</summary>
    private static List<string> Words(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var (isOpen, quote) = (false, '\0');
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (quote != '\0')
            {
                if (c == quote) quote = '\0';
                else word.Append(c);
            }
            else if (c is '\'' or '"')
            {
                (isOpen, quote) = (true, c);
            }
            else if (c == '\\' && i + 1 < line.Length)
            {
                if (line[++i] == '\n') continue;
                word.Append(line[i]);
                isOpen = true;
            }
            else if (char.IsWhiteSpace(c))
            {
                if (isOpen) words.Add(word.ToString());
                word.Clear();
                isOpen = false;
            }
            else
            {
                word.Append(c);
                isOpen = true;
            }
        }

        if (isOpen) words.Add(word.ToString());
        return words;
    }
}
