using System.Text.Json.Nodes;
using Muster.Conformance.Calls;
using Muster.Conformance.Server;

namespace Muster.Conformance;

/// <summary>azure-iot-provisioning-service makes enrollments by the thousand and pages through them.</summary>
public sealed class ServiceClientListTests(TwoHubServer muster)
{
    private const int Count = 2500;
    private const int PerCall = 10;

    private OfficialClients Clients => muster.Clients;

    [Fact]
    public async Task Thousands_of_enrollments_are_made_in_bulk_and_read_page_by_page()
    {
        var ids = Enumerable.Range(0, Count).Select(i => $"bulk-{i:d4}").ToList();
        foreach (var some in ids.Chunk(PerCall)) AssertSucceeded(await BulkAsync("create", some));

        var again = await BulkAsync("create", [ids[0], ids[1]]);
        Assert.False((bool)again["isSuccessful"]!);
        Assert.Equal(
            [(ids[0], 409201), (ids[1], 409201)],
            again["errors"]!.AsArray().Select(error => ((string)error!["registrationId"]!, (int)error["errorCode"]!)));

        foreach (var size in new[] { 1000, 333 })
        {
            var query = new JsonObject { ["query"] = "SELECT * FROM enrollments WHERE startswith(registrationId, 'bulk-')" };
            var items = (await Clients.ServiceAsync("createIndividualEnrollmentQuery", query, size)).Value.AsArray();
            Assert.Equal(ids, items.Select(item => (string)item!["registrationId"]!));
        }

        foreach (var some in ids.Chunk(PerCall)) AssertSucceeded(await BulkAsync("delete", some));
        (await Clients.ServiceAsync("getIndividualEnrollment", ids[0])).WasNotFound(404201);
    }

    private async Task<JsonNode> BulkAsync(string mode, IEnumerable<string> ids)
    {
        var operation = new JsonObject
        {
            ["mode"] = mode,
            ["enrollments"] = new JsonArray([.. ids.Select(id => new JsonObject
            {
                ["registrationId"] = id,
                ["attestation"] = new JsonObject { ["type"] = "symmetricKey" },
            })]),
        };
        return (await Clients.ServiceAsync("runBulkEnrollmentOperation", operation)).Value;
    }

    private static void AssertSucceeded(JsonNode result)
    {
        Assert.True((bool)result["isSuccessful"]!);
        Assert.Empty(result["errors"]!.AsArray());
    }
}
