namespace Muster.Core.Certificates.Verification;

/// <summary>
/// The one place of what Muster decides about X.509 where the original is silent (behaviour B-4, the rows marked M). Key strength and
/// algorithms: <see cref="AlgorithmPolicy"/>.
/// </summary>
public sealed record X509Options
{
    /// <summary>
    /// Whether the leaf and every element below the trust anchor must be inside their validity (behaviour B-4.8). The anchor's own end
    /// is reported, never enforced.
    /// </summary>
    public bool EnforceValidity { get; init; } = true;

    /// <summary>
    /// Whether certificates that the instance holds may stand in for intermediates that a device did not send (behaviour B-4.5). Off, as
    /// the original does it; verified CA certificates complete a chain in any case.
    /// </summary>
    public bool UseStoredCertificates { get; init; }

    /// <summary>
    /// Whether an intermediate that a device sent must carry basicConstraints. Off, because chains without extensions must work
    /// (behaviour B-4.10); on where leaf certificates carry none, because such a leaf could otherwise issue others. Certificates that
    /// the instance holds are exempt.
    /// </summary>
    public bool RequireBasicConstraints { get; init; }

    /// <summary>Clock difference allowed at both ends of a validity.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Most certificates of a handshake, the leaf included; 2 to 32. A longer list is refused unread.</summary>
    public int MaxPresentedCertificates { get; init; } = 10;

    /// <summary>Largest certificate in a handshake, in bytes.</summary>
    public int MaxCertificateBytes { get; init; } = 16 * 1024;

    /// <summary>Most signatures that are computed for one handshake, so that no chain costs more than a bounded effort.</summary>
    public int MaxSignatureChecks { get; init; } = 24;

    /// <summary>Most CA certificates of an instance (behaviour B-13).</summary>
    public int MaxCaCertificates { get; init; } = 25;

    /// <summary>Largest revocation list, in bytes.</summary>
    public int MaxRevocationListBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Longest time that fetching a revocation list may take.</summary>
    public TimeSpan RevocationFetchTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
