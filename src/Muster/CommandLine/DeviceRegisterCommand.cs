using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Muster.Composition;
using Muster.Configuration;
using Muster.Registration;

namespace Muster.CommandLine;

/// <summary><c>muster device register</c>: registers one device over HTTPS and says in words what came out.</summary>
public static class DeviceRegisterCommand
{
    /// <summary>Longest registration ID (behaviour B-1).</summary>
    private const int MaxIdLength = 128;

    private static Option<string[]> IdScope { get; } = Text("--id-scope", "SCOPE", "ID scope of the service. Default: that of --data");

    private static Option<string[]> Id { get; } = Text("--id", "ID", "Registration ID of the device. Required");

    private static Option<string[]> Key { get; } =
        Text("--key", "KEY", "The device's own symmetric key, Base64. This, --group-key or --certificate");

    private static Option<string[]> GroupKey { get; } =
        Text("--group-key", "KEY", "Symmetric key of the enrollment group, Base64; the device's key is derived from it");

    private static Option<string[]> Certificate { get; } =
        Text("--certificate", "FILE", "PEM file of the device's certificate; its common name is the registration ID");

    private static Option<string[]> CertificateKey { get; } = Text("--certificate-key", "FILE", "PEM file of the private key of --certificate");

    private static Option<string[]> Chain { get; } =
        Text("--chain", "FILE", "PEM file of the intermediates between --certificate and the CA that the service knows");

    private static Option<string[]> Endpoint { get; } =
        Text("--endpoint", "URL", "Host of the service, with port where it is not 443. Default: that of --data");

    private static Option<string[]> RootCertificate { get; } =
        Text("--root-cert", "FILE", "PEM file of the root certificate to trust. Default: that of --data, else those of the system");

    private static Option<string[]> Payload { get; } = Text("--payload", "JSON", "JSON value for a custom allocation policy");

    private static Option<string[]> Data { get; } =
        Text("--data", "DIR", "Data folder of a Muster on this machine, for the defaults above. Default: ./data");

    /// <summary>Makes the command with its options and help.</summary>
    public static Command Create()
    {
        var command = new Command("register", """
            Register a device: the service checks its key or certificate, assigns it to a hub, and answers with hub and device ID.

            Exit codes: 0 assigned, 1 refused, failed or disabled, 2 wrong options, 4 service not reached.
            """);
        Option[] options = [IdScope, Id, Key, GroupKey, Certificate, CertificateKey, Chain, Endpoint, RootCertificate, Payload, Data];
        foreach (var option in options) command.Options.Add(option);
        command.SetAction((parse, cancellationToken) => RunAsync(parse, TimeProvider.System, cancellationToken));
        return command;
    }

    /// <summary>Registers.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(ParseResult parse, TimeProvider time, CancellationToken cancellationToken)
    {
        var mistakes = new List<OptionMistake>();
        CommandLineMistakes.AddTo(mistakes, parse);
        var request = Read(parse, mistakes);
        if (request is null || mistakes.Count > 0)
            return await CommandLineMistakes.PrintAsync(mistakes, parse.InvocationConfiguration.Error, "muster device register --help");

        var outcome = await new DeviceRegistrationClient(request, time).RunAsync(cancellationToken);
        var writer = outcome.ExitCode == ExitCode.Success ? parse.InvocationConfiguration.Output : parse.InvocationConfiguration.Error;
        foreach (var line in outcome.Lines) await writer.WriteLineAsync(line);
        return outcome.ExitCode;
    }

    private static DeviceRegistrationRequest? Read(ParseResult parse, List<OptionMistake> mistakes)
    {
        var values = new Dictionary<Option, string>();
        foreach (var option in parse.CommandResult.Command.Options)
        {
            if (parse.GetResult(option) is not { Implicit: false, Tokens: { Count: > 0 } tokens }) continue;
            values[option] = tokens[^1].Value;
            if (tokens.Count > 1) mistakes.Add(new(option.Name, null, "It is given more than once. Allowed is one value."));
        }

        var endpointsFile = Path.Combine(Path.GetFullPath(values.GetValueOrDefault(Data, "data")), "endpoints.json");
        var defaults = EndpointsDocument.TryLoad(endpointsFile);
        if (defaults is null && values.ContainsKey(Data))
        {
            mistakes.Add(new(Data.Name, values[Data],
                $"There is no readable {endpointsFile}. Allowed is the data folder of a running Muster."));
        }


        var id = ReadId(values, mistakes);
        var certificate = DeviceCertificateFiles.Read(
            values.GetValueOrDefault(Certificate), values.GetValueOrDefault(CertificateKey), values.GetValueOrDefault(Chain), mistakes);
        var key = ReadKey(values, id, mistakes);
        var scope = values.GetValueOrDefault(IdScope) ?? defaults?.IdScope;
        if (string.IsNullOrWhiteSpace(scope))
        {
            mistakes.Add(new(IdScope.Name, values.GetValueOrDefault(IdScope),
                "It is missing. Allowed is the ID scope that the service prints at start."));
        }

        var endpoint = ReadEndpoint(values.GetValueOrDefault(Endpoint) ?? defaults?.DeviceEndpoint, mistakes);
        var payload = ReadPayload(values.GetValueOrDefault(Payload), mistakes);
        var root = ReadRoot(values.GetValueOrDefault(RootCertificate), mistakes)

            // The root of the folder is that of its own endpoint, not of any other service.
            ?? (values.ContainsKey(Endpoint) && !IsSameService(endpoint, defaults) ? null : ExistingFile(defaults?.RootCertificate));

        if (id is null || (key is null && certificate is null) || scope is null || endpoint is null || mistakes.Count > 0) return null;
        return new DeviceRegistrationRequest
        {
            Endpoint = endpoint,
            IdScope = scope,
            RegistrationId = id,
            Key = key,
            Certificate = certificate,
            RootCertificateFile = root,
            Payload = payload,
        };
    }

