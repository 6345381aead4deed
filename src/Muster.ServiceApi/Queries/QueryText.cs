using System.Text.Json;
using Muster.Core.Errors;
using Muster.ServiceApi.Requests;

namespace Muster.ServiceApi.Queries;

/// <summary>The body of a query: <c>{"query":"text"}</c>. Any text selects everything, as in the original (service-api S-8.1).</summary>
internal sealed record QueryText(string Text)
{
    /// <summary>The longest query text, in characters (service-api S-9).</summary>
    public const int MaxLength = 4096;

    /// <summary>Reads the body's root object.</summary>
    public static Result<QueryText> Read(JsonElement root)
    {
        var problem = new BodyProblem();
        var text = JsonMembers.OfRoot(root, problem).Text("query");
        if (string.IsNullOrWhiteSpace(text)) problem.Report("query", "it is required and must be a text that is not empty.");
        else if (text.Length > MaxLength) problem.Report("query", $"it is longer than {MaxLength} characters.");
        return problem.Refusal is { } refusal ? refusal : new QueryText(text!);
    }
}
