using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Muster.Core.Attestation;
using Muster.Core.Concurrency;

namespace Muster.Api.Connections;

/// <summary>
/// The certificates that clients sent in their TLS handshakes, kept per connection for every protocol behind TLS. Any chain is accepted
/// there; enrollments judge it later. What a client sent beside its leaf is visible in the handshake's callback only.
/// </summary>
public static class ClientCertificates
{
    // Entries go with their connection.
    private static readonly ConditionalWeakTable<SslStream, X509Evidence> Connections = [];

    // A resumed session carries the leaf alone (its ticket has no room for the rest), so what came with a leaf is kept for its return.
    // Nothing is trusted for being here: chains are verified anew, whatever they are made of.
    private static readonly BoundedCache<string, IReadOnlyList<ReadOnlyMemory<byte>>> SentWith = new(16 * 1024);

    /// <summary>The callback of the TLS settings: keeps what the client sent and accepts it.</summary>
    public static bool Accept(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (sender is not SslStream stream || certificate is not X509Certificate2 leaf) return true;

        var der = leaf.RawData;
        var thumbprint = Convert.ToHexString(SHA256.HashData(der));
        IReadOnlyList<ReadOnlyMemory<byte>> others = Others(chain, der);
        if (others.Count > 0) SentWith.Set(thumbprint, others);
        else if (SentWith.TryGet(thumbprint, out var earlier)) others = earlier;
        Connections.AddOrUpdate(stream, new X509Evidence(der, others));
        return true;
    }

    /// <summary>What the client of a connection presented; null when it presented no certificate, or the connection is not one of TLS.</summary>
    /// <param name="features">Features of the connection, or of a request on it.</param>
    public static X509Evidence? Of(IFeatureCollection features) =>
        features.Get<ISslStreamFeature>() is { } tls && Connections.TryGetValue(tls.SslStream, out var evidence) ? evidence : null;

    private static List<ReadOnlyMemory<byte>> Others(X509Chain? chain, byte[] leaf)
    {
        var others = new List<ReadOnlyMemory<byte>>();
        foreach (var other in chain?.ChainPolicy.ExtraStore ?? [])
        {
            var der = other.RawData;
            if (!der.AsSpan().SequenceEqual(leaf)) others.Add(der);
        }

        return others;
    }
}
