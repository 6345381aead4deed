using System.Net;
using System.Net.Sockets;
using System.Text;
using static Microsoft.Playwright.Assertions;

namespace Muster.Portal.Tests;

/// <summary>The portal is usable where something between browser and server lets no WebSocket through (portal 11).</summary>
[Collection(PortalCollection.Name)]
public sealed class PollingTests(PortalFixture portal)
{
    [Fact]
    public async Task Without_WebSockets_the_portal_polls_and_works()
    {
        using var line = new LineWithoutUpgrades(portal.Server.PortalPort);
        var page = await portal.OpenAsync("/");
        await page.GotoAsync($"http://localhost:{line.Port}/i/default/enrollments/individual/new");
        await page.Locator("body[data-ready=true]").WaitForAsync();
        await page.Radio("Symmetric key").CheckAsync();
        await page.GetByLabel("Registration ID").FillAsync("polled-device");
        await page.Button("Review + create").First.ClickAsync();
        await page.Button("Create").ClickAsync();
        await Expect(page.GetByText("Its devices can register now")).ToBeVisibleAsync();
        Assert.True(line.Refused > 0);
    }

    /// <summary>Passes connections on to a port of this machine, but answers 403 to one that begins with an upgrade.</summary>
    private sealed class LineWithoutUpgrades : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly int _target;
        private int _refused;

        public LineWithoutUpgrades(int target)
        {
            _target = target;
            _listener.Start();
            Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
            _ = AcceptAsync();
        }

        public int Port { get; }

        public int Refused => Volatile.Read(ref _refused);

        public void Dispose() => _listener.Dispose();

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
            try
            {
                // A browser opens a connection of its own for a WebSocket.
                var stream = near.GetStream();
                var head = new byte[16 * 1024];
                var length = 0;
                while (!Encoding.ASCII.GetString(head, 0, length).Contains("\r\n\r\n", StringComparison.Ordinal))
                {
                    var read = await stream.ReadAsync(head.AsMemory(length));
                    if (read == 0) return;
                    length += read;
                }

                if (Encoding.ASCII.GetString(head, 0, length).Contains("Upgrade: websocket", StringComparison.OrdinalIgnoreCase))
                {
                    Interlocked.Increment(ref _refused);
                    await stream.WriteAsync("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
                    return;
                }

                await far.ConnectAsync(IPAddress.Loopback, _target);
                await far.GetStream().WriteAsync(head.AsMemory(0, length));
                await Task.WhenAny(stream.CopyToAsync(far.GetStream()), far.GetStream().CopyToAsync(stream));
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
