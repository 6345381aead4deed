using Muster.Core.Enrollments;
using Muster.Core.Store;

namespace Muster.Storage.Tests.Conformance;

public abstract partial class ProvisioningStoreConformance
{
    [Fact]
    public async Task A_CA_certificate_reads_back_whole_and_is_found_without_case()
    {
        var full = CaSamples.FullAuthority("My Root");
        await Store.CommitAsync([new PutCaCertificate(full, null)], default);
        Assert.Equal(Snapshot.Of(full), Snapshot.Of(await Store.FindCaCertificateAsync(Samples.Instance, "MY ROOT", default)));
        Assert.Null(await Store.FindCaCertificateAsync("other", "My Root", default));
    }

    [Fact]
    public async Task CA_certificates_are_listed_by_name_without_case_and_by_instance()
    {
        foreach (var name in new[] { "b", "C", "A" })
            await Store.CommitAsync([new PutCaCertificate(CaSamples.Authority(name), null)], default);
        await Store.CommitAsync([new PutCaCertificate(CaSamples.Authority("x", instance: "other"), null)], default);
        Assert.Equal(["A", "b", "C"], (await Store.ListCaCertificatesAsync(Samples.Instance, default)).Select(ca => ca.Name));
    }

    [Fact]
    public async Task The_revision_of_CA_certificates_moves_with_each_write_of_the_instance_only()
    {
        var before = await Store.GetCaCertificatesRevisionAsync(Samples.Instance, default);
        var other = await Store.GetCaCertificatesRevisionAsync("other", default);
        await Store.CommitAsync([new PutCaCertificate(CaSamples.Authority("a"), null)], default);
        var put = await Store.GetCaCertificatesRevisionAsync(Samples.Instance, default);
        Assert.Equal(CommitOutcome.Conflict, await Store.CommitAsync([new PutCaCertificate(CaSamples.Authority("a"), null)], default));
        Assert.Equal(put, await Store.GetCaCertificatesRevisionAsync(Samples.Instance, default));
        await Store.CommitAsync([new DeleteCaCertificate(Samples.Instance, "A", null)], default);
        var deleted = await Store.GetCaCertificatesRevisionAsync(Samples.Instance, default);
        Assert.Equal(3, new[] { before, put, deleted }.Distinct().Count());
        Assert.Equal(other, await Store.GetCaCertificatesRevisionAsync("other", default));
    }

    [Fact]
    public async Task Certificates_of_enrollments_are_listed_by_their_end()
    {
        await Store.CommitAsync([new PutEnrollment(Samples.Individual("Dev-1", attestation: Samples.Certificates('1', '2')), null)], default);
        await Store.CommitAsync([new PutEnrollment(Samples.Group("Group-1", attestation: Samples.Certificates('3')), null)], default);
        var end = Samples.Certificate('1').Info.NotAfterUtc;

        Assert.Empty(await Store.ListExpiringEnrolledCertificatesAsync(Samples.Instance, end.AddTicks(-1), 10, default));
        Assert.Equal(0, await Store.CountExpiringEnrolledCertificatesAsync(Samples.Instance, end.AddTicks(-1), default));
        var ending = await Store.ListExpiringEnrolledCertificatesAsync(Samples.Instance, end, 10, default);
        Assert.Equal(["Dev-1", "Dev-1", "Group-1"], ending.Select(certificate => certificate.OwnerId));
        Assert.Equal(EnrollmentKind.Group, ending[2].EnrollmentKind);
        Assert.All(ending, certificate => Assert.Equal(end, certificate.NotAfterUtc));
        Assert.Equal(3, await Store.CountExpiringEnrolledCertificatesAsync(Samples.Instance, end, default));
        Assert.Single(await Store.ListExpiringEnrolledCertificatesAsync(Samples.Instance, end, 1, default));

        await Store.CommitAsync([new DeleteEnrollment(Samples.Instance, EnrollmentKind.Individual, "Dev-1", null)], default);
        Assert.Equal(1, await Store.CountExpiringEnrolledCertificatesAsync(Samples.Instance, end, default));
    }
}
