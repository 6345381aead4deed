using System.Net;
using System.Security.Cryptography;
using Muster.Core.Attestation;
using Muster.DeviceApi.Tests.Http;
using Muster.TestKit;

namespace Muster.DeviceApi.Tests.X509;

/// <summary>Every kind of credential against every kind and state of enrollment (behaviour B-3.1).</summary>
public sealed class CredentialPairTests(DeviceApiFixture fixture) : IClassFixture<DeviceApiFixture>, IAsyncLifetime
{
    private static readonly TestCertificate Root = TestCertificate.SelfSigned("CN=Pairs root");
    private static readonly SoftwareTpm Tpm = new();

    private readonly RunningServer _server = fixture.Server;

    public static IEnumerable<TheoryDataRow<string, bool, string>> Pairs() =>
        from enrollment in new[] { "individual symmetric", "individual X.509", "individual TPM", "group symmetric", "group X.509" }
        from isEnabled in new[] { true, false }
        from presented in new[] { "own key", "derived key", "enrolled certificate", "group certificate", "strange certificate", "TPM", "nothing" }
        select new TheoryDataRow<string, bool, string>(enrollment, isEnabled, presented);

    public async ValueTask InitializeAsync() => await _server.AddCaAsync("pairs", Root);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Only_the_matching_credential_of_an_enabled_enrollment_is_assigned(string enrollment, bool isEnabled, string presented)
    {
        var id = $"{enrollment}-{isEnabled}-{presented}".Replace(' ', '-').ToLowerInvariant();
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        var intermediate = Root.IssueAuthority("CN=Pairs " + Guid.NewGuid());
        var ownLeaf = Root.Issue("CN=" + id[..Math.Min(id.Length, 64)]);
        var keys = $$$"""{"type":"symmetricKey","symmetricKey":{"primaryKey":"{{{key}}}","secondaryKey":"{{{key}}}"}}""";
        await _server.EnrollWithAsync(
            (enrollment.StartsWith("group", StringComparison.Ordinal) ? "/enrollmentGroups/" : "/enrollments/") + id,
            enrollment switch
            {
                "individual X.509" => CertificateDevice.Client(ownLeaf),
                "individual TPM" => $$$"""{"type":"tpm","tpm":{"endorsementKey":"{{{Tpm.EndorsementKey}}}"}}""",
                "group X.509" => CertificateDevice.Signing(intermediate),
                _ => keys,
            },
            isEnabled);

        var answer = presented switch
        {
            "own key" => await _server.RegisterAsync(id, _server.DeviceToken(id, key)),
            "derived key" => await _server.RegisterAsync(id, _server.DeviceToken(id, SymmetricKeyDerivation.Derive(key, id))),
            "enrolled certificate" => await _server.RegisterAsync(id, ownLeaf),
            "group certificate" => await _server.RegisterAsync(id, intermediate.Issue("CN=" + id), [intermediate]),
            "strange certificate" => await _server.RegisterAsync(id, TestCertificate.SelfSigned("CN=" + id)),
            "TPM" => await RegisterTpmAsync(id),
            _ => await _server.RegisterAsync(id, token: null),
        };

        var matches = (enrollment, presented) is ("individual symmetric", "own key") or ("individual X.509", "enrolled certificate")
            or ("individual TPM", "TPM")
            or ("group symmetric", "derived key") or ("group X.509", "group certificate");
        if (matches)
        {
            Assert.Equal(HttpStatusCode.Accepted, answer.Status);
            Assert.Equal(isEnabled ? "assigned" : "disabled", answer.Json.GetProperty("status").GetString());
        }
        else if (presented == "TPM" && enrollment.StartsWith("group", StringComparison.Ordinal))
        {
            Assert.Equal((HttpStatusCode.NotFound, 404201), (answer.Status, answer.ErrorCode));
        }
        else
        {
            // A stranger never learns whether what it asks for is disabled, nor that it exists.
            Assert.Equal(HttpStatusCode.Unauthorized, answer.Status);
        }
    }

    /// <summary>Asks for a challenge, and answers it when there is one.</summary>
    private async Task<JsonAnswer> RegisterTpmAsync(string id)
    {
        var body = $$$"""{"tpm":{"endorsementKey":"{{{Tpm.EndorsementKey}}}","storageRootKey":"{{{Tpm.StorageRootKey}}}"}}""";
        var first = await _server.RegisterAsync(id, token: null, body);
        if (!first.Json.TryGetProperty("authenticationKey", out var challenge)) return first;
        var nonce = Convert.ToBase64String(Tpm.Activate(challenge.GetBytesFromBase64()));
        return await _server.RegisterAsync(id, _server.DeviceToken(id, nonce), body);
    }
}
