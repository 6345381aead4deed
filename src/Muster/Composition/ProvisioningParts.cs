using Microsoft.AspNetCore.Connections;
using Microsoft.Data.Sqlite;
using Muster.Api.Directories;
using Muster.Api.Errors;
using Muster.Api.Requests;
using Muster.Certificates;
using Muster.Configuration;
using Muster.Core.Activity;
using Muster.Core.Allocation;
using Muster.Core.Attestation;
using Muster.Core.Attestation.Tpm;
using Muster.Core.Audit;
using Muster.Core.Certificates;
using Muster.Core.Certificates.Verification;
using Muster.Core.Errors;
using Muster.Core.Hubs;
using Muster.Core.Instances;
using Muster.Core.Networking;
using Muster.Core.Queries;
using Muster.Core.Quotas;
using Muster.Core.Registration;
using Muster.Core.Secrets;
using Muster.Core.Store;
using Muster.DeviceApi.Http;
using Muster.DeviceApi.Mqtt;
using Muster.EmbeddedHub;
using Muster.EmbeddedHub.Http;
using Muster.EmbeddedHub.Hubs;
using Muster.EmbeddedHub.Storage;
using Muster.Health;
using Muster.Hubs.AzureIotHub;
using Muster.Hubs.Embedded;
using Muster.Hubs.Webhooks;
using Muster.ManagementApi;
using Muster.Portal.Hubs;
using Muster.PortalDoor;
using Muster.ServiceApi;
using Muster.ServiceApi.Enrollments;
using Muster.Storage;
using Muster.Storage.Sqlite;

namespace Muster.Composition;

/// <summary>The parts of the product. This is the only place that knows all of them.</summary>
public sealed class ProvisioningParts : IServerParts
{
    private const string DatabaseFile = "muster.db";
    private const string HubOwnerPolicy = "iothubowner";

    private ServerContext? _context;

    /// <inheritdoc/>
    public async Task ConfigureServicesAsync(IServiceCollection services, ServerContext context, CancellationToken cancellationToken)
    {
        _context = context;
        await AddStoreAsync(services, context, cancellationToken);
        AddProvisioning(services, context.Options);
        AddHubs(services);
        services.AddSingleton(new ContinuationTokens(context.SecretsKey));
        if (context.Options.Directory is { } directory)
            services.AddSingleton(provider => new DirectoryTokens(directory, provider.GetRequiredService<TimeProvider>()));
        services.AddServiceApi();
        services.AddMqttDoor(context.Options.Mqtt);
        services.AddManagementApi();
        services.AddSingleton<IReadinessCheck, StoreReadiness>();
    }

    /// <inheritdoc/>
    public async ValueTask<ServedInstance?> OpenAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var context = _context ?? throw new InvalidOperationException("Services are configured before they are opened.");
        var instances = services.GetRequiredService<InstanceDirectory>();
        var instance = await instances.EnsureDefaultAsync(cancellationToken);
        await services.GetRequiredService<PolicyKeyUses>().LoadAsync(cancellationToken);
        await services.GetRequiredService<PrivateEndpointService>().ReconcileAsync(cancellationToken);

        await SetQuotasAsync(services, context, cancellationToken);
        instance = instances.FindByName(instance.Name) ?? instance;

        // Once there is a hub it keeps its name: records and devices know it by that. New names make new hubs.
        var directory = services.GetRequiredService<EmbeddedHubDirectory>();
        var known = await services.GetRequiredService<IEmbeddedHubStore>().ListHubsAsync(cancellationToken);
        IReadOnlyList<string> names = context.Options.Hubs.IsEmpty && known.Count > 0 ? [] : context.Options.HubNames;
        await directory.EnsureCreatedAsync(names, cancellationToken);

