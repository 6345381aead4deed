using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Muster.Composition;
using Muster.Configuration;
using Muster.Core.Instances;
using Muster.Management;

namespace Muster.CommandLine;

/// <summary><c>muster hub ...</c>: the linked IoT hubs of a running server. Links are changed as management clients do: read, edit, write.</summary>
public static class HubCommands
{
    private const int MaxFileBytes = 64 * 1024;
    private const int MaxConflicts = 5;
    private const string ExitCodes = "Exit codes: 0 done, 1 refused, 2 wrong options, 4 service not reached.";

    private static Option<string[]> Name { get; } = Text("--name", "HOST", "Host name of the linked hub");

    private static Option<string[]> ConnectionString { get; } =
        Text("--connection-string", "TEXT", "Connection string of a policy with RegistryWrite and ServiceConnect; other users of this machine may see it");

    private static Option<string[]> ConnectionStringFile { get; } =
        Text("--connection-string-file", "FILE", "File that holds the connection string; '-' is standard input");

    private static Option<string[]> Identity { get; } =
        Text("--identity", "ID", "Reach the hub --name by an Entra identity: 'system', or the client or resource ID of a managed identity");

    private static Option<string[]> Weight { get; } = Text("--weight", "1-1000", "Share of the devices. Default: 1");

    private static Option<string[]> Location { get; } = Text("--location", "REGION", "Region, for lowest latency");

    private static Option<string[]> Apply { get; } = Text("--apply", "yes|no", "Whether devices are assigned to it. Default: yes");

    private static Option<string[]> Address { get; } = Text("--address", "ADDRESS", "Where to connect, if not to the hub's name");

    private static Option<string[]> Port { get; } = Text("--port", "PORT", "Port of HTTPS, if not 443");

    private static Option<string[]> Root { get; } = Text("--root-certificate", "FILE", "PEM file of the root that the hub's certificate chains to");

    private static Option<string[]> Timeout { get; } = Text("--timeout", "SECONDS", "Longest that one call may take. Default: 10");

    private static Option<string[]> Rate { get; } = Text("--calls-per-second", "NUMBER", "Most calls a second. Default: as many as the hub accepts");

    private static Option<string[]> Concurrency { get; } = Text("--concurrency", "NUMBER", "Most registrations written at a time. Default: 32");

    private static Option<string[]> Data { get; } = Text("--data", "DIR", "Data folder of a running Muster on this machine. Default: ./data");

    private static Option<string[]> Instance { get; } =
        Text("--instance", "NAME", $"Name of the provisioning service. Default: {InstanceDirectory.DefaultName}");

    private static Option[] Numbers { get; } = [Weight, Port, Timeout, Rate, Concurrency];

    /// <summary>Makes the command with its subcommands.</summary>
    public static Command Create()
    {
        Option[] link = [ConnectionString, ConnectionStringFile, Identity, Name, Weight, Location, Apply, Address, Port, Root, Timeout, Rate, Concurrency];
        var command = new Command("hub", "Manage the IoT hubs that devices are assigned to.");
        command.Subcommands.Add(Make("list", "List the linked hubs, how they fare, and what moved devices left behind in them.", ListAsync));
        command.Subcommands.Add(Make("link", "Link a hub.", LinkAsync, link));
        command.Subcommands.Add(Make("update", "Change a link; what is not given stays.", UpdateAsync, link));
        command.Subcommands.Add(Make("unlink", "Remove a link; devices in the hub stay there.", UnlinkAsync, Name));
        command.Subcommands.Add(Make("test", "Try a link: reachable, authorized, all rights.", TestAsync, Name));
        command.Subcommands.Add(Make("retry", "Try at once to delete what moved devices left behind.", RetryAsync));
        return command;
    }

    private static async Task<int> ListAsync(HubCall call)
    {
        var service = await call.SendAsync(HttpMethod.Get, "");
        if (!service.IsSuccess) return await call.RefusedAsync(service, "look at --instance.");
        var status = await call.SendAsync(HttpMethod.Get, "/linkedHubs");
        if (!status.IsSuccess) return await call.RefusedAsync(status, "look at --instance.");
        var hubs = HubsOf(service.Body);
        if (hubs.Count == 0) await call.Output.WriteLineAsync("No hub is linked. 'muster hub link' links one.");
        foreach (var hub in hubs) await WriteAsync(call, hub!.AsObject(), status.Body);
        await WriteLeftBehindAsync(call, status.Body);
        return ExitCode.Success;
    }

