using System.Collections;
using System.CommandLine;
using Muster.Certificates;
using Muster.Composition;
using Muster.Configuration;

namespace Muster.CommandLine;

/// <summary><c>muster serve</c>: reads the options, starts the server, waits for the signal to stop.</summary>
public static class ServeCommand
{
    /// <summary>Makes the command with its options and help.</summary>
    public static Command Create()
    {
        var command = new Command("serve", """
            Start the provisioning service.

            Each option can also be set by environment variable (MUSTER__HttpsPort=8443, MUSTER__Hosts__0=dps.example.org) and in the
            section Muster of appsettings.json or of the file of --config. The command line is the strongest, then the environment,
            then --config, then appsettings.json.
            """);
        foreach (var definition in OptionDefinition.OnCommandLine)
        {
            // Values stay texts here, so that all mistakes are found and worded in one place.
            command.Options.Add(new Option<string[]>(definition.Switch)
            {
                Description = definition.Help,
                HelpName = definition.Argument,
                Arity = ArgumentArity.OneOrMore,
                AllowMultipleArgumentsPerToken = false,
            });
        }

        command.SetAction(RunAsync);
        return command;
    }

    /// <summary>Serves until the process is told to stop.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        var error = parse.InvocationConfiguration.Error;
        var mistakes = new List<OptionMistake>();
        CommandLineMistakes.AddTo(mistakes, parse);
        var options = MusterOptionsReader.Read(Values(parse), EnvironmentVariables(), Directory.GetCurrentDirectory(), mistakes);
        if (options is not null) UserCertificate.Check(options, TimeProvider.System, mistakes);
        if (mistakes.Count > 0) return await CommandLineMistakes.PrintAsync(mistakes, error, "muster serve --help");

        try
        {
            await using var server = await MusterServer.StartAsync(
                options!, new ProvisioningParts(), TimeProvider.System, parse.InvocationConfiguration.Output, cancellationToken);
            await server.WaitForStopAsync(cancellationToken);
            return ExitCode.Success;
        }
        catch (CannotStartException exception)
        {
            await error.WriteLineAsync($"Muster cannot start. {exception.Message}");
            return ExitCode.CannotStart;
        }
    }

    private static Dictionary<string, IReadOnlyList<string>> Values(ParseResult parse)
    {
        var values = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase);
        foreach (var definition in OptionDefinition.OnCommandLine)
        {
            if (parse.GetResult(definition.Switch) is System.CommandLine.Parsing.OptionResult { Implicit: false, Tokens.Count: > 0 } result)
                values[definition.Key] = [.. result.Tokens.Select(token => token.Value)];
        }

        return values;
    }

    private static Dictionary<string, string> EnvironmentVariables() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "", StringComparer.Ordinal);
}
