using Muster.Configuration;

namespace Muster.Composition;

/// <summary>What the start found out before services are made.</summary>
/// <param name="Options">The options.</param>
/// <param name="DataFolder">Absolute path of the data folder, which exists and is locked for this process.</param>
/// <param name="SecretsKey">The 32 bytes that encrypt secrets at rest.</param>
/// <param name="HttpsPort">The real port of HTTPS.</param>
/// <param name="ServiceEndpoint">Public name, with the port where it is not 443: the host in connection strings.</param>
/// <param name="Loggers">Loggers for what opens before services are made; they live as long as the server.</param>
public sealed record ServerContext(
    MusterOptions Options,
    string DataFolder,
    ReadOnlyMemory<byte> SecretsKey,
    int HttpsPort,
    string ServiceEndpoint,
    ILoggerFactory Loggers);