    private static async Task<int> LinkAsync(HubCall call)
    {
        var text = call.ConnectionString;
        if (text is null && (call.Value(Identity) is null || call.Value(Name) is null))
        {
            return await call.MistakeAsync(ConnectionString, "It is missing. Allowed are --connection-string, --connection-string-file, or --identity "
                + "together with --name.");
        }

        var (answer, hub) = await ChangeAsync(call, hubs =>
        {
            var added = new JsonObject();
            Edit(call, added, text);
            hubs.Add(added);
            return added;
        });
        if (!answer.IsSuccess) return await call.RefusedAsync(answer, "look at the values; 'muster hub list' shows what is linked.");
        var host = HostOf(hub!);
        await call.Output.WriteLineAsync($"Linked: {host ?? "the hub"}.");
        if (host is not null) await call.Output.WriteLineAsync($"Next: muster hub test --name {QuickStart.Quote(host)}");
        return ExitCode.Success;
    }

    private static async Task<int> UpdateAsync(HubCall call)
    {
        if (call.Value(Name) is not { } name) return await call.MistakeAsync(Name, "It is missing. Allowed is --name HOST.");
        var (answer, hub) = await ChangeAsync(call, hubs =>
        {
            var found = Find(hubs, name);
            if (found is not null) Edit(call, found, call.ConnectionString);
            return found;
        });
        if (hub is null) return await call.NotLinkedAsync(name);
        if (!answer.IsSuccess) return await call.RefusedAsync(answer, "look at the values.");
        await call.Output.WriteLineAsync($"Updated: {name}.");
        return ExitCode.Success;
    }

    private static async Task<int> UnlinkAsync(HubCall call)
    {
        if (call.Value(Name) is not { } name) return await call.MistakeAsync(Name, "It is missing. Allowed is --name HOST.");
        var (answer, hub) = await ChangeAsync(call, hubs =>
        {
            var found = Find(hubs, name);
            if (found is not null) hubs.Remove(found);
            return found;
        });
        if (hub is null) return await call.NotLinkedAsync(name);
        if (!answer.IsSuccess) return await call.RefusedAsync(answer, "'muster hub list' shows what is linked.");
        await call.Output.WriteLineAsync($"Unlinked: {name}. Devices in it stay there; those that register again are assigned elsewhere.");
        return ExitCode.Success;
    }

    private static async Task<int> TestAsync(HubCall call)
    {
        if (call.Value(Name) is not { } name) return await call.MistakeAsync(Name, "It is missing. Allowed is --name HOST.");
        var answer = await call.SendAsync(HttpMethod.Post, $"/linkedHubs/{Uri.EscapeDataString(name)}/probe");
        if (!answer.IsSuccess) return await call.RefusedAsync(answer, "'muster hub list' shows what is linked.");
        var outcome = ManagementAnswer.Text(answer.Body, "outcome");
        await call.Output.WriteLineAsync($"{name}: {outcome}. {HubCall.OneLine(ManagementAnswer.Text(answer.Body, "detail") ?? "")}");
        return outcome == "ready" ? ExitCode.Success : ExitCode.Refused;
    }

    private static async Task<int> RetryAsync(HubCall call)
    {
        var answer = await call.SendAsync(HttpMethod.Post, "/leftBehind/retry");
        if (!answer.IsSuccess) return await call.RefusedAsync(answer, "look at --instance.");
        if (await WriteLeftBehindAsync(call, answer.Body) > 0) return ExitCode.Refused;
        await call.Output.WriteLineAsync("Nothing is left behind.");
        return ExitCode.Success;
    }

