using System.Text;
using System.Text.Json.Nodes;
using Muster.Conformance.Calls;

namespace Muster.Conformance.Replay;

/// <summary>Requests as clients send them that are not recorded here (device-protocols 1.4, 1.7, 2.1).</summary>
public sealed class RequestShapeTests(InProcessServer muster)
{
    private const string CSharpStyle = "SharedAccessSignature sr=&sig=&se=&skn=registration";
    private const string JavaStyle = "SharedAccessSignature sr=&sig=&se=&skn=";
    private const string PythonStyle = "SharedAccessSignature sr=&sig=&se=";

    /// <summary>Client, style of its token, body. {id} stands for the registration ID.</summary>
    public static TheoryData<string, string, string> Bodies => new()
    {
        { "C#, indented", CSharpStyle, "{\r\n  \"registrationId\": \"{id}\"\r\n}" },
        { "C#, with payload", CSharpStyle, "{\r\n  \"registrationId\": \"{id}\",\r\n  \"payload\": {\r\n    \"a\": 1\r\n  }\r\n}" },
        { "Python, null payload", PythonStyle, """{"payload": null, "registrationId": "{id}"}""" },
        { "Java, payload as a text", JavaStyle, """{"registrationId":"{id}","payload":"{\"modelId\":\"dtmi:a:b;1\"}"}""" },
        { "NetX Duo, blanks around the colon", CSharpStyle, """{"registrationId" : "{id}"}""" },
        { "Embedded C, no body", PythonStyle, "" },
        { "an unknown member", CSharpStyle, """{"registrationId":"{id}","colour":"blue"}""" },
        { "a byte order mark", CSharpStyle, "\uFEFF{\"registrationId\":\"{id}\"}" },
        { "every member null", CSharpStyle, """{"registrationId":null,"tpm":null,"payload":null,"csr":null}""" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_body_of_any_client_is_accepted(string client, string tokenStyle, string body)
    {
        var id = IdFrom(client);
        var key = Keys.New();
        await muster.EnrollAsync(id, key);
        await using var connection = await muster.ConnectAsync();
        var token = DeviceToken.Like(tokenStyle, Uri.EscapeDataString($"{muster.IdScope}/registrations/{id}"), key);
        var answer = await connection.SendAsync(Put(id, token, body.Replace("{id}", id, StringComparison.Ordinal)));
        Assert.True(answer.Status == 202, answer.Body);
        Assert.NotEmpty((string)answer.Json["operationId"]!);
    }

    [Theory]
    [InlineData("lower-case escapes", "%3a")]
    [InlineData("upper-case escapes", "%3A")]
    [InlineData("colons as they are", ":")]
    public async Task An_ID_with_colons_arrives_in_any_encoding(string how, string colon)
    {
        var registrationId = $"urn:dev:{how.Replace(' ', '-')}";
        var key = Keys.New();
        await muster.EnrollAsync(registrationId, key);
        await using var connection = await muster.ConnectAsync();
        var token = DeviceToken.Like(CSharpStyle, Uri.EscapeDataString($"{muster.IdScope}/registrations/{registrationId}"), key);
        var inPath = registrationId.Replace(":", colon, StringComparison.Ordinal);

        var put = await connection.SendAsync(
            Put(inPath, token, $"{{\r\n  \"registrationId\": \"{registrationId}\"\r\n}}"));
        Assert.True(put.Status == 202, put.Body);
        var poll = await connection.SendAsync(Get(inPath, (string)put.Json["operationId"]!, token));
        Assert.True(poll.Status is 200 or 202, poll.Body);
        Assert.Equal(registrationId, (string?)poll.Json["registrationState"]?["registrationId"]);
    }

    [Theory]
    [InlineData("lower-case escapes, as the C client writes them", "{scope}%2fregistrations%2f{id}")]
    [InlineData("no escapes, as Node.js and Java write them", "{scope}/registrations/{id}")]
    [InlineData("upper-case escapes, as C# and Python write them", "{scope}%2Fregistrations%2F{id}")]
    public async Task The_signature_counts_for_the_resource_as_it_is_written(string what, string resource)
    {
        var id = IdFrom(what);
        var key = Keys.New();
        await muster.EnrollAsync(id, key);
        await using var connection = await muster.ConnectAsync();
        var written = resource.Replace("{scope}", muster.IdScope, StringComparison.Ordinal).Replace("{id}", id, StringComparison.Ordinal);
        var answer = await connection.SendAsync(Put(id, DeviceToken.Like(CSharpStyle, written, key), "{}"));
        Assert.True(answer.Status == 202, answer.Body);
    }

    [Theory]
    [InlineData("a body that is no JSON", "{\"registrationId\":", 400)]
    [InlineData("another registration ID in the body", """{"registrationId":"somebody-else"}""", 400)]
    [InlineData("a body that is no object", "[]", 400)]
    public async Task A_wrong_body_is_refused_with_an_error_body_and_the_connection_stays(string what, string body, int status)
    {
        var id = IdFrom(what);
        var key = Keys.New();
        await muster.EnrollAsync(id, key);
        await using var connection = await muster.ConnectAsync();
        var token = DeviceToken.Like(CSharpStyle, $"{muster.IdScope}/registrations/{id}", key);

        var refused = await connection.SendAsync(Put(id, token, body));
        Assert.Equal(status, refused.Status);
        AssertErrorBody(refused.Json, status);
        Assert.Equal(202, (await connection.SendAsync(Put(id, token, "{}"))).Status);
    }

    [Theory]
    [InlineData("?api-version=2019-03-31", "0neFFFFFFFF", 404)]
    [InlineData("", null, 400)]
    [InlineData("?api-version=1999-01-01", null, 400)]
    public async Task A_wrong_address_is_refused_with_an_error_body(string query, string? scope, int status)
    {
        await using var connection = await muster.ConnectAsync();
        var resource = $"{scope ?? muster.IdScope}/registrations/addressed";
        var answer = await connection.SendAsync(
            $"PUT /{resource}/register{query} HTTP/1.1\r\nHost: localhost\r\n"
            + $"Authorization: {DeviceToken.Like(CSharpStyle, resource, Keys.New())}\r\n"
            + "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
        Assert.Equal(status, answer.Status);
        AssertErrorBody(answer.Json, status);
    }

    /// <summary>A registration ID made of the words that name a row.</summary>
    private static string IdFrom(string words) => string.Concat(words.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();

    private static void AssertErrorBody(JsonNode error, int status)
    {
        Assert.Equal(status, (int)error["errorCode"]! / 1000);
        Assert.NotEmpty((string)error["message"]!);
        Assert.NotEmpty((string)error["trackingId"]!);
        Assert.NotEmpty((string)error["timestampUtc"]!);
    }

    private string Put(string idInPath, string token, string body) =>
        $"PUT /{muster.IdScope}/registrations/{idInPath}/register?api-version=2019-03-31 HTTP/1.1\r\n"
        + $"Host: localhost\r\nAuthorization: {token}\r\nContent-Type: application/json; charset=utf-8\r\n"
        + $"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}";

    private string Get(string idInPath, string operationId, string token) =>
        $"GET /{muster.IdScope}/registrations/{idInPath}/operations/{operationId}?api-version=2019-03-31 HTTP/1.1\r\nHost: localhost\r\n"
        + $"Authorization: {token}\r\n\r\n";
}
