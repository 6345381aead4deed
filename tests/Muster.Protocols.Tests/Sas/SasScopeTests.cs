using Muster.Protocols.Sas;

namespace Muster.Protocols.Tests.Sas;

public sealed class SasScopeTests
{
    [Theory]
    [InlineData("dps.test", "dps.test", "/enrollments/x", true)]
    [InlineData("DPS.test", "dps.TEST", "/enrollments/x", true)]
    [InlineData("dps.test:443", "dps.test", "/enrollments/x", true)]
    [InlineData("dps.test", "dps.test:8443", "/enrollments/x", true)]
    [InlineData("dps.test:443", "dps.test:8443", "/enrollments/x", false)]
    [InlineData("https://dps.test/", "dps.test", "/enrollments/x", true)]
    [InlineData("dps.test/enrollments", "dps.test", "/enrollments/x", true)]
    [InlineData("dps.test/enrollments", "dps.test", "/enrollments", true)]
    [InlineData("dps.test/enrollments", "dps.test", "/enrollmentGroups/x", false)]
    [InlineData("dps.test/enroll", "dps.test", "/enrollments/x", false)]
    [InlineData("dps.test/devices/dev1", "dps.test", "/devices/dev10", false)]
    [InlineData("other.test", "dps.test", "/enrollments/x", false)]
    [InlineData("", "dps.test", "/enrollments/x", false)]
    [InlineData("/", "dps.test", "/enrollments/x", false)]
    public void Resource_covers_host_and_whole_path_segments(string resource, string host, string path, bool covers) =>
        Assert.Equal(covers, SasScope.Covers(resource, host, path));

    [Theory]
    [InlineData("hub.test/devices/dev1", "/devices/dev1", true)]
    [InlineData("hub.test/devices/DEV1", "/devices/dev1", false)]
    [InlineData("HUB.test/devices/dev1", "/devices/dev1", true)]
    public void Paths_compare_with_case_where_the_caller_says_so(string resource, string path, bool covers) =>
        Assert.Equal(covers, SasScope.Covers(resource, "hub.test", path, StringComparison.Ordinal));
}