    /// <summary>Reads the service, edits its hubs, writes it back; again where somebody else wrote in between.</summary>
    private static async Task<(ManagementAnswer Answer, JsonObject? Hub)> ChangeAsync(HubCall call, Func<JsonArray, JsonObject?> edit)
    {
        for (var attempt = 1; ; attempt++)
        {
            var read = await call.SendAsync(HttpMethod.Get, "");
            if (!read.IsSuccess) return (read, new JsonObject());
            var hubs = HubsOf(read.Body);
            var hub = edit(hubs);
            if (hub is null) return (read, null);
            var answer = await call.SendAsync(HttpMethod.Put, "", hubs, ManagementAnswer.Text(read.Body, "etag"));
            if (answer.Status != HttpStatusCode.PreconditionFailed || attempt == MaxConflicts) return (answer, hub);
        }
    }

    // What is given replaces, what is not stays.
    private static void Edit(HubCall call, JsonObject hub, string? connectionString)
    {
        if (connectionString is not null) (hub["connectionString"], hub["authenticationType"]) = (connectionString, "KeyBased");
        if (call.Value(Identity) is { } identity)
        {
            hub["hostName"] = call.Value(Name);
            hub.Remove("connectionString");
            var isSystem = identity.Equals("system", StringComparison.OrdinalIgnoreCase);
            hub["authenticationType"] = isSystem ? "SystemAssigned" : "UserAssigned";
            hub["selectedUserAssignedIdentityResourceId"] = isSystem ? null : identity;
        }

        if (call.Value(Location) is { } location) hub["location"] = location;
        if (call.Value(Weight) is { } weight) hub["allocationWeight"] = Number(weight);
        if (call.Value(Apply) is { } applies) hub["applyAllocationPolicy"] = applies == "yes";
        var own = hub["muster"] as JsonObject ?? [];
        if (call.Value(Address) is { } address) own["address"] = address;
        if (call.Value(Port) is { } port) own["port"] = Number(port);
        if (call.RootCertificates is { } root) own["rootCertificates"] = root;
        if (call.Value(Timeout) is { } timeout) own["timeoutSeconds"] = Number(timeout);
        if (call.Value(Rate) is { } rate) own["callsPerSecond"] = Number(rate);
        if (call.Value(Concurrency) is { } width) own["concurrency"] = Number(width);
        if (own.Count > 0 && own.Parent is null) hub["muster"] = own;
    }

