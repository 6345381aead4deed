using System.CommandLine;
using System.Text.Json;
using Muster.Composition;
using Muster.Configuration;
using Muster.Core.Instances;
using Muster.Management;

namespace Muster.CommandLine;

/// <summary><c>muster certificate ...</c>: the CA certificates of a running server.</summary>
public static class CertificateCommands
{
    private const int MaxFileBytes = 4 * 1024 * 1024;
    private const string ExitCodes = "Exit codes: 0 done, 1 refused, 2 wrong options, 4 service not reached.";

    private static Option<string[]> Name { get; } = Text("--name", "NAME", "Name of the CA certificate, 1 to 256 characters. Required");

    private static Option<string[]> File { get; } = Text("--file", "FILE", "Certificate, PEM or DER. Required");

    private static Option<string[]> List { get; } = Text("--list", "FILE", "Certificate revocation list, PEM or DER, signed by the CA");

    private static Option<string[]> Url { get; } = Text("--url", "URL", "Where revocation lists are fetched from, every hour: http or https. Without it nothing is fetched");

    private static Option<string[]> Data { get; } = Text("--data", "DIR", "Data folder of a running Muster on this machine. Default: ./data");

    private static Option<string[]> Instance { get; } =
        Text("--instance", "NAME", $"Name of the provisioning service. Default: {InstanceDirectory.DefaultName}");

    private static Option<bool> Verified { get; } = Flag("--verified", "Take it for granted that you hold the CA's key");

    private static Option<bool> Replace { get; } = Flag("--replace", "Replace the certificate of that name");

    private static Option<bool> AllowStale { get; } = Flag("--allow-stale", "Admit devices while the list is missing or stale. Default: refuse");

    private static Option<bool> Off { get; } = Flag("--off", "Switch revocation checking off and forget the list");

    /// <summary>Makes the command with its subcommands.</summary>
    public static Command Create()
    {
        var command = new Command("certificate", "Manage the CA certificates that device chains end at.");
        command.Subcommands.Add(Make("add", "Upload a CA certificate; it counts once its key is proved.", AddAsync, Name, File, Verified, Replace));
        command.Subcommands.Add(Make("list", "List the CA certificates.", ListAsync));
        command.Subcommands.Add(Make("show", "Show a CA certificate.", ShowAsync, Name));
        command.Subcommands.Add(Make("delete", "Delete a CA certificate; devices that need it are refused from then on.", DeleteAsync, Name));
        command.Subcommands.Add(Make("code", "Make a verification code for the proof that you hold the CA's key.", CodeAsync, Name));
        command.Subcommands.Add(Make("verify", "Prove it: upload a certificate for that code, signed by the CA.", VerifyAsync, Name, File));
        command.Subcommands.Add(Make("revocation", "Check what the CA issued against a revocation list.", RevocationAsync, Name, List, Url, AllowStale, Off));
        return command;
    }

    private static async Task<int> AddAsync(Call call)
    {
        var name = call.Value(Name);
        var answer = await call.SendAsync(HttpMethod.Put, name, "", json =>
        {
            json.WriteString("certificate", Convert.ToBase64String(call.Content(File)));
            json.WriteBoolean("isVerified", call.Has(Verified));
        }, call.Has(Replace) ? "*" : null);
        if (!answer.IsSuccess) return await call.RefusedAsync(answer, "look at --file; use --replace where the name is taken.");

        await call.Output.WriteLineAsync($"Added: {name} is {Status(answer.Body)}.");
        await WriteDetailsAsync(call.Output, answer.Body);
        if (!call.Has(Verified)) await call.Output.WriteLineAsync($"Next: muster certificate code --name {QuickStart.Quote(name)}");
        return ExitCode.Success;
    }

    private static async Task<int> ListAsync(Call call)
    {
        var answer = await call.SendAsync(HttpMethod.Get, "", "", null, null);
        if (!answer.IsSuccess) return await call.RefusedAsync(answer, "look at --instance.");
        var certificates = ManagementAnswer.Member(answer.Body, "value")?.EnumerateArray().ToArray() ?? [];
        if (certificates.Length == 0) await call.Output.WriteLineAsync("There are no CA certificates.");
        foreach (var certificate in certificates)
        {
            await call.Output.WriteLineAsync($"{ManagementAnswer.Text(certificate, "name")}  {Status(certificate)}  "
                + $"{Property(certificate, "subject")}  until {Property(certificate, "expiry")}");
        }

        return ExitCode.Success;
    }

    private static async Task<int> ShowAsync(Call call)
    {
        var answer = await call.SendAsync(HttpMethod.Get, call.Value(Name), "", null, null);
        if (!answer.IsSuccess) return await call.RefusedAsync(answer, "'muster certificate list' shows the names.");
        await call.Output.WriteLineAsync($"{ManagementAnswer.Text(answer.Body, "name")} is {Status(answer.Body)}.");
        await WriteDetailsAsync(call.Output, answer.Body);
        return ExitCode.Success;
    }

