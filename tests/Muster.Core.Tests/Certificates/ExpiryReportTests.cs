using Muster.Core.Certificates;
using Muster.Core.Tests.Attestation.X509;
using Muster.TestKit;

namespace Muster.Core.Tests.Certificates;

/// <summary>What ends soon: certificates of enrollments and CA certificates together.</summary>
public sealed class ExpiryReportTests
{
    [Fact]
    public async Task Report_lists_what_ends_within_the_days_the_earliest_first_and_counts_all()
    {
        var world = new X509World();
        world.AddCa("ca-soon", TestCertificate.SelfSigned("CN=A", CertificateShape.Authority with { Ends = TimeSpan.FromDays(20) }));
        world.AddCa("ca-later", TestCertificate.SelfSigned("CN=B", CertificateShape.Authority with { Ends = TimeSpan.FromDays(90) }));
        world.AddIndividual("gone", X509World.Client(TestCertificate.SelfSigned(
            "CN=gone", new() { Begins = TimeSpan.FromDays(-9), Ends = TimeSpan.FromDays(-1) })));
        world.AddGroup("soon", TestCertificate.SelfSigned("CN=C", CertificateShape.Authority with { Ends = TimeSpan.FromDays(10) }));

        var report = new ExpiryReport(world.Store, TimeProvider.System);
        var ending = await report.ListAsync(world.Instance, TimeSpan.FromDays(30), 100, default);
        Assert.Equal(["gone", "soon", "ca-soon"], ending.Select(certificate => certificate.OwnerId));
        Assert.Null(ending[2].EnrollmentKind);
        Assert.Equal(3, await report.CountAsync(world.Instance, TimeSpan.FromDays(30), default));
        Assert.Equal(1, await report.CountAsync(world.Instance, TimeSpan.Zero, default));
        Assert.Equal(["gone"], (await report.ListAsync(world.Instance, TimeSpan.FromDays(30), 1, default)).Select(certificate => certificate.OwnerId));
    }
}
