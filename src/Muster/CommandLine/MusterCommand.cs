using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;

namespace Muster.CommandLine;

/// <summary>The command line of <c>muster</c> as a whole.</summary>
public static class MusterCommand
{
    /// <summary>The version of this build, for example <c>0.1.0</c>.</summary>
    public static string Version { get; } =
        typeof(MusterCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>Parses and runs.</summary>
    /// <param name="args">The arguments after the program's name.</param>
    /// <param name="output">Where results go.</param>
    /// <param name="error">Where mistakes and refusals go.</param>
    /// <param name="cancellationToken">Ends the command early.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> args, TextWriter output, TextWriter error, CancellationToken cancellationToken = default)
    {
        // A value that starts with '@' is a value, not a file with more arguments.
        var parse = Create().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });

        // The host has its own handling of SIGTERM and Ctrl-C, which lets requests in progress finish.
        var invocation = new InvocationConfiguration { Output = output, Error = error, ProcessTerminationTimeout = null };
        if (parse.Errors.Count == 0) return await parse.InvokeAsync(invocation, cancellationToken);

        // serve and register report what is wrong on the command line together with what is wrong with the values.
        if (parse.CommandResult.Command.Action is AsynchronousCommandLineAction action)
        {
            parse.InvocationConfiguration.Output = output;
            parse.InvocationConfiguration.Error = error;
            return await action.InvokeAsync(parse, cancellationToken);
        }

        foreach (var mistake in parse.Errors) await error.WriteLineAsync(mistake.Message);
        await error.WriteLineAsync("'muster --help' shows the commands.");
        return ExitCode.WrongOptions;
    }

    private static RootCommand Create()
    {
        var root = new RootCommand("""
            Muster, a self-hosted device provisioning service that speaks the protocols of the Azure IoT Hub Device Provisioning Service.

            Start it with 'muster serve'. Register a device with 'muster device register'.
            """);
        root.Subcommands.Add(ServeCommand.Create());
        var device = new Command("device", "Act as a device.");
        device.Subcommands.Add(DeviceRegisterCommand.Create());
        root.Subcommands.Add(device);
        root.Subcommands.Add(CertificateCommands.Create());
        root.Subcommands.Add(HubCommands.Create());
        foreach (var option in root.Options.OfType<VersionOption>()) option.Action = new PrintVersion();
        return root;
    }

    private sealed class PrintVersion : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine($"muster {Version}");
            return ExitCode.Success;
        }
    }
}
