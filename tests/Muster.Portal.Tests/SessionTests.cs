using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Muster.Composition;
using Muster.Configuration;
using Muster.Portal.SignIn;
using static Microsoft.Playwright.Assertions;

namespace Muster.Portal.Tests;

/// <summary>What happens to somebody who is editing when the session ends or the connection is lost (portal 5, 10: 2.2.1).</summary>
[Collection(PortalCollection.Name)]
public sealed class SessionTests(PortalFixture portal)
{
    [Fact]
    public async Task A_session_that_ends_while_editing_says_so_keeps_what_was_typed_and_saves_nothing_more()
    {
        await portal.AddSymmetricAsync("individual", "expiry-device");
        var sessions = portal.Server.Services.GetRequiredService<PortalSessions>();
        var page = await portal.OpenAsAsync(portal.Server, "expiring", "/i/default/enrollments/individual/expiry-device?tab=Device");
        await page.GetByLabel("Device ID").FillAsync("typed-before-the-end");
        await Expect(page.Button("Save")).ToBeEnabledAsync();

        sessions.CloseAllOf("expiring");

        await Expect(page.GetByText("Your session has ended.")).ToBeVisibleAsync();
        await Expect(page.GetByLabel("Device ID")).ToHaveValueAsync("typed-before-the-end");
        await Expect(page.Link("sign in again")).ToHaveAttributeAsync("href", "signin");
        var store = portal.Server.Services.GetRequiredService<Core.Store.IProvisioningStore>();
        var stored = (Core.Enrollments.IndividualEnrollment)(await store.FindEnrollmentAsync("default", Core.Enrollments.EnrollmentKind.Individual, "expiry-device", default))!;
        Assert.Null(stored.DeviceId);
    }

    [Fact]
    public async Task A_session_is_warned_before_its_end_and_can_be_extended_without_losing_anything()
    {
        var folder = Directory.CreateTempSubdirectory("muster-session-").FullName;
        var time = new ShiftedTime();
        var options = new MusterOptions { DataFolder = folder, HttpsPort = 0, MqttPort = 0, AmqpPort = 0, PortalPort = 0, CrlPort = 0 };
        await using (var server = await MusterServer.StartAsync(options, new ProvisioningParts(), time, TextWriter.Null, CancellationToken.None))
        {
            var page = await portal.OpenAsAsync(server, "long", "/i/default/enrollments/groups/new");
            await page.GetByLabel("Group name").FillAsync("typed-before-the-warning");
            time.Shift = PortalSessions.Lifetime - TimeSpan.FromSeconds(90);
            await Expect(page.GetByText("Your session ends in less than two minutes.")).ToBeVisibleAsync();
            await page.Button("Stay signed in").ClickAsync();
            await Expect(page.GetByText("Your session ends in less than two minutes.")).ToHaveCountAsync(0);
            await Expect(page.GetByLabel("Group name")).ToHaveValueAsync("typed-before-the-warning");

            // Past the first end the person still works.
            time.Shift = PortalSessions.Lifetime + TimeSpan.FromHours(1);
            await page.Button("Review + create").First.ClickAsync();
            await page.Button("Create").ClickAsync();
            await Expect(page.GetByText("Its devices can register now")).ToBeVisibleAsync();
            await page.Context.CloseAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_lost_connection_is_told_and_comes_back_with_what_was_typed()
    {
        using var line = new CuttableLine(portal.Server.PortalPort);
        var page = await portal.OpenAsync("/", signedIn: true);
        await page.GotoAsync($"http://localhost:{line.Port}/i/default/enrollments/groups/new");
        await page.GetByLabel("Group name").FillAsync("typed-before-the-cut");
        await Expect(page.GetByText("20/128")).ToBeVisibleAsync();

        line.Cut();
        await Expect(page.GetByText("Connection lost.")).ToBeVisibleAsync();
        line.Mend();

        await Expect(page.GetByText("Connection lost.")).ToBeHiddenAsync(new() { Timeout = 60_000 });
        await Expect(page.GetByLabel("Group name")).ToHaveValueAsync("typed-before-the-cut");
        await page.Tab("IoT hubs").ClickAsync();
        await Expect(page.GetByLabel("hub-a.localhost")).ToBeVisibleAsync();
    }

    private sealed class ShiftedTime : TimeProvider
    {
        public TimeSpan Shift { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;
    }

    /// <summary>Passes bytes on to a port of this machine, until it is cut.</summary>
    private sealed class CuttableLine : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Lock _gate = new();
        private readonly List<TcpClient> _open = [];
        private readonly int _target;
        private bool _isCut;

        public CuttableLine(int target)
        {
            _target = target;
            _listener.Start();
            Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
            _ = AcceptAsync();
        }

        public int Port { get; }

        public void Cut()
        {
            lock (_gate)
            {
                _isCut = true;
                foreach (var client in _open) client.Close();
                _open.Clear();
            }
        }

        public void Mend()
        {
            lock (_gate) _isCut = false;
        }

        public void Dispose()
        {
            Cut();
            _listener.Dispose();
        }

        private async Task AcceptAsync()
        {
            try
            {
                while (true) _ = PassAsync(await _listener.AcceptTcpClientAsync());
            }
            catch (Exception over) when (over is SocketException or ObjectDisposedException)
            {
            }
        }

        private async Task PassAsync(TcpClient near)
        {
            using var far = new TcpClient();
            lock (_gate)
            {
                if (_isCut)
                {
                    near.Close();
                    return;
                }

                _open.AddRange([near, far]);
            }

            try
            {
                await far.ConnectAsync(IPAddress.Loopback, _target);
                await Task.WhenAny(near.GetStream().CopyToAsync(far.GetStream()), far.GetStream().CopyToAsync(near.GetStream()));
            }
            catch (Exception cut) when (cut is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
            {
            }
            finally
            {
                near.Close();
            }
        }
    }
}
