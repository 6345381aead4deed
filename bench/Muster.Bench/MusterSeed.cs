using Microsoft.Extensions.DependencyInjection;
using Muster.Composition;
using Muster.Configuration;
using Muster.Core.Attestation;
using Muster.Core.Audit;
using Muster.Core.Certificates;
using Muster.Core.Concurrency;
using Muster.Core.Enrollments;
using Muster.Core.Instances;
using Muster.Core.Secrets;

namespace Muster.Bench;

/// <summary>Fills a data folder before the server under load starts on it: two groups, one of keys and one of certificates.</summary>
internal static class MusterSeed
{
    private const string AuthorityName = "bench-devices";

    /// <summary>Seeds the folder and returns the ID scope.</summary>
    public static async Task<string> PlantAsync(string folder, BenchKeys keys)
    {
        var options = new MusterOptions
        {
            DataFolder = folder,
            HttpsPort = 0,
            MqttPort = 0,
            AmqpPort = 0,
            PortalPort = 0,
            CertificateFile = keys.ServerCertificateFile,
            CertificateKeyFile = keys.ServerKeyFile,
        };
        await using var server = await MusterServer.StartAsync(options, new ProvisioningParts(), TimeProvider.System, TextWriter.Null, default);
        var instance = server.Services.GetRequiredService<InstanceDirectory>().Instances[0];
        var authority = await server.Services.GetRequiredService<CaCertificateService>().PutAsync(
            AuditCaller.Process, instance, AuthorityName, await File.ReadAllTextAsync(keys.DeviceAuthorityFile), isVerified: true, ETagCondition.None, default);
        if (authority.Refusal is { } refused) throw new InvalidOperationException(refused.Message);

        var key = new Secret(Convert.ToBase64String(keys.GroupKey));
        await PutAsync(server, instance, "keys", new AttestationDefinition
        {
            Type = AttestationType.SymmetricKey,
            SymmetricKey = new SymmetricKeyDefinition(key, key),
        });
        await PutAsync(server, instance, "certificates", new AttestationDefinition
        {
            Type = AttestationType.X509,
            X509 = new X509Definition { CaReferences = new CaReferencesDefinition(AuthorityName, null) },
        });
        return instance.IdScope;
    }

    private static async Task PutAsync(MusterServer server, ProvisioningInstance instance, string id, AttestationDefinition attestation)
    {
        var answer = await server.Services.GetRequiredService<EnrollmentService>().PutAsync(
            instance, EnrollmentKind.Group, id, new EnrollmentDefinition { Attestation = attestation }, ETagCondition.None, default);
        if (answer.Refusal is { } refused) throw new InvalidOperationException(refused.Message);
    }
}
