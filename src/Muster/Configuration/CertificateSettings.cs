using Muster.Core.Attestation.Tpm;
using Muster.Core.Certificates.Verification;

namespace Muster.Configuration;

/// <summary>Reads the sections <c>X509</c> and <c>Tpm</c>: how devices with certificates and with TPMs are judged (behaviour B-4).</summary>
internal static class CertificateSettings
{
    /// <summary>The options; what is not given keeps its default.</summary>
    public static X509Options Read(OptionSection section)
    {
        var defaults = new X509Options();
        var options = defaults with
        {
            EnforceValidity = section.Flag("EnforceValidity") ?? defaults.EnforceValidity,
            UseStoredCertificates = section.Flag("UseStoredCertificates") ?? defaults.UseStoredCertificates,
            RequireBasicConstraints = section.Flag("RequireBasicConstraints") ?? defaults.RequireBasicConstraints,
            MaxPresentedCertificates = section.Whole("MaxPresentedCertificates", 2, 32) ?? defaults.MaxPresentedCertificates,
            MaxCaCertificates = section.Whole("MaxCaCertificates", 1, 1000) ?? defaults.MaxCaCertificates,
        };
        section.Close();
        return options;
    }

    /// <summary>The section <c>Tpm</c>: what is demanded of a TPM (tpm-attestation 10.2).</summary>
    public static TpmOptions ReadTpm(OptionSection section)
    {
        var defaults = new TpmOptions();
        var options = defaults with { RequiresStorageKey = section.Flag("RequireStorageKey") ?? defaults.RequiresStorageKey };
        section.Close();
        return options;
    }
}
