using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Muster.Core.Enrollments;
using Muster.ServiceApi.Requests;

namespace Muster.ServiceApi.Tests;

/// <summary>The document tells what is served, no more and no less.</summary>
public sealed class OpenApiTests(ServiceApiHost host) : IClassFixture<ServiceApiHost>
{
    [Fact]
    public async Task Document_has_the_operations_that_are_mapped()
    {
        var document = (await host.GetAsync("/openapi", ("Authorization", ""))).ShouldBe(200);
        Assert.Equal("application/json; charset=utf-8", document.Headers["Content-Type"]);
        var described =
            from path in document["paths"].EnumerateObject()
            from operation in path.Value.EnumerateObject()
            where operation.Name != "parameters"
            select $"{operation.Name.ToUpperInvariant()} {path.Name}";
        var served =
            from route in host.Routes
            let path = "/" + route.RoutePattern.RawText!.Trim('/')
            where !path.StartsWith("/openapi", StringComparison.Ordinal)
            from method in route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []
            select $"{method} {path}";
        Assert.Equal(served.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
        Assert.Equal(15, described.Count());
    }

    [Fact]
    public async Task Document_has_the_versions_that_are_accepted()
    {
        var document = await host.GetAsync("/openapi");
        Assert.Equal(
            ServiceApiVersions.Supported,
            document["components.parameters.apiVersion.schema.enum"].EnumerateArray().Select(version => version.GetString()));
    }

    [Fact]
    public async Task Document_refers_to_nothing_that_is_missing()
    {
        var document = await host.GetAsync("/openapi");
        var references = ReferencesIn(document.Json).ToList();
        Assert.NotEmpty(references);
        Assert.All(references, reference =>
            Assert.NotEqual(JsonValueKind.Undefined, document[reference["#/".Length..].Replace('/', '.')].ValueKind));

        static IEnumerable<string> ReferencesIn(JsonElement element) => element.ValueKind switch
        {
            JsonValueKind.Object => element.EnumerateObject().SelectMany(member =>
                member.Name == "$ref" ? [member.Value.GetString()!] : ReferencesIn(member.Value)),
            JsonValueKind.Array => element.EnumerateArray().SelectMany(ReferencesIn),
            _ => [],
        };
    }

    [Theory]
    [InlineData("/enrollments/", "IndividualEnrollment")]
    [InlineData("/enrollmentGroups/", "EnrollmentGroup")]
    public async Task Every_member_of_an_answer_is_described(string path, string schema)
    {
        var document = await host.GetAsync("/openapi");
        var id = Bodies.Id();
        var body = Bodies.With(
            """
            "deviceId":"d","optionalDeviceInformation":{"a":1},"capabilities":{"iotEdge":true},"iotHubHostName":"hub1.example.net",
            "iotHubs":["hub1.example.net"],"allocationPolicy":"custom","initialTwin":{"tags":{},"properties":{"desired":{}}},
            "reprovisionPolicy":{"updateHubAssignment":true},"provisioningStatus":null,
            "customAllocationDefinition":{"webhookUrl":"https://hook.example.net","apiVersion":"2019-03-31"},
            "namespaceName":"ns1","certificateAuthorityName":"ca1","certificatePolicyName":"pol"
            """);
        (await host.PutAsync($"{path}{id}?api-version=2026-11-01", body)).ShouldBe(200);
        await host.RegisterAsync(Bodies.Record(host, id, EnrollmentKind.Individual, id));
        var reply = await host.GetAsync($"{path}{id}?api-version=2026-11-01");
        foreach (var member in reply.Json.EnumerateObject())
            Assert.NotEqual(JsonValueKind.Undefined, document[$"components.schemas.{schema}.properties.{member.Name}"].ValueKind);
    }

    [Fact]
    public async Task Page_loads_nothing_from_elsewhere()
    {
        using var client = new HttpClient();
        using var answer = await client.GetAsync(new Uri($"http://{host.Host}/openapi/browse"), TestContext.Current.CancellationToken);
        var page = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
        Assert.DoesNotContain("://", page, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }
}
