using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Muster.Protocols.Tests.Mqtt;

namespace Muster.DeviceApi.Tests.Mqtt;

/// <summary>What an unmodified device client put on the wire when it registered, packet by packet.</summary>
internal sealed record Capture(string Name, string IdScope, string RegistrationId, bool IsX509, string? Upgrade, IReadOnlyList<CapturedPacket> Sent)
{
    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(value => (byte)value)];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "TestData", "captures");

    public static IEnumerable<string> Names => Directory.EnumerateFiles(Folder, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)).Order();

    public static Capture Load(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, name + ".json")));
        var meta = document.RootElement.GetProperty("meta");
        string? upgrade = null;
        var sent = new List<CapturedPacket>();
        foreach (var item in document.RootElement.GetProperty("events").EnumerateArray())
        {
            if (item.GetProperty("dir").GetString() != "C>S") continue;
            var kind = item.GetProperty("kind").GetString()!;
            if (kind == "http") upgrade = item.GetProperty("text").GetString();
            else sent.Add(new CapturedPacket(kind, item.TryGetProperty("hex", out var hex) ? Convert.FromHexString(hex.GetString()!) : []));
        }

        return new Capture(
            name, meta.GetProperty("idScope").GetString()!, meta.GetProperty("registrationId").GetString()!,
            meta.GetProperty("attestation").GetString() == "x509", upgrade, sent);
    }

    /// <summary>A CONNECT whose token is signed anew for <paramref name="expiry"/>, in the client's own way of writing it.</summary>
    public static byte[] Renew(byte[] connect, DateTimeOffset expiry)
    {
        // The password is the last field, and its length stands before it.
        var at = connect.AsSpan().LastIndexOf("SharedAccessSignature "u8);
        if (at < 0) return connect;
        var token = Encoding.UTF8.GetString(connect.AsSpan(at));
        var bodyStart = connect[1] < 0x80 ? 2 : 3;
        return ClientPackets.Packet(0x10, [.. connect.AsSpan(bodyStart..(at - 2)), .. ClientPackets.Text(Renew(token, expiry))]);
    }

    private static string Renew(string token, DateTimeOffset expiry)
    {
        var se = expiry.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var space = token.IndexOf(' ', StringComparison.Ordinal);
        var parts = token[(space + 1)..].Split('&');
        var sr = parts.First(part => part.StartsWith("sr=", StringComparison.Ordinal))[3..];
        var signature = Uri.EscapeDataString(Convert.ToBase64String(HMACSHA256.HashData(Key, Encoding.UTF8.GetBytes(sr + "\n" + se))));
        if (sr.Contains("%2f", StringComparison.Ordinal) && token.Contains("%3d", StringComparison.Ordinal))
            signature = signature.Replace("%2F", "%2f", StringComparison.Ordinal).Replace("%3D", "%3d", StringComparison.Ordinal).Replace("%2B", "%2b", StringComparison.Ordinal);
        return token[..(space + 1)] + string.Join('&', parts.Select(part => part switch
        {
            ['s', 'i', 'g', '=', ..] => "sig=" + signature,
            ['s', 'e', '=', ..] => "se=" + se,
            _ => part,
        }));
    }
}
