using System.Buffers;
using System.Globalization;
using Muster.Core.Attestation;
using Muster.Core.Enrollments;
using Muster.Core.Errors;
using Muster.Core.Instances;
using Muster.Core.Networking;
using Muster.Core.Registration;
using Muster.DeviceApi.Wire;
using Muster.Protocols.Mqtt;

namespace Muster.DeviceApi.Mqtt;

/// <summary>One device's connection: who it is, what it subscribed to, and the requests it waits for.</summary>
internal sealed class ProvisioningSession : IMqttSessionHandler
{
    private const int MaxSubscriptions = 32;

    private readonly MqttDoor _door;
    private readonly MqttPeer _peer;
    private readonly Lock _gate = new();
    private readonly List<MqttSubscription> _subscriptions = new(1);
    private readonly HashSet<Task> _pending = [];
    private readonly long _opened;
    private volatile DeviceRequest _request;
    private string? _claimed;
    private bool _isTraced;

    public ProvisioningSession(MqttDoor door, MqttPeer peer)
    {
        _door = door;
        _peer = peer;
        _opened = door.Clock.GetTimestamp();
        _request = new DeviceRequest
        {
            IdScope = "",
            RegistrationId = "",
            Operation = DeviceRequest.Connect,
            ApiVersion = "",
            Protocol = peer.Protocol,
            RemoteAddress = peer.RemoteAddress,
            LocalAddress = peer.LocalAddress,
            TrackingId = Guid.NewGuid(),
        };
    }

    /// <summary>
    /// The table of device-protocols 3.5. A symmetric key is verified when the device registers, because then it can be told an error
    /// with code and tracking ID; a certificate is verified here.
    /// </summary>
    public async ValueTask<MqttConnectCode> OnConnectAsync(MqttSession session, MqttConnect connect, CancellationToken cancellationToken)
    {
        try
        {
            var code = await JudgeAsync(session, connect, cancellationToken);
            if (code != MqttConnectCode.Accepted) _door.Metrics.Refused(code.ToString());
            return code;
        }
        catch (Exception problem) when (!cancellationToken.IsCancellationRequested)
        {
            MqttLog.ConnectFailed(_door.Logger, _peer.Protocol, _request.RegistrationId, _peer.RemoteAddress, problem);
            _door.Metrics.Refused(nameof(MqttConnectCode.ServerUnavailable));
            _isTraced = true;
            return MqttConnectCode.ServerUnavailable;
        }
    }

    /// <summary>Only answers can be subscribed to (device-protocols 3.4).</summary>
    public MqttQos? OnSubscribe(MqttSession session, MqttSubscription subscription)
    {
        lock (_gate)
        {
            if (!subscription.Filter.StartsWith(ProvisioningTopic.AnswerPrefix, StringComparison.Ordinal)) return null;
            _subscriptions.RemoveAll(known => known.Filter == subscription.Filter);
            if (_subscriptions.Count == MaxSubscriptions) return null;
            var granted = subscription.Qos == MqttQos.AtMostOnce ? MqttQos.AtMostOnce : MqttQos.AtLeastOnce;
            _subscriptions.Add(subscription with { Qos = granted });
            return granted;
        }
    }

    public void OnUnsubscribe(MqttSession session, string filter)
    {
        lock (_gate) _subscriptions.RemoveAll(known => known.Filter == filter);
    }

