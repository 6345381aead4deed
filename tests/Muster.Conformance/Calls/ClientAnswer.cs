using System.Text.Json.Nodes;

namespace Muster.Conformance.Calls;

/// <summary>What an official client gave to its caller: a result or an error.</summary>
public sealed record ClientAnswer(JsonNode? Result, string? ErrorName, string? ErrorMessage, string? ErrorBody)
{
    /// <summary>The result of a call that succeeded.</summary>
    public JsonNode Value
    {
        get
        {
            Assert.True(ErrorName is null, $"{ErrorName}: {ErrorMessage} {ErrorBody}");
            return Result!;
        }
    }

    /// <summary>Asserts that the call succeeded, whatever its result.</summary>
    public void Succeeded() => Assert.True(ErrorName is null, $"{ErrorName}: {ErrorMessage} {ErrorBody}");

    /// <summary>Asserts that the client reported an error of this name.</summary>
    public void FailedWith(string errorName)
    {
        var got = ErrorName ?? "a result: " + Result?.ToJsonString();
        Assert.True(ErrorName == errorName, $"Expected {errorName}, got {got}: {ErrorMessage} {ErrorBody}");
    }

    /// <summary>Asserts that the service client did not find the entity, and that the service named this error code.</summary>
    public void WasNotFound(int errorCode)
    {
        FailedWith("Error");
        Assert.Equal("Not found", ErrorMessage);
        Assert.Contains($"\"errorCode\":{errorCode},", ErrorBody, StringComparison.Ordinal);
    }
}
