using System.Security.Cryptography.X509Certificates;
using Muster.Core.Attestation;
using Muster.Core.Certificates;
using Muster.Core.Certificates.Verification;
using Muster.Core.Enrollments;
using Muster.Core.Errors;
using Muster.Core.Instances;
using Muster.Core.Registration;
using Muster.Core.Tests.Enrollments;
using Muster.TestKit;

namespace Muster.Core.Tests.Attestation.X509;

/// <summary>One instance with enrollments and CA certificates, and devices that present certificates to it.</summary>
internal sealed class X509World
{
    private readonly AttestationMatcher _matcher;
    private int _age;

    public X509World(X509Options? options = null)
    {
        Options = options ?? new X509Options();
        Signatures = new SignatureChecker();
        _matcher = new AttestationMatcher(Store,
        [
            new X509Verifier(new X509TrustIndex(Store), new ChainVerifier(Signatures, Options), Options),
            new SymmetricKeyVerifier(new SymmetricKeyGroupIndex(Store)),
        ]);
        Instance = new ProvisioningInstance
        {
            Name = "default",
            IdScope = "0ne00000001",
            ServiceHostNames = [],
            AccessPolicies = [AccessPolicy.CreateOwner()],
            CreatedUtc = DateTimeOffset.UtcNow,
            ETag = "i",
        };
        Authorities = new CaCertificateService(Store, Signatures, Options, TimeProvider.System);
    }

    public X509Options Options { get; }

    public SignatureChecker Signatures { get; }

    public StoreDouble Store { get; } = new();

    public ProvisioningInstance Instance { get; }

    public CaCertificateService Authorities { get; }

    /// <summary>What the last attempt left for the operator.</summary>
    public IReadOnlyList<AttemptCheck> Checks { get; private set; } = [];

    /// <summary>The failed checks of the last attempt, joined.</summary>
    public string Failed => string.Join(" | ", Checks.Where(check => !check.Passed).Select(check => $"{check.Check}: {check.Detail}"));

    public void AddCa(string name, TestCertificate certificate, bool isVerified = true) => Store.Overwrite(new CaCertificate
    {
        InstanceName = Instance.Name,
        Name = name,
        Certificate = Enrolled(certificate),
        UploadedText = certificate.Pem,
        IsVerified = isVerified,
        CreatedUtc = DateTimeOffset.UtcNow,
        UpdatedUtc = DateTimeOffset.UtcNow,
        ETag = $"ca-{name}",
    });

    public void AddGroup(string id, TestCertificate signing, bool isEnabled = true) =>
        AddGroup(id, new X509CertificateAttestation(X509CertificateUse.Signing, Enrolled(signing), null), isEnabled);

    public void AddGroupByReference(string id, string caName, bool isEnabled = true) =>
        AddGroup(id, new X509CaReferenceAttestation(caName, null), isEnabled);

    public void AddGroup(string id, AttestationMechanism attestation, bool isEnabled = true) => Store.Overwrite(new EnrollmentGroup
    {
        InstanceName = Instance.Name,
        Id = id,
        Attestation = attestation,
        ETag = "g",
        CreatedUtc = DateTimeOffset.UtcNow.AddSeconds(_age++),
        LastUpdatedUtc = DateTimeOffset.UtcNow,
        ProvisioningStatus = isEnabled ? ProvisioningStatus.Enabled : ProvisioningStatus.Disabled,
    });

    public void AddIndividual(string id, AttestationMechanism attestation, bool isEnabled = true) => Store.Overwrite(new IndividualEnrollment
    {
        InstanceName = Instance.Name,
        Id = id,
        Attestation = attestation,
        ETag = "i",
        CreatedUtc = DateTimeOffset.UtcNow,
        LastUpdatedUtc = DateTimeOffset.UtcNow,
        ProvisioningStatus = isEnabled ? ProvisioningStatus.Enabled : ProvisioningStatus.Disabled,
    });

    public static X509CertificateAttestation Client(TestCertificate? primary, TestCertificate? secondary = null) => new(
        X509CertificateUse.Client, primary is null ? null : Enrolled(primary), secondary is null ? null : Enrolled(secondary));

    /// <summary>Presents certificates, the leaf first, for a registration ID.</summary>
    public Task<Result<AttestationMatch>> PresentAsync(string registrationId, params IReadOnlyList<TestCertificate> chain) =>
        PresentAsync(registrationId, [.. chain.Select(certificate => certificate.Der)]);

    public async Task<Result<AttestationMatch>> PresentAsync(
        string registrationId, IReadOnlyList<byte[]> chain, RegistrationRecord? record = null, DateTimeOffset? now = null)
    {
        var evidence = new X509Evidence(chain[0], [.. chain.Skip(1).Select(der => (ReadOnlyMemory<byte>)der)]);
        var request = new DeviceRequest
        {
            IdScope = Instance.IdScope,
            RegistrationId = registrationId,
            Operation = DeviceRequest.Register,
            ApiVersion = "2021-10-01",
            Protocol = "Http",
            TrackingId = Guid.NewGuid(),
            Evidence = evidence,
        };
        var trace = new AttemptTraceBuilder(request, TimeProvider.System);
        var result = await _matcher.MatchAsync(new AttestationContext
        {
            Instance = Instance,
            RegistrationId = registrationId,
            Evidence = evidence,
            Now = now ?? DateTimeOffset.UtcNow,
            Grace = TimeSpan.FromMinutes(5),
            Record = record,
            Trace = trace,
        }, CancellationToken.None);
        Checks = trace.Refuse("default", Refusals.Unauthorized).Checks;
        return result;
    }

    /// <summary>The outcome in one word: the admitting enrollment, <c>disabled ID</c>, or the device's error.</summary>
    public static string Verdict(Result<AttestationMatch> result) => result.Value is { } match
        ? (match.Enrollment.IsEnabled ? "" : "disabled ") + match.Enrollment.Id
        : $"{result.Refusal!.Code} {result.Refusal.Message}";

    public static EnrolledCertificate Enrolled(TestCertificate certificate)
    {
        using X509Certificate2 bare = certificate.WithoutKey();
        return new EnrolledCertificate(certificate.Base64, X509CertificateInfo.From(bare));
    }
}