        var links = services.GetRequiredService<LinkedHubService>();
        foreach (var hub in directory.Hubs)
        {
            // A hub that was there before and is not linked was unlinked by its operator.
            if (known.Any(one => one.HostName.Equals(hub.HostName, StringComparison.OrdinalIgnoreCase))) continue;
            var ownHub = new Secret(hub.ConnectionString(HubOwnerPolicy));
            if (await links.EnsureLinkedAsync(instance, hub.HostName, EmbeddedHubConnectorFactory.KindName, ownHub, cancellationToken) is { } full)
                throw new CannotStartException($"The hub {hub.HostName} of this server cannot be linked: {full.Message}");
        }

        foreach (var definition in context.Options.LinkedHubs)
        {
            if ((await links.EnsureAsync(instance, definition, cancellationToken)).Refusal is { } refusal)
                throw new CannotStartException($"A hub of the configuration cannot be linked: {refusal.Message}");
        }

        await services.GetRequiredService<RegistrationService>().ResumeAsync(cancellationToken);
        var owner = instance.AccessPolicies.First(policy => policy.Name == AccessPolicy.OwnerName);
        return new ServedInstance(
            instance.IdScope,
            owner.ConnectionString(context.ServiceEndpoint),
            [.. directory.Hubs.Select(hub => new ServedHub(hub.HostName, hub.ConnectionString(HubOwnerPolicy)))])
        {
            ServiceHostNames = [.. instances.Instances.SelectMany(one => one.ServiceHostNames)],
        };
    }

    /// <inheritdoc/>
    public void UseHttps(IApplicationBuilder door)
    {
        door.UseRequestTracking();
        door.UseErrorBodies();
        door.UseWebSockets();
        door.UseMqttWebSockets();
    }

    /// <inheritdoc/>
    public void UseMqtt(IConnectionBuilder listener, Action useTls)
    {
        listener.UseMqttGate();
        useTls();
        listener.UseMqttDoor();
    }

    /// <inheritdoc/>
    public void MapHttps(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapServiceApi();
        endpoints.MapManagementApi();
        endpoints.MapDeviceApi();
        endpoints.MapEmbeddedHub();
    }

    private static async Task SetQuotasAsync(IServiceProvider services, ServerContext context, CancellationToken cancellationToken)
    {
        var instances = services.GetRequiredService<InstanceDirectory>();
        foreach (var (name, quotas) in context.Options.Quotas)
        {
            if (instances.FindByName(name) is not { } instance) context.Loggers.CreateLogger("Muster").QuotasOfNobody(name);
            else if (quotas != (instance.Quotas ?? InstanceQuotas.Unlimited))
                await services.GetRequiredService<InstanceService>().SetQuotasAsync(AuditCaller.Process, name, quotas, ifQuotas: null, cancellationToken);
        }
    }

    private static async Task AddStoreAsync(IServiceCollection services, ServerContext context, CancellationToken cancellationToken)
    {
        var options = new SqliteStoreOptions { Path = Path.Combine(context.DataFolder, DatabaseFile), SecretsKey = context.SecretsKey };
        SqliteProvisioningStore store;
        try
        {
            store = await SqliteProvisioningStore.OpenAsync(options, TimeProvider.System, context.Loggers, cancellationToken);
        }
        catch (Exception problem) when (problem is StoreVersionException or StoreKeyException)
        {
            throw new CannotStartException(problem.Message, problem);
        }
        catch (SqliteException problem)
        {
            throw new CannotStartException(
                $"The database {options.Path} cannot be opened: {problem.Message} Restore it from a backup, or name another folder with --data.",
                problem);
        }

        // Made by a factory, so that the container closes it after everything that uses it.
        services.AddSingleton(_ => store);
        services.AddSingleton<IProvisioningStore>(provider => provider.GetRequiredService<SqliteProvisioningStore>());
        services.AddSingleton<IAuditLog>(provider => provider.GetRequiredService<SqliteProvisioningStore>());
        services.AddSingleton<IProvisioningSearch>(provider =>
            new SqliteProvisioningSearch(provider.GetRequiredService<SqliteProvisioningStore>().Database));
        services.AddSingleton<IEmbeddedHubStore>(provider =>
            new SqliteEmbeddedHubStore(provider.GetRequiredService<SqliteProvisioningStore>().Database));
    }

    private static void AddProvisioning(IServiceCollection services, MusterOptions options)
    {
        services.AddSingleton<IFaultLog, LoggedFaults>();
        services.AddSingleton(new PrivateListeners(options.PrivateEndpoints));
        services.AddSingleton<NetworkGate>();
        services.AddSingleton<InstanceService>();
        services.AddSingleton<PrivateEndpointService>();
        services.AddSingleton(new ConfiguredQuotas(options.Quotas.Keys));
        services.AddSingleton<QuotaService>();
        services.AddSingleton<AccessPolicyService>();
        services.AddSingleton<PolicyKeyUses>();
        services.AddHostedService<PolicyKeyUseWriting>();
        services.AddSingleton<ActivityService>();
        services.AddHostedService<ActivityWriting>();
        services.AddSingleton(new RegistrationOptions());
        services.AddSingleton<SymmetricKeyGroupIndex>();
        services.AddSingleton<IAttestationVerifier, SymmetricKeyVerifier>();
        AddCertificates(services, options.X509);
        services.AddSingleton(options.Tpm with { DeviceEndpoint = options.PublicName });
        services.AddSingleton<TpmChallenges>();
        services.AddSingleton<IAttestationVerifier, TpmVerifier>();
        services.AddSingleton<TpmHubKeys>();
        services.AddSingleton<AttestationMatcher>();
        services.AddSingleton<IAllocationPolicy, HashedAllocationPolicy>();
        services.AddSingleton<IAllocationPolicy, LowestLatencyAllocationPolicy>();
        services.AddSingleton<IAllocationPolicy, StaticAllocationPolicy>();
        services.AddSingleton<IAllocationPolicy, CustomAllocationPolicy>();
        services.AddSingleton(new LatencyTable(options.Latencies));
        services.AddSingleton(options.Webhooks);
        services.AddSingleton<IAllocationWebhook, HttpAllocationWebhook>();
        services.AddSingleton<IEnrollmentFormat, EnrollmentFormat>();
        services.AddSingleton<WebhookRequestBody>();
        services.AddSingleton<HubAllocator>();
        services.AddSingleton<HubWriter>();
        services.AddSingleton<RegistrationExecutor>();
        services.AddSingleton<RegistrationService>();
        services.AddSingleton<ConnectionEnds>();
    }

    private static void AddCertificates(IServiceCollection services, X509Options options)
    {
        services.AddSingleton(options);
        services.AddSingleton<SignatureChecker>();
        services.AddSingleton<ChainVerifier>();
        services.AddSingleton<X509TrustIndex>();
        services.AddSingleton<AdmittingGroups>();
        services.AddSingleton<IAttestationVerifier, X509Verifier>();
        services.AddSingleton<CaCertificateService>();
        services.AddSingleton<ExpiryReport>();
        services.AddSingleton<CertificateMetrics>();
        services.AddHostedService(provider => provider.GetRequiredService<CertificateMetrics>());
        services.AddSingleton<RevocationListFetcher>();
        services.AddHostedService(provider => provider.GetRequiredService<RevocationListFetcher>());
    }

    private static void AddHubs(IServiceCollection services)
    {
        services.AddEmbeddedHub();
        services.AddSingleton<IHubConnectorFactory, EmbeddedHubConnectorFactory>();
        services.AddSingleton<IHubConnectorFactory>(provider =>
            new AzureIotHubConnectorFactory(provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<HubLanes>();
        services.AddSingleton<HubConnectors>();
        services.AddSingleton<HubCleaner>();
        services.AddHostedService<HubCleaning>();
        services.AddSingleton<IHubCatalog, EmbeddedHubCatalog>();
        services.AddSingleton<LinkedHubService>();
    }
}
