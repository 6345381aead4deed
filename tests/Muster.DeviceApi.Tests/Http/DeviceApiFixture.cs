using Muster.TestKit;

namespace Muster.DeviceApi.Tests.Http;

/// <summary>One server for a class of tests; each test uses registration IDs of its own.</summary>
public sealed class DeviceApiFixture : IAsyncLifetime
{
    public const string Key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    public const string OtherKey = "Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=";

    public RunningServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await RunningServer.StartAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
