using System.Text.Json.Nodes;
using Muster.Conformance.Sandbox;

namespace Muster.Conformance.Calls;

/// <summary>A device with a software TPM of its own, driven by azure-iot-security-tpm.</summary>
public sealed class TpmDevice : IAsyncDisposable
{
    private readonly SandboxedProcess _node;

    private TpmDevice(SandboxedProcess node, string endorsementKey)
    {
        _node = node;
        EndorsementKey = endorsementKey;
    }

    /// <summary>Base64 of the endorsement key as the official client reads it.</summary>
    public string EndorsementKey { get; }

    /// <summary>Starts the TPM and the client.</summary>
    public static async Task<TpmDevice> StartAsync(NetworkSandbox sandbox, IReadOnlyDictionary<string, string> trust, string registrationId)
    {
        var node = await sandbox.StartAsync(trust, "node", Path.Combine(RepositoryFiles.ClientScripts, "tpm.js"), registrationId);
        var first = JsonNode.Parse(await node.ReadLineAsync() ?? throw new InvalidOperationException("No TPM: " + node.Errors));
        return new TpmDevice(node, (string)first!["endorsementKey"]!);
    }

    /// <summary>Registers over HTTPS.</summary>
    public Task<ClientAnswer> RegisterAsync(string host, string idScope) =>
        CallAsync(new JsonObject { ["register"] = new JsonObject { ["host"] = host, ["idScope"] = idScope } });

    /// <summary>Signs with the key that the TPM holds now; Base64.</summary>
    public async Task<string> SignAsync(string text) => (string)(await CallAsync(new JsonObject { ["sign"] = text })).Value!;

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _node.CloseInput();
        return _node.DisposeAsync();
    }

    private async Task<ClientAnswer> CallAsync(JsonObject call)
    {
        await _node.WriteLineAsync(call.ToJsonString());
        var answer = JsonNode.Parse(await _node.ReadLineAsync() ?? throw new InvalidOperationException("The client ended: " + _node.Errors))!;
        var error = answer["error"];
        return new ClientAnswer(answer["result"], (string?)error?["name"], (string?)error?["message"], null);
    }
}
