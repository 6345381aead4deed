using Microsoft.Extensions.DependencyInjection;
using Muster.Core.Instances;
using Muster.TestKit;

namespace Muster.ManagementApi.Tests;

/// <summary>When keys of access policies were used last, over both APIs and over a restart (portal P12).</summary>
public sealed class KeyUseTests
{
    private const string Certificates = ManagementFixture.Path + "?api-version=2022-12-12";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_last_use_survives_a_restart(bool overManagement)
    {
        var folder = Directory.CreateTempSubdirectory("muster-test-").FullName;
        try
        {
            PolicyKeyUse noted;
            var server = await RunningServer.StartAsync(folder);
            try
            {
                using var request = new HttpRequestMessage(
                    HttpMethod.Get, overManagement ? Certificates : $"/enrollments/missing?api-version={RunningServer.ApiVersion}");
                request.Headers.TryAddWithoutValidation("Authorization", server.ServiceToken());
                Assert.InRange((int)(await server.SendAsync(request)).Status, 200, 404);
                noted = Uses(server).Find("default", server.Instance.AccessPolicies[0], isPrimary: true)!;
                Assert.Contains(noted.Address, (string?[])["127.0.0.1", "::1"]);
            }
            finally
            {
                await server.StopAsync();
            }

            server = await RunningServer.StartAsync(folder);
            try
            {
                var known = Uses(server).Find("default", server.Instance.AccessPolicies[0], isPrimary: true)!;
                Assert.Equal((noted.AtUtc, noted.Address), (known.AtUtc, known.Address));
                Assert.Null(Uses(server).Find("default", server.Instance.AccessPolicies[0], isPrimary: false));
            }
            finally
            {
                await server.StopAsync();
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static PolicyKeyUses Uses(RunningServer server) => server.Server.Services.GetRequiredService<PolicyKeyUses>();
}
