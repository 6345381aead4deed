using System.CommandLine;
using System.Text.Json.Nodes;
using Muster.Configuration;
using Muster.Management;

namespace Muster.CommandLine;

/// <summary>One run of a <c>muster hub</c> command: its options and the server it speaks to.</summary>
/// <param name="Parse">The command line.</param>
/// <param name="Values">The options that were given.</param>
/// <param name="Client">The server.</param>
/// <param name="Instance">Name of the provisioning service.</param>
/// <param name="Help">The command that shows the options.</param>
/// <param name="CancellationToken">Ends the waiting.</param>
internal sealed record HubCall(
    ParseResult Parse,
    IReadOnlyDictionary<Option, string> Values,
    ManagementClient Client,
    string Instance,
    string Help,
    CancellationToken CancellationToken)
{
    private const int MaxLine = 1000;

    /// <summary>The connection string, from wherever it was given; a secret.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>The content of the root certificate's file.</summary>
    public string? RootCertificates { get; init; }

    /// <summary>Where results go.</summary>
    public TextWriter Output => Parse.InvocationConfiguration.Output;

    /// <summary>What was given for an option, or null.</summary>
    public string? Value(Option option) => Values.GetValueOrDefault(option);

    /// <summary>Sends one request about the service; with <paramref name="hubs"/>, these become its linked hubs.</summary>
    public Task<ManagementAnswer> SendAsync(HttpMethod method, string path, JsonArray? hubs = null, string? ifMatch = null) => Client.SendAsync(
        method,
        Instance,
        path,
        hubs is null
            ? null
            : writer =>
            {
                writer.WriteStartObject("properties");
                writer.WritePropertyName("iotHubs");
                hubs.WriteTo(writer);
                writer.WriteEndObject();
            },
        ifMatch,
        CancellationToken);

    /// <summary>Tells of a wrong option.</summary>
    public Task<int> MistakeAsync(Option option, string text) =>
        CommandLineMistakes.PrintAsync([new OptionMistake(option.Name, null, text)], Parse.InvocationConfiguration.Error, Help);

    /// <summary>Tells that no such hub is linked.</summary>
    public async Task<int> NotLinkedAsync(string name)
    {
        await Parse.InvocationConfiguration.Error.WriteLineAsync($"Refused: the IoT hub '{name}' is not linked.");
        await Parse.InvocationConfiguration.Error.WriteLineAsync("What to do: 'muster hub list' shows what is linked.");
        return ExitCode.Refused;
    }

    /// <summary>Tells what the service refused.</summary>
    public async Task<int> RefusedAsync(ManagementAnswer answer, string advice)
    {
        var error = Parse.InvocationConfiguration.Error;
        await error.WriteLineAsync($"Refused: the service answered with HTTP status {(int)answer.Status}.");
        if (answer.Message is { } message) await error.WriteLineAsync($"  Message  {OneLine(message)}");
        await error.WriteLineAsync($"What to do: {advice}");
        return ExitCode.Refused;
    }

    /// <summary>A text without line breaks and of bounded length.</summary>
    public static string OneLine(string text) => string.Concat(text.Take(MaxLine).Select(c => char.IsControl(c) ? ' ' : c));
}
