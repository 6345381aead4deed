using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Muster.Composition;
using Muster.Conformance.Sandbox;
using Muster.Protocols.Sas;

namespace Muster.Conformance.Calls;

/// <summary>The official clients for Node.js, unmodified, in one process inside the sandbox of the server.</summary>
public sealed class OfficialClients : IAsyncDisposable
{
    private readonly SandboxedProcess _node;
    private readonly EndpointsDocument _endpoints;
    private readonly ConcurrentDictionary<int, TaskCompletionSource<ClientAnswer>> _pending = new();
    private readonly SemaphoreSlim _writing = new(1);
    private readonly Task _reader;
    private int _lastId;

    private OfficialClients(SandboxedProcess node, EndpointsDocument endpoints)
    {
        _node = node;
        _endpoints = endpoints;
        _reader = ReadAsync();
    }

    /// <summary>Starts the process of the clients.</summary>
    public static async Task<OfficialClients> StartAsync(NetworkSandbox sandbox, EndpointsDocument endpoints)
    {
        var script = Path.Combine(RepositoryFiles.ClientScripts, "calls.js");
        return new OfficialClients(await sandbox.StartAsync(Trust(endpoints), "node", script), endpoints);
    }

    /// <summary>The variable by which Node.js trusts the server's root certificate.</summary>
    public static Dictionary<string, string> Trust(EndpointsDocument endpoints) => new()
    {
        ["NODE_EXTRA_CA_CERTS"] = endpoints.RootCertificate!,
    };

    /// <summary>Calls a method of <c>ProvisioningServiceClient</c>.</summary>
    public Task<ClientAnswer> ServiceAsync(string method, params JsonNode?[] arguments) =>
        CallAsync("service", _endpoints.ServiceConnectionString, method, arguments);

    /// <summary>Writes an enrollment or an enrollment group, which must succeed.</summary>
    public async Task EnrollAsync(JsonObject enrollment)
    {
        var kind = enrollment.ContainsKey("enrollmentGroupId") ? "EnrollmentGroup" : "IndividualEnrollment";
        (await ServiceAsync("createOrUpdate" + kind, enrollment)).Succeeded();
    }

    /// <summary>Calls a method of <c>Registry</c> at one of the embedded hubs.</summary>
    public Task<ClientAnswer> HubAsync(string hubHostName, string method, params JsonNode?[] arguments) =>
        CallAsync("hub", _endpoints.Hubs.Single(hub => hub.HostName == hubHostName).ConnectionString, method, arguments);

    /// <summary>Registers a device with <c>ProvisioningDeviceClient</c>.</summary>
    /// <param name="registrationId">The registration ID.</param>
    /// <param name="key">The device's key.</param>
    /// <param name="payload">What it sends along.</param>
    /// <param name="transport"><c>https</c>, <c>mqtt</c> or <c>mqtt-ws</c>.</param>
    public Task<ClientAnswer> RegisterAsync(string registrationId, string key, JsonNode? payload = null, string transport = "https")
    {
        var request = new JsonObject
        {
            ["host"] = _endpoints.DeviceEndpoint,
            ["idScope"] = _endpoints.IdScope,
            ["registrationId"] = registrationId,
            ["key"] = key,
            ["transport"] = transport,
        };
        if (payload is not null) request["payload"] = payload;
        return CallAsync("device", null, "register", [request]);
    }

    /// <summary>Registers a device with <c>ProvisioningDeviceClient</c> and <c>X509Security</c>.</summary>
    /// <param name="registrationId">The registration ID.</param>
    /// <param name="chain">PEM of the device's certificate, followed by those it sends along.</param>
    /// <param name="key">PEM of its private key.</param>
    /// <param name="transport"><c>https</c>, <c>mqtt</c> or <c>mqtt-ws</c>.</param>
    public Task<ClientAnswer> RegisterWithCertificateAsync(string registrationId, string chain, string key, string transport = "https") =>
        CallAsync("device", null, "register",
        [
            new JsonObject
            {
                ["host"] = _endpoints.DeviceEndpoint,
                ["idScope"] = _endpoints.IdScope,
                ["registrationId"] = registrationId,
                ["certificate"] = new JsonObject { ["cert"] = chain, ["key"] = key },
                ["transport"] = transport,
            },
        ]);

    /// <summary>Sends a plain HTTPS request from inside the sandbox, signed by the key of a device.</summary>
    /// <returns>Status and body.</returns>
    public async Task<(int Status, string Body)> RequestAsync(
        string method, string registrationId, string key, string path, string? body = null)
    {
        var resource = $"{_endpoints.IdScope}/registrations/{registrationId}";
        var expiry = TimeProvider.System.GetUtcNow().AddHours(1);
        var token = SasTokenBuilder.Create(resource, Convert.FromBase64String(key), expiry, "registration");
        var request = new JsonObject
        {
            ["url"] = $"https://{_endpoints.DeviceEndpoint}/{resource}/{path}?api-version=2019-03-31",
            ["method"] = method,
            ["headers"] = new JsonObject { ["Authorization"] = token, ["Content-Type"] = "application/json" },
            ["body"] = body,
        };
        var answer = (await CallAsync("https", null, "request", [request])).Value;
        return ((int)answer["status"]!, (string)answer["body"]!);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        await _reader;
        _writing.Dispose();
    }

    private async Task<ClientAnswer> CallAsync(string client, string? connectionString, string method, JsonNode?[] arguments)
    {
        var id = Interlocked.Increment(ref _lastId);
        var answer = new TaskCompletionSource<ClientAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        _pending[id] = answer;
        var call = new JsonObject
        {
            ["id"] = id,
            ["client"] = client,
            ["connectionString"] = connectionString,
            ["method"] = method,
            ["args"] = new JsonArray([.. arguments.Select(argument => argument?.DeepClone())]),
        };
        await _writing.WaitAsync();
        try
        {
            await _node.WriteLineAsync(call.ToJsonString());
        }
        finally
        {
            _writing.Release();
        }

        return await answer.Task.WaitAsync(SandboxedProcess.HangLimit);
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await _node.ReadLineAsync() is { } line)
            {
                var answer = JsonNode.Parse(line)!;
                var error = answer["error"];
                _pending[answer["id"]!.GetValue<int>()].SetResult(new ClientAnswer(
                    answer["result"], error?["name"]?.ToString(), error?["message"]?.ToString(),
                    error?["body"]?.ToString() ?? error?["result"]?.ToJsonString()));
            }
        }
        finally
        {
            var ended = new InvalidOperationException($"The process of the clients has ended.\n{_node.Errors}");
            foreach (var call in _pending.Values) call.TrySetException(ended);
        }
    }
}