    private static async Task<int> DeleteAsync(Call call)
    {
        var answer = await call.SendAsync(HttpMethod.Delete, call.Value(Name), "", null, "*");
        if (!answer.IsSuccess) return await call.RefusedAsync(answer, "'muster certificate list' shows the names.");
        await call.Output.WriteLineAsync(answer.Status == System.Net.HttpStatusCode.NoContent
            ? $"There is no CA certificate {call.Value(Name)}."
            : $"Deleted: {call.Value(Name)}. Devices whose chain ends at it are refused from now on.");
        return ExitCode.Success;
    }

    private static async Task<int> CodeAsync(Call call)
    {
        var name = call.Value(Name);
        var answer = await call.SendAsync(HttpMethod.Post, name, "/generateVerificationCode", null, "*");
        if (!answer.IsSuccess) return await call.RefusedAsync(answer, "'muster certificate list' shows the names.");

        var code = Property(answer.Body, "verificationCode");
        await call.Output.WriteLineAsync($"""
            {code}

            Sign a certificate for this common name with the CA's key, and upload it. With OpenSSL, ca.pem and ca.key being the CA's:

              openssl req -new -newkey rsa:2048 -nodes -keyout proof.key -subj /CN={code} -out proof.csr
              openssl x509 -req -in proof.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 1 -out proof.pem
              muster certificate verify --name {QuickStart.Quote(name)} --file proof.pem
            """);
        return ExitCode.Success;
    }

    private static async Task<int> VerifyAsync(Call call)
    {
        var answer = await call.SendAsync(HttpMethod.Post, call.Value(Name), "/verify",
            json => json.WriteString("certificate", Convert.ToBase64String(call.Content(File))), "*");
        if (!answer.IsSuccess) return await call.RefusedAsync(answer, "'muster certificate code' makes a new code and says how to sign for it.");
        await call.Output.WriteLineAsync($"Verified: {call.Value(Name)}. Devices whose chain ends at it can register through their groups.");
        return ExitCode.Success;
    }

    private static async Task<int> RevocationAsync(Call call)
    {
        var answer = await call.SendAsync(HttpMethod.Put, call.Value(Name), "/revocation", json =>
        {
            json.WriteBoolean("isEnabled", !call.Has(Off));
            json.WriteBoolean("allowStale", call.Has(AllowStale));
            if (call.TryValue(Url) is { } url) json.WriteString("url", url);
            if (call.TryValue(List) is not null) json.WriteString("list", Convert.ToBase64String(call.Content(List)));
        }, "*");
        if (!answer.IsSuccess) return await call.RefusedAsync(answer, "look at --list: it must be a current list, signed by the CA itself.");
        await call.Output.WriteLineAsync(call.Has(Off)
            ? $"Revocation checking of {call.Value(Name)} is off."
            : $"Revocation checking of {call.Value(Name)} is on.");
        await WriteDetailsAsync(call.Output, answer.Body);
        return ExitCode.Success;
    }

    private static async Task WriteDetailsAsync(TextWriter output, JsonElement certificate)
    {
        await output.WriteLineAsync($"  Subject     {Property(certificate, "subject")}");
        await output.WriteLineAsync($"  Valid until {Property(certificate, "expiry")}");
        await output.WriteLineAsync($"  SHA-1       {Property(certificate, "thumbprint")}");
        if (ManagementAnswer.Member(certificate, "properties") is not { } properties
            || ManagementAnswer.Member(properties, "revocation") is not { } revocation)
        {
            return;
        }

        var hasList = ManagementAnswer.Member(revocation, "hasList") is { ValueKind: JsonValueKind.True };
        var stale = ManagementAnswer.Member(revocation, "allowStale") is { ValueKind: JsonValueKind.True } ? "admits" : "refuses";
        var list = hasList
            ? $"revokes {ManagementAnswer.Member(revocation, "revokedCount")}, next update {ManagementAnswer.Text(revocation, "nextUpdate") ?? "not said"}"
            : "none yet";
        await output.WriteLineAsync($"  Revocation  list {list}; a stale list {stale} devices");
        if (ManagementAnswer.Text(revocation, "url") is { } url) await output.WriteLineAsync($"  Fetched at  {url}");
        if (ManagementAnswer.Text(revocation, "fetchProblem") is { } problem) await output.WriteLineAsync($"  Last fetch  failed: {problem}");
    }

    private static string Status(JsonElement certificate) =>
        ManagementAnswer.Member(certificate, "properties") is { } properties
        && ManagementAnswer.Member(properties, "isVerified") is { ValueKind: JsonValueKind.True } ? "verified" : "unverified";

    private static string Property(JsonElement certificate, string name) =>
        ManagementAnswer.Member(certificate, "properties") is { } properties ? ManagementAnswer.Text(properties, name) ?? "" : "";

