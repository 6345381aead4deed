using System.CommandLine;
using Muster.Composition;
using Muster.Configuration;
using Muster.Management;

namespace Muster.CommandLine;

/// <summary>What all commands share that talk to the management API of a running server.</summary>
internal static class ManagementCommand
{
    /// <summary>A client of the server whose data folder is named; null after a mistake.</summary>
    /// <param name="data">The option that names the folder.</param>
    /// <param name="values">The values of all options.</param>
    /// <param name="mistakes">Receives what is wrong.</param>
    public static ManagementClient? Open(Option data, IReadOnlyDictionary<Option, string> values, List<OptionMistake> mistakes)
    {
        var endpointsFile = Path.Combine(Path.GetFullPath(values.GetValueOrDefault(data) ?? "data"), "endpoints.json");
        var client = EndpointsDocument.TryLoad(endpointsFile) is { } endpoints ? ManagementClient.TryCreate(endpoints, TimeProvider.System) : null;
        if (client is null)
        {
            mistakes.Add(new(data.Name, values.GetValueOrDefault(data),
                $"There is no readable {endpointsFile} with a connection string. Allowed is the data folder of a running Muster."));
        }

        return client;
    }

    /// <summary>Runs a command; a server that cannot be reached is told in words.</summary>
    /// <param name="client">The client that the command uses.</param>
    /// <param name="error">Receives the words.</param>
    /// <param name="run">The command; gives the exit code.</param>
    /// <param name="cancellationToken">Ends the command.</param>
    public static async Task<int> RunAsync(ManagementClient client, TextWriter error, Func<Task<int>> run, CancellationToken cancellationToken)
    {
        try
        {
            return await run();
        }
        catch (Exception exception) when (exception is HttpRequestException
            || (exception is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            var cause = exception is TaskCanceledException ? "no answer in time" : (exception.InnerException ?? exception).Message.TrimEnd('.');
            await error.WriteLineAsync($"https://{client.Host} cannot be reached: {cause}.");
            await error.WriteLineAsync("What to do: check that the server of this data folder runs ('muster serve').");
            return ExitCode.CannotReach;
        }
    }
}