    private static string? ReadId(Dictionary<Option, string> values, List<OptionMistake> mistakes)
    {
        const string Allowed = "Allowed are 1 to 128 letters, digits, '-', '.', '_' and ':', ending with a letter, a digit or '-'.";
        if (!values.TryGetValue(Id, out var id))
        {
            mistakes.Add(new(Id.Name, null, $"It is missing. {Allowed}"));
            return null;
        }

        if (id.Length is > 0 and <= MaxIdLength
            && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or ':')
            && (char.IsAsciiLetterOrDigit(id[^1]) || id[^1] == '-'))
        {
            return id;
        }

        mistakes.Add(new(Id.Name, id, $"It is not a registration ID. {Allowed}"));
        return null;
    }

    private static byte[]? ReadKey(Dictionary<Option, string> values, string? id, List<OptionMistake> mistakes)
    {
        var own = values.TryGetValue(Key, out var keyText) ? Decode(Key.Name, keyText, mistakes) : null;
        var group = values.TryGetValue(GroupKey, out var groupText) ? Decode(GroupKey.Name, groupText, mistakes) : null;
        var given = (keyText is null ? 0 : 1) + (groupText is null ? 0 : 1) + (values.ContainsKey(Certificate) ? 1 : 0);
        if (given != 1)
        {
            const string Allowed = "Allowed is exactly one: the device's own key, the key of its enrollment group, or the device's certificate.";
            mistakes.Add(new("--key, --group-key, --certificate", null, (given == 0 ? "None is given. " : "More than one is given. ") + Allowed));
            return null;
        }

        return own ?? (group is not null && id is not null ? DeviceKey.Derive(group, id) : null);
    }

    private static byte[]? Decode(string option, string text, List<OptionMistake> mistakes)
    {
        var key = new byte[text.Length];
        if (text.Length > 0 && Convert.TryFromBase64String(text, key, out var written) && written > 0) return key[..written];

        // The value is a secret, or part of one, and stays unprinted.
        mistakes.Add(new(option, null, "The value is not a key. Allowed is Base64 text."));
        return null;
    }

    private static Uri? ReadEndpoint(string? text, List<OptionMistake> mistakes)
    {
        const string Allowed =
            "Allowed is a host name, with a port where it is not 443: dps.example.org, localhost:8443 or https://localhost:8443.";
        if (string.IsNullOrWhiteSpace(text))
        {
            mistakes.Add(new(Endpoint.Name, text, $"It is missing. {Allowed}"));
            return null;
        }

        var url = text.Contains("://", StringComparison.Ordinal) ? text : "https://" + text;
        if (Uri.TryCreate(url, UriKind.Absolute, out var uri)
            && uri.Scheme == Uri.UriSchemeHttps && uri.PathAndQuery == "/" && uri.UserInfo.Length == 0 && uri.Host.Length > 0)
        {
            return uri;
        }

        mistakes.Add(new(Endpoint.Name, text, $"It is not the address of a service. {Allowed}"));
        return null;
    }

    private static string? ReadPayload(string? text, List<OptionMistake> mistakes)
    {
        if (text is null) return null;
        try
        {
            using var json = JsonDocument.Parse(text);
            return text;
        }
        catch (JsonException exception)
        {
            mistakes.Add(new(Payload.Name, text, $"It is not JSON ({exception.Message.TrimEnd('.')}). Allowed is one JSON value."));
            return null;
        }
    }

    private static string? ReadRoot(string? file, List<OptionMistake> mistakes)
    {
        if (file is null) return null;
        try
        {
            var roots = new X509Certificate2Collection();
            roots.ImportFromPemFile(file);
            if (roots.Count > 0) return file;
            mistakes.Add(new(RootCertificate.Name, file, "It holds no certificate. Allowed are PEM files."));
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            mistakes.Add(new(RootCertificate.Name, file, $"It cannot be read: {exception.Message.TrimEnd('.')}. Allowed are PEM files."));
        }

        return null;
    }

    private static bool IsSameService(Uri? endpoint, EndpointsDocument? defaults) =>
        endpoint is not null && defaults is not null && endpoint == ReadEndpoint(defaults.DeviceEndpoint, []);

    private static string? ExistingFile(string? path) => path is not null && File.Exists(path) ? path : null;

    private static Option<string[]> Text(string name, string argument, string help) => new(name)
    {
        Description = help,
        HelpName = argument,

        // More than one is our own mistake to word, together with all others.
        Arity = new ArgumentArity(1, 100),
        AllowMultipleArgumentsPerToken = false,
    };
}
