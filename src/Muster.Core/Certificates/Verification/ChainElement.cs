namespace Muster.Core.Certificates.Verification;

/// <summary>One certificate of a chain.</summary>
/// <param name="Certificate">The certificate.</param>
/// <param name="Held">What the instance holds of it; null when it was only sent.</param>
/// <param name="WasSent">Whether the device sent it; else it completes the chain from what the instance holds.</param>
public sealed record ChainElement(DecodedCertificate Certificate, TrustedCertificate? Held, bool WasSent);
