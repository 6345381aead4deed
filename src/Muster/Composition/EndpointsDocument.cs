using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using Muster.DataFolders;

namespace Muster.Composition;

/// <summary>
/// Where everything is, for scripts and tests: the content of <c>endpoints.json</c> in the data folder. It holds keys, so the file
/// has mode 0600.
/// </summary>
public sealed record EndpointsDocument
{
    /// <summary>The ID scope of the default instance; null if none is served.</summary>
    public string? IdScope { get; init; }

    /// <summary>Host of the service API, with the port where it is not 443.</summary>
    public required string ServiceEndpoint { get; init; }

    /// <summary>Host of the device API, with the port where it is not 443.</summary>
    public required string DeviceEndpoint { get; init; }

    /// <summary>Port of HTTPS.</summary>
    public required int HttpsPort { get; init; }

    /// <summary>Port chosen for MQTT over TLS.</summary>
    public required int MqttPort { get; init; }

    /// <summary>Port chosen for AMQP over TLS.</summary>
    public required int AmqpPort { get; init; }

    /// <summary>Port of metrics on the loopback addresses; null where none was chosen.</summary>
    public int? MetricsPort { get; init; }

    /// <summary>The portal link with its one-time token.</summary>
    public required string Portal { get; init; }

    /// <summary>Path of the root certificate, PEM; null where the user's own certificate is used.</summary>
    public string? RootCertificate { get; init; }

    /// <summary>Connection string of the service API; null if no instance is served.</summary>
    public string? ServiceConnectionString { get; init; }

    /// <summary>The embedded hubs.</summary>
    public ImmutableArray<ServedHub> Hubs { get; init; } = [];

    /// <summary>Writes the document atomically.</summary>
    public void Save(string path) => AtomicFile.Write(path, ToJson(), AtomicFile.Private);

    /// <summary>The document as indented JSON with a final line feed.</summary>
    public byte[] ToJson()
    {
        // The file is read by people too: '+' and '=' of keys stay themselves. It never becomes part of a page.
        var writerOptions = new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, writerOptions))
        {
            json.WriteStartObject();
            json.WriteString("idScope", IdScope);
            json.WriteString("serviceEndpoint", ServiceEndpoint);
            json.WriteString("deviceEndpoint", DeviceEndpoint);
            json.WriteNumber("httpsPort", HttpsPort);
            json.WriteNumber("mqttPort", MqttPort);
            json.WriteNumber("amqpPort", AmqpPort);
            if (MetricsPort is { } metrics) json.WriteNumber("metricsPort", metrics);
            json.WriteString("portal", Portal);
            json.WriteString("rootCertificate", RootCertificate);
            json.WriteString("serviceConnectionString", ServiceConnectionString);
            json.WriteStartArray("hubs");
            foreach (var hub in Hubs)
            {
                json.WriteStartObject();
                json.WriteString("hostName", hub.HostName);
                json.WriteString("connectionString", hub.ConnectionString);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    /// <summary>Reads the parts that the device side needs; null if there is no such file or it is not such a document.</summary>
    public static EndpointsDocument? TryLoad(string path)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object) return null;
            return new EndpointsDocument
            {
                IdScope = Text(root, "idScope"),
                ServiceEndpoint = Text(root, "serviceEndpoint") ?? "",
                DeviceEndpoint = Text(root, "deviceEndpoint") ?? "",
                HttpsPort = Number(root, "httpsPort"),
                MqttPort = Number(root, "mqttPort"),
                AmqpPort = Number(root, "amqpPort"),
                Portal = Text(root, "portal") ?? "",
                RootCertificate = Text(root, "rootCertificate"),
                ServiceConnectionString = Text(root, "serviceConnectionString"),
                Hubs = HubsOf(root),
            };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static int Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number)
            ? number
            : 0;

    private static ImmutableArray<ServedHub> HubsOf(JsonElement root) =>
        root.TryGetProperty("hubs", out var hubs) && hubs.ValueKind == JsonValueKind.Array
            ? [.. hubs.EnumerateArray().Select(hub => new ServedHub(Text(hub, "hostName") ?? "", Text(hub, "connectionString") ?? ""))]
            : [];
}
