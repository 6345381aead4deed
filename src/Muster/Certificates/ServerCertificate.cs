using System.Security.Cryptography.X509Certificates;

namespace Muster.Certificates;

/// <summary>A server certificate ready for use.</summary>
/// <param name="Leaf">The certificate with its private key.</param>
/// <param name="Intermediates">The certificates that clients need between the leaf and the root they trust.</param>
public sealed record ServerCertificate(X509Certificate2 Leaf, X509Certificate2Collection Intermediates);
