using System.Text.Json;
using Muster.Core.Attestation.Tpm;

namespace Muster.Core.Tests.Attestation.Tpm;

/// <summary>The registration ID that SDKs derive from an endorsement key (tpm-attestation 3).</summary>
public sealed class TpmRegistrationIdTests
{
    [Fact]
    public void Each_vector_has_the_ID_that_SDKs_derive()
    {
        using var vectors = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "TestData", "tpm", "vectors.json")));
        var checkedIds = 0;
        Walk(vectors.RootElement);
        Assert.InRange(checkedIds, 2, 100);

        void Walk(JsonElement element)
        {
            if (element.ValueKind != JsonValueKind.Object) return;
            if (element.TryGetProperty("tpm2bPublicBase64", out var key) && element.TryGetProperty("registrationId", out var id))
            {
                Assert.True(TpmPublicArea.TryParseBase64(key.GetString()!, out var area, out var problem), problem);
                Assert.Equal(id.GetString(), TpmRegistrationId.Of(area!));
                checkedIds++;
            }

            foreach (var member in element.EnumerateObject()) Walk(member.Value);
        }
    }
}