    public async ValueTask OnPublishAsync(MqttSession session, MqttPublish publish, CancellationToken cancellationToken)
    {
        if (!ProvisioningTopic.TryParse(publish.Topic, out var topic, out var problem))
        {
            session.End(MqttEndReason.MessageRefused, problem);
            return;
        }

        // Some clients break when the answer comes before the acknowledgement (device-protocols 3.4).
        await session.AcknowledgeAsync();

        var request = _request with { Operation = topic.Operation, TrackingId = Guid.NewGuid() };
        var body = topic.Operation == DeviceRequest.Register
            ? RegisterBody.Parse(publish.Payload.IsSingleSegment ? publish.Payload.First : publish.Payload.ToArray())
            : RegisterBody.Empty;
        var work = RespondAsync(session, topic, request, body, cancellationToken);
        if (work.IsCompleted) return;

        bool isFull;
        lock (_gate)
        {
            _pending.Add(work);
            isFull = _pending.Count >= _door.Options.MaxPendingRequests;
        }

        _ = work.ContinueWith(
            done =>
            {
                lock (_gate) _pending.Remove(done);
            },
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        if (isFull) await work;
    }

    /// <summary>Ends the session where its network may no longer reach the instance; before CONNECT there is nothing to judge.</summary>
    public void Rejudge(MqttSession session)
    {
        if (_door.Instances.FindByIdScope(_request.IdScope) is { } instance && JudgeNetwork(instance) is { } refused)
            session.End(MqttEndReason.NetworkRefused, "The network rules changed. " + refused.Reason);
    }

    public void OnAcknowledged(MqttSession session, ushort packetId)
    {
        // Answers are not sent again: a device that missed one asks again.
    }

    public Task DrainAsync(MqttSession session)
    {
        lock (_gate) return Task.WhenAll(_pending);
    }

    public async ValueTask OnClosedAsync(MqttSession session, MqttEnd end)
    {
        if (_claimed is not null) _door.Sessions.Release(_claimed, session);
        _door.Ends.Add(new ConnectionEnd
        {
            AtUtc = _door.Clock.GetUtcNow(),
            Duration = _door.Clock.GetElapsedTime(_opened),
            Protocol = _peer.Protocol,
            IdScope = _request.IdScope,
            RegistrationId = _request.RegistrationId,
            RemoteAddress = _peer.RemoteAddress,
            Reason = end.Reason.ToString(),
            Detail = end.Detail,
        });
        MqttLog.Ended(_door.Logger, _peer.Protocol, _request.RegistrationId, _peer.RemoteAddress, end.Reason, end.Detail);
        if (end.Reason == MqttEndReason.ServerFault)
            MqttLog.Faulted(_door.Logger, _peer.Protocol, _request.RegistrationId, _peer.RemoteAddress, end.Exception);

        // What the door itself refused has its trace already; here come the ends that only the session knows of.
        var isRefusal = end.IsViolation || end.Reason is MqttEndReason.ConnectTimeout or MqttEndReason.ConnectRefused;
        if (_isTraced || !isRefusal) return;
        _door.Metrics.Refused(end.Reason.ToString());
        await _door.Registrations.RefuseAsync(
            _request with { TrackingId = Guid.NewGuid() }, "MQTT", end.Detail,
            Refusals.InvalidArgument("The MQTT connection was closed: " + end.Detail), CancellationToken.None);
    }

    private async ValueTask<MqttConnectCode> JudgeAsync(MqttSession session, MqttConnect connect, CancellationToken cancellationToken)
    {
        if (!MqttUserName.TryParse(connect.UserName, out var name, out var problem))
        {
            _request = _request with { RegistrationId = connect.ClientId };
            return await RefuseAsync(MqttConnectCode.BadUserNameOrPassword, "user name", problem, Refusals.InvalidArgument(problem));
        }

        var credential = MqttCredential.Read(connect, _peer);
        _request = _request with
        {
            IdScope = name.IdScope,
            RegistrationId = name.RegistrationId,
            ApiVersion = name.ApiVersion,
            Client = name.ClientVersion,
            Evidence = credential.Evidence,
            EvidenceProblem = credential.Problem,
        };

        if (CheckClientId(connect.ClientId) is { } wrongId)
            return await RefuseAsync(MqttConnectCode.IdentifierRejected, "client ID", wrongId, Refusals.InvalidArgument(wrongId));
        if (!connect.ClientId.Equals(name.RegistrationId, StringComparison.OrdinalIgnoreCase))
        {
            var mismatch = $"The client ID '{connect.ClientId}' differs from the user name's registration ID '{name.RegistrationId}'.";
            return await RefuseAsync(MqttConnectCode.NotAuthorized, "client ID", mismatch, Refusals.InvalidArgument(mismatch));
        }

        if (DeviceApiVersions.Find(name.ApiVersion) is not { } version)
        {
            var refusal = Refusals.UnsupportedApiVersion(name.ApiVersion, DeviceApiVersions.All);
            return await RefuseAsync(MqttConnectCode.NotAuthorized, "api-version", refusal.Message, refusal);
        }

        _request = _request with { ApiVersion = version };
        if (_door.Instances.FindByIdScope(name.IdScope) is not { } instance)
        {
            return await RefuseAsync(
                MqttConnectCode.NotAuthorized, "ID scope", $"No provisioning service here has the ID scope '{name.IdScope}'.",
                Refusals.UnknownIdScope);
        }

        if (JudgeNetwork(instance) is { } verdict)
        {
            return await RefuseAsync(
                MqttConnectCode.NotAuthorized, "network", verdict.Reason + " Change that on the Networking page if the device shall connect.",
                Refusals.Unauthorized);
        }

        MqttLog.Connected(_door.Logger, _peer.Protocol, name.RegistrationId, name.ClientVersion, version);
        var code = await JudgeCredentialAsync(credential, cancellationToken);
        if (code != MqttConnectCode.Accepted) return code;
        await TakeOverAsync(session, instance.IdScope + "/" + name.RegistrationId, cancellationToken);

        // Rules that changed since the look above may have found no connection to judge yet.
        Rejudge(session);
        return MqttConnectCode.Accepted;
    }

    private NetworkVerdict? JudgeNetwork(ProvisioningInstance instance) =>
        _door.Network.Judge(instance, NetworkSource.Parse(_peer.RemoteAddress, _peer.LocalAddress), IpFilterTarget.DeviceApi)
            is { IsAllowed: false } verdict ? verdict : null;

    private static string? CheckClientId(string clientId) => clientId.Length switch
    {
        0 => "The client ID is empty; it must be the registration ID.",
        > Identifiers.MaxLength => $"The client ID has {clientId.Length} characters; at most 128 are allowed.",
        _ when !Identifiers.IsRegistrationId(clientId) =>
            $"The client ID '{clientId}' is not a registration ID: it {Identifiers.RegistrationIdRule}.",
        _ => null,
    };

    private async ValueTask<MqttConnectCode> JudgeCredentialAsync(MqttCredential credential, CancellationToken cancellationToken)
    {
        if (credential.Problem is { } problem)
            return await RefuseAsync(MqttConnectCode.BadUserNameOrPassword, "password", problem, Refusals.Unauthorized);

        switch (credential.Evidence)
        {
            case SymmetricKeyEvidence token when token.ExpiresAt + _door.RegistrationOptions.ClockSkew < _door.Clock.GetUtcNow():
                return await RefuseAsync(
                    MqttConnectCode.NotAuthorized, "token expiry",
                    $"The token ended at {token.ExpiresAt.UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'}; the server's clock says "
                    + $"{_door.Clock.GetUtcNow().UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'}. Check the device's clock, or sign a new token.",
                    Refusals.Unauthorized);
            case SymmetricKeyEvidence:
                return MqttConnectCode.Accepted;
            case X509Evidence:
                _isTraced = await _door.Registrations.CheckAsync(_request, cancellationToken) is not null;
                return _isTraced ? MqttConnectCode.NotAuthorized : MqttConnectCode.Accepted;
            default:
                return await RefuseAsync(
                    MqttConnectCode.NotAuthorized, "credential", "The device presented no credential: no SAS token, no client certificate.",
                    Refusals.Unauthorized);
        }
    }

    /// <summary>
    /// The newer connection wins (MQTT-3.1.4-2), but only with a good credential: a key is not verified at CONNECT, and a stranger
    /// who knows nothing but a device's name must not be able to cut its connection.
    /// </summary>
    private async ValueTask TakeOverAsync(MqttSession session, string client, CancellationToken cancellationToken)
    {
        var isContested = _door.Sessions.Find(client) is not null && _request.Evidence is not X509Evidence;
        if (isContested && await _door.Registrations.CheckAsync(_request, cancellationToken) is not null) return;
        _claimed = client;
        _door.Sessions.Claim(client, session);
    }

    private async ValueTask<MqttConnectCode> RefuseAsync(MqttConnectCode code, string check, string detail, Refusal refusal)
    {
        _isTraced = true;
        await _door.Registrations.RefuseAsync(_request, check, $"{detail} Answered with return code {(int)code}.", refusal, CancellationToken.None);
        return code;
    }

    private async Task RespondAsync(
        MqttSession session, ProvisioningTopic topic, DeviceRequest request, Result<RegisterBody> body, CancellationToken closed)
    {
        try
        {
            var answer = await AnswerAsync(topic, request, body, closed);
            if (answer.IsFinal) session.IdleTimeout = _door.Options.IdleAfterFinalAnswer;
            await session.PublishAsync(topic.Answer(answer.Status, answer.RetryAfterSeconds), answer.Body, AnswerQos());
        }
        catch (OperationCanceledException) when (closed.IsCancellationRequested)
        {
            // The device left; its registration goes on and can be polled.
        }
        catch (Exception problem)
        {
            MqttLog.RequestFailed(_door.Logger, request.TrackingId, request.Operation, _peer.Protocol, problem);
            var answer = MqttAnswer.Of(Refusals.InternalError, request.TrackingId, _door.Clock.GetUtcNow());
            await session.PublishAsync(topic.Answer(answer.Status, answer.RetryAfterSeconds), answer.Body, AnswerQos());
        }
    }

    private async Task<MqttAnswer> AnswerAsync(
        ProvisioningTopic topic, DeviceRequest request, Result<RegisterBody> body, CancellationToken closed)
    {
        var result = topic.Operation == DeviceRequest.Register
            ? await RegisterAsync(request, body, closed)
            : await GetOperationAsync(request, topic.OperationId, closed);
        if (result.Try(out var record, out var refusal)) return MqttAnswer.Of(record, request.ApiVersion, _door.RegistrationOptions.RetryAfter);
        _door.Metrics.Refused("status " + refusal.HttpStatus.ToString(CultureInfo.InvariantCulture));
        return MqttAnswer.Of(refusal, request.TrackingId, _door.Clock.GetUtcNow());
    }

    private async Task<Result<RegistrationRecord>> RegisterAsync(DeviceRequest request, Result<RegisterBody> parsed, CancellationToken closed)
    {
        var service = _door.Registrations;
        if (!parsed.Try(out var body, out var malformed)) return await service.RefuseAsync(request, "body", malformed.Message, malformed, closed);
        if (body.CertificateRequest is not null)
        {
            return await service.RefuseAsync(
                request, "certificate request", "The device asked for an operational certificate, which this server does not issue.",
                Refusals.InvalidMember("csr", "this server issues no operational certificates."), closed);
        }

        return await service.RegisterAsync(request, body.RegistrationId, body.Payload, closed);
    }

    private async Task<Result<RegistrationRecord>> GetOperationAsync(DeviceRequest request, string? operationId, CancellationToken closed)
    {
        if (!string.IsNullOrEmpty(operationId)) return await _door.Registrations.GetOperationAsync(request, operationId, closed);
        return await _door.Registrations.RefuseAsync(
            request, "operation", "The topic has no operationId.", Refusals.InvalidArgument("The topic has no operationId."), closed);
    }

    /// <summary>The best QoS granted to any subscription; 0 without one, which every client understands (device-protocols 3.4).</summary>
    private MqttQos AnswerQos()
    {
        lock (_gate)
        {
            foreach (var subscription in _subscriptions)
            {
                if (subscription.Qos == MqttQos.AtLeastOnce) return MqttQos.AtLeastOnce;
            }

            return MqttQos.AtMostOnce;
        }
    }
}