    private static Command Make(string name, string help, Func<Call, Task<int>> run, params Option[] options)
    {
        var command = new Command(name, $"{help}\n\n{ExitCodes}");
        foreach (var option in options) command.Options.Add(option);
        command.Options.Add(Data);
        command.Options.Add(Instance);
        command.SetAction((parse, cancellationToken) => RunAsync(parse, run, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, Func<Call, Task<int>> run, CancellationToken cancellationToken)
    {
        var mistakes = new List<OptionMistake>();
        CommandLineMistakes.AddTo(mistakes, parse);
        var values = ReadValues(parse, mistakes);
        var command = parse.CommandResult.Command;
        foreach (var required in new[] { Name, File })
        {
            if (command.Options.Contains(required) && !values.ContainsKey(required))
                mistakes.Add(new(required.Name, null, $"It is missing. Allowed is {required.Name} {required.HelpName}."));
        }

        if (command.Options.Contains(Off) && parse.GetValue(Off))
        {
            foreach (var other in new[] { List, Url }.Where(values.ContainsKey))
                mistakes.Add(new(other.Name, values[other], "It cannot stand beside --off. Allowed is one of the two."));
            if (parse.GetValue(AllowStale)) mistakes.Add(new(AllowStale.Name, null, "It cannot stand beside --off. Allowed is one of the two."));
        }

        var contents = ReadFiles(values, mistakes);
        using var client = ManagementCommand.Open(Data, values, mistakes);
        var error = parse.InvocationConfiguration.Error;
        if (mistakes.Count > 0) return await CommandLineMistakes.PrintAsync(mistakes, error, $"muster certificate {command.Name} --help");

        var call = new Call(parse, values, contents, client!, cancellationToken);
        return await ManagementCommand.RunAsync(client!, error, () => run(call), cancellationToken);
    }

    private static Dictionary<Option, string> ReadValues(ParseResult parse, List<OptionMistake> mistakes)
    {
        var values = new Dictionary<Option, string>();
        foreach (var option in parse.CommandResult.Command.Options.OfType<Option<string[]>>())
        {
            if (parse.GetResult(option) is not { Implicit: false, Tokens: { Count: > 0 } tokens }) continue;
            values[option] = tokens[^1].Value;
            if (tokens.Count > 1) mistakes.Add(new(option.Name, null, "It is given more than once. Allowed is one value."));
        }

        return values;
    }

    private static Dictionary<Option, byte[]> ReadFiles(Dictionary<Option, string> values, List<OptionMistake> mistakes)
    {
        var contents = new Dictionary<Option, byte[]>();
        foreach (var option in new[] { File, List })
        {
            if (!values.TryGetValue(option, out var path)) continue;
            try
            {
                if (new FileInfo(path) is { Exists: true, Length: > MaxFileBytes })
                    mistakes.Add(new(option.Name, path, $"It is larger than {MaxFileBytes} bytes. Allowed are PEM and DER files."));
                else
                    contents[option] = System.IO.File.ReadAllBytes(path);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
            {
                mistakes.Add(new(option.Name, path, $"It cannot be read: {exception.Message.TrimEnd('.')}. Allowed are PEM and DER files."));
            }
        }

        return contents;
    }

    private static Option<string[]> Text(string name, string argument, string help) => new(name)
    {
        Description = help,
        HelpName = argument,
        Arity = new ArgumentArity(1, 100),
        AllowMultipleArgumentsPerToken = false,
    };

    private static Option<bool> Flag(string name, string help) => new(name) { Description = help, Arity = ArgumentArity.Zero };

    private sealed record Call(
        ParseResult Parse,
        IReadOnlyDictionary<Option, string> Values,
        IReadOnlyDictionary<Option, byte[]> Contents,
        ManagementClient Client,
        CancellationToken CancellationToken)
    {
        public TextWriter Output => Parse.InvocationConfiguration.Output;

        public string Value(Option option) => Values[option];

        public string? TryValue(Option option) => Values.GetValueOrDefault(option);

        public byte[] Content(Option option) => Contents[option];

        public bool Has(Option<bool> flag) => Parse.GetValue(flag);

        public Task<ManagementAnswer> SendAsync(
            HttpMethod method, string name, string operation, Action<Utf8JsonWriter>? body, string? ifMatch)
        {
            var path = name.Length == 0 ? "/certificates" : $"/certificates/{Uri.EscapeDataString(name)}{operation}";
            return Client.SendAsync(method, TryValue(Instance) ?? InstanceDirectory.DefaultName, path, body, ifMatch, CancellationToken);
        }

        public async Task<int> RefusedAsync(ManagementAnswer answer, string advice)
        {
            var error = Parse.InvocationConfiguration.Error;
            await error.WriteLineAsync($"Refused: the service answered with HTTP status {(int)answer.Status}.");
            if (answer.Message is { } message) await error.WriteLineAsync($"  Message  {OneLine(message)}");
            await error.WriteLineAsync($"What to do: {advice}");
            return ExitCode.Refused;
        }

        private static string OneLine(string text) =>
            string.Concat(text.Take(1000).Select(c => char.IsControl(c) ? ' ' : c));
    }
}
