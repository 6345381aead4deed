using System.Globalization;
using Muster.Core.Certificates;

namespace Muster.Core.Audit;

/// <summary>Audit entries of CA certificates.</summary>
public static class CaCertificateAudit
{
    /// <summary>The entry of an upload (nothing before), a change, or a deletion (nothing after); one of both is given.</summary>
    public static AuditEntry Written(AuditCaller caller, CaCertificate? before, CaCertificate? after, DateTimeOffset now)
    {
        var authority = before ?? after ?? throw new ArgumentNullException(nameof(after));
        return AuditEntry.Of(
            caller, AuditEntity.CaCertificate, authority.InstanceName, authority.Name,
            before is null ? null : MembersOf(before), after is null ? null : MembersOf(after), now);
    }

    private static AuditMembers MembersOf(CaCertificate authority)
    {
        var members = new AuditMembers();
        members.Add("subject", authority.Certificate.Info.SubjectName);
        members.Add("sha256Thumbprint", authority.Certificate.Info.Sha256Thumbprint);
        members.Add("isVerified", authority.IsVerified ? "true" : "false");

        // Whoever knows it could have it signed and finish a proof that somebody else began.
        members.AddSecret("verificationCode", authority.VerificationCode);
        if (authority.Revocation is not { } revocation) return members;
        members.Add("revocation.isOn", "true");
        members.Add("revocation.url", revocation.Url);
        members.Add("revocation.allowStale", revocation.AllowStale ? "true" : "false");
        members.Add("revocation.list.thisUpdateUtc", revocation.ThisUpdateUtc?.ToString("O", CultureInfo.InvariantCulture));
        members.Add("revocation.list.revokedCount", revocation.ListDer is null ? null : revocation.RevokedCount.ToString(CultureInfo.InvariantCulture));
        return members;
    }
}
