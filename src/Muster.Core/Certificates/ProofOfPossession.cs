using Muster.Core.Certificates.Verification;
using Muster.Core.Errors;

namespace Muster.Core.Certificates;

/// <summary>
/// Whether a verification certificate proves that its sender holds the CA's key (management-api ). It needs no extension and may be
/// of version 1, as <c>openssl x509 -req</c> makes them.
/// </summary>
internal static class ProofOfPossession
{
    /// <summary>The refusal that says what is wrong with the proof, or null.</summary>
    public static Refusal? FindProblem(
        CaCertificate authority, string content, SignatureChecker signatures, X509Options options, DateTimeOffset now)
    {
        if (authority.VerificationCode is not { } code) return CaCertificateRefusals.NotVerified("no verification code was generated");
        if (!CertificateText.TryParse(content, out var certificate, out var problem)) return CaCertificateRefusals.InvalidContent(problem!);
        if (!CertificateDecoder.TryDecode(Convert.FromBase64String(certificate!.Der), out var proof, out problem))
            return CaCertificateRefusals.InvalidContent($"cannot be used: {problem}.");
        if (!CertificateDecoder.TryDecode(Convert.FromBase64String(authority.Certificate.Der), out var issuer, out problem))
            return CaCertificateRefusals.InvalidContent($"'{authority.Name}' cannot be used: {problem}.");

        if (proof!.CommonNames is not [var name] || !name.Equals(code, StringComparison.OrdinalIgnoreCase))
            return CaCertificateRefusals.NotVerified("its subject common name is not the verification code");
        if (AlgorithmPolicy.ProblemOf(proof.SignatureScheme) is { } weakSignature) return CaCertificateRefusals.NotVerified(weakSignature);
        if (AlgorithmPolicy.ProblemOf(issuer!.Key) is { } weakKey)
            return CaCertificateRefusals.NotVerified($"the certificate '{authority.Name}' cannot sign: {weakKey}");
        if (!proof.Issuer.Span.SequenceEqual(issuer.Subject.Span) || !signatures.IsSignedBy(proof, issuer.Key))
            return CaCertificateRefusals.NotVerified($"it is not signed by certificate '{authority.Name}'");
        if (now - options.ClockSkew > proof.NotAfter) return CaCertificateRefusals.NotVerified("it has expired");
        return now + options.ClockSkew < proof.NotBefore ? CaCertificateRefusals.NotVerified("it is not valid yet") : null;
    }
}