    private static JsonValue Number(string text) => JsonValue.Create(decimal.Parse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture));

    private static JsonArray HubsOf(JsonElement service) =>
        ManagementAnswer.Member(service, "properties") is { } properties && ManagementAnswer.Member(properties, "iotHubs") is { } hubs
            ? JsonArray.Create(hubs)!
            : [];

    private static JsonObject? Find(JsonArray hubs, string name) => hubs.OfType<JsonObject>()
        .FirstOrDefault(hub => name.Equals((string?)hub["name"], StringComparison.OrdinalIgnoreCase));

    private static string? HostOf(JsonObject hub) => (string?)hub["hostName"] ?? ((string?)hub["connectionString"])?.Split(';')
        .Select(part => part.Trim()).FirstOrDefault(part => part.StartsWith("HostName=", StringComparison.OrdinalIgnoreCase))?["HostName=".Length..];

    private static async Task WriteAsync(HubCall call, JsonObject hub, JsonElement status)
    {
        var name = (string?)hub["name"] ?? "";
        JsonElement? health = ManagementAnswer.Member(status, "value") is { } all
            ? all.EnumerateArray().FirstOrDefault(one => ManagementAnswer.Text(one, "name") == name)
            : null;
        var state = health is { ValueKind: JsonValueKind.Object } known ? ManagementAnswer.Text(known, "state") : "unknown";
        var kind = (string?)hub["muster"]?["connector"];
        var location = (string?)hub["location"] is { Length: > 0 } region ? $", {region}" : "";
        var closed = (bool?)hub["applyAllocationPolicy"] == false ? ", gets no devices" : "";
        await call.Output.WriteLineAsync($"{name}  {kind}, weight {(int?)hub["allocationWeight"] ?? 1}{location}{closed}: {state}");
        if (hub["connectionString"] is { } masked) await call.Output.WriteLineAsync($"  {masked}");
        if (state is "failing" && health is { } failing && ManagementAnswer.Text(failing, "lastFailure") is { } failure)
            await call.Output.WriteLineAsync($"  Last failure: {HubCall.OneLine(failure)}");
    }

    private static async Task<int> WriteLeftBehindAsync(HubCall call, JsonElement status)
    {
        var left = ManagementAnswer.Member(status, "leftBehind")?.EnumerateArray().ToArray() ?? [];
        if (left.Length == 0) return 0;
        await call.Output.WriteLineAsync($"Attention: {left.Length} identities of moved devices could not be deleted in their old hubs. "
            + "It is tried again by itself; 'muster hub retry' tries now.");
        foreach (var entry in left.Take(20))
        {
            await call.Output.WriteLineAsync($"  {ManagementAnswer.Text(entry, "deviceId")} in {ManagementAnswer.Text(entry, "iotHub")}: "
                + HubCall.OneLine(ManagementAnswer.Text(entry, "problem") ?? ""));
        }

        return left.Length;
    }

    private static Command Make(string name, string help, Func<HubCall, Task<int>> run, params Option[] options)
    {
        var command = new Command(name, $"{help}\n\n{ExitCodes}");
        foreach (var option in options) command.Options.Add(option);
        command.Options.Add(Data);
        command.Options.Add(Instance);
        command.SetAction((parse, cancellationToken) => RunAsync(parse, run, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, Func<HubCall, Task<int>> run, CancellationToken cancellationToken)
    {
        var mistakes = new List<OptionMistake>();
        CommandLineMistakes.AddTo(mistakes, parse);
        var values = ReadValues(parse, mistakes);
        var connectionString = values.GetValueOrDefault(ConnectionString);
        if (values.TryGetValue(ConnectionStringFile, out var file))
        {
            if (connectionString is not null)
                mistakes.Add(new(ConnectionStringFile.Name, file, "--connection-string is given too. Allowed is one of both."));
            connectionString = await ReadTextAsync(ConnectionStringFile, file, mistakes);
        }

        var root = values.TryGetValue(Root, out var rootFile) ? await ReadTextAsync(Root, rootFile, mistakes) : null;
        using var client = ManagementCommand.Open(Data, values, mistakes);
        var error = parse.InvocationConfiguration.Error;
        var help = $"muster hub {parse.CommandResult.Command.Name} --help";
        if (mistakes.Count > 0) return await CommandLineMistakes.PrintAsync(mistakes, error, help);
        var call = new HubCall(parse, values, client!, values.GetValueOrDefault(Instance) ?? InstanceDirectory.DefaultName, help, cancellationToken)
        {
            ConnectionString = connectionString?.Trim(),
            RootCertificates = root,
        };
        return await ManagementCommand.RunAsync(client!, error, () => run(call), cancellationToken);
    }

    private static Dictionary<Option, string> ReadValues(ParseResult parse, List<OptionMistake> mistakes)
    {
        var values = new Dictionary<Option, string>();
        foreach (var option in parse.CommandResult.Command.Options.OfType<Option<string[]>>())
        {
            if (parse.GetResult(option) is not { Implicit: false, Tokens: { Count: > 0 } tokens }) continue;
            var value = tokens[^1].Value;
            values[option] = value;
            if (tokens.Count > 1) mistakes.Add(new(option.Name, null, "It is given more than once. Allowed is one value."));
            if (Numbers.Contains(option) && !decimal.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _))
                mistakes.Add(new(option.Name, value, $"It is not a number. Allowed is {option.Name} {option.HelpName}."));
            if (option == Apply && value is not ("yes" or "no")) mistakes.Add(new(option.Name, value, "Allowed are yes and no."));
        }

        return values;
    }

    private static async Task<string?> ReadTextAsync(Option option, string path, List<OptionMistake> mistakes)
    {
        try
        {
            if (path == "-") return await Console.In.ReadToEndAsync();
            if (new FileInfo(path) is not { Exists: true, Length: > MaxFileBytes }) return await File.ReadAllTextAsync(path);
            mistakes.Add(new(option.Name, path, $"It is larger than {MaxFileBytes} bytes."));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            mistakes.Add(new(option.Name, path, $"It cannot be read: {exception.Message.TrimEnd('.')}. Allowed is a readable file."));
        }

        return null;
    }

    private static Option<string[]> Text(string name, string argument, string help) => new(name)
    {
        Description = help,
        HelpName = argument,
        Arity = new ArgumentArity(1, 100),
        AllowMultipleArgumentsPerToken = false,
    };
}
