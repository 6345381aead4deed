using Muster.Configuration;

namespace Muster.Tests.Configuration;

public sealed class MusterOptionsReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<OptionMistake> _mistakes = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Nothing_set_gives_the_defaults()
    {
        var options = Read([], [])!;

        Assert.Equal(_folder.Combine("data"), options.DataFolder);
        Assert.Equal(["localhost"], options.Hosts);
        Assert.Equal(["localhost"], options.HubNames);
        Assert.Null(options.HttpsPort);
        Assert.Equal((8883, 5671, 8080), (options.MqttPort, options.AmqpPort, options.PortalPort));
        Assert.Null(options.CrlPort);
        Assert.Null(options.CertificateFile);
    }

    [Theory]
    [InlineData("Data", "state")]
    [InlineData("Hosts", "dps.example.org")]
    [InlineData("Hubs", "hub.example.org")]
    [InlineData("Listen", "192.0.2.7")]
    [InlineData("HttpsPort", "9443")]
    [InlineData("MqttPort", "9883")]
    [InlineData("AmqpPort", "9671")]
    [InlineData("PortalPort", "9080")]
    [InlineData("PortalAddress", "0.0.0.0")]
    [InlineData("CrlPort", "9081")]
    [InlineData("SecretsKey", "my.key")]
    public void Every_option_can_be_set_in_every_source(string key, string value)
    {
        var isList = OptionDefinition.Find(key)!.Kind == OptionKind.Names;
        var byCommandLine = Read([(key, value)], []);
        var byEnvironment = Read([], [("MUSTER__" + key + (isList ? "__0" : ""), value)]);
        var json = $$"""{ "Muster": { "{{key}}": {{(isList ? $"[\"{value}\"]" : $"\"{value}\"")}} } }""";
        var byConfig = Read([("Config", _folder.Write("other.json", json))], []);
        _folder.Write("appsettings.json", json);
        var bySettings = Read([], []);

        Assert.Empty(_mistakes);
        var expected = Describe(byCommandLine!);
        Assert.Equal(expected, Describe(byEnvironment!));
        Assert.Equal(expected, Describe(byConfig!));
        Assert.Equal(expected, Describe(bySettings!));
        Assert.NotEqual(Describe(new MusterOptions { DataFolder = _folder.Combine("data") }), expected);
    }

    [Theory]
    [InlineData(true, true, true, 4)]
    [InlineData(false, true, true, 3)]
    [InlineData(false, false, true, 2)]
    [InlineData(false, false, false, 1)]
    public void The_stronger_source_wins(bool commandLine, bool environment, bool config, int winner)
    {
        _folder.Write("appsettings.json", """{ "Muster": { "PortalPort": 1 } }""");
        var file = _folder.Write("other.json", """{ "Muster": { "PortalPort": 2 } }""");
        var arguments = new List<(string, string)>();
        if (commandLine) arguments.Add(("PortalPort", "4"));
        if (config) arguments.Add(("Config", file));

        var options = Read(arguments, environment ? [("MUSTER__PortalPort", "3")] : []);

        Assert.Equal(winner, options!.PortalPort);
    }

    [Fact]
    public void A_stronger_list_replaces_the_weaker_one_as_a_whole()
    {
        _folder.Write("appsettings.json", """{ "Muster": { "Hosts": ["a.example", "b.example", "c.example"] } }""");

        Assert.Equal(["z.example"], Read([], [("MUSTER__Hosts__0", "z.example")])!.Hosts);
    }

    [Fact]
    public void The_config_file_may_be_named_by_the_environment()
    {
        var file = _folder.Write("other.json", """{ "Muster": { "PortalPort": 2 } }""");

        Assert.Equal(2, Read([], [("MUSTER__Config", file)])!.PortalPort);
    }

    [Fact]
    public void Every_mistake_of_every_source_is_reported_at_once_with_key_value_and_what_is_allowed()
    {
        _folder.Write("appsettings.json", """{ "Muster": { "HttpPort": 443, "Hosts": ["ok.example", "not ok"] } }""");
        var file = _folder.Write("other.json", """{ "Muster": { "AmqpPort": [1, 2], "Config": "x.json" } }""");

        var options = Read(
            [("Config", file), ("HttpsPort", "70000"), ("CertificateKey", "key.pem")],
            [("MUSTER__MqttPort", "-1"), ("MUSTER__Colour", "red"), ("MUSTER__Data", " ")]);

        Assert.Null(options);
        var lines = _mistakes.ConvertAll(mistake => mistake.ToString());
        Assert.Collection(
            lines.Order(StringComparer.Ordinal),
            line => Assert.StartsWith("--certificate-key is '", line),
            line => Assert.StartsWith("--https-port is '70000': It is not a port. Allowed are whole numbers from 0 to 65535", line),
            line => Assert.StartsWith("MUSTER__Colour is 'red': There is no such option. Allowed are Data, Hosts,", line),
            line => Assert.StartsWith("MUSTER__Data is ' ': It is not a path.", line),
            line => Assert.StartsWith("MUSTER__MqttPort is '-1': It is not a port.", line),
            line => Assert.StartsWith($"Muster:AmqpPort in {file}: The value has the wrong shape.", line),
            line => Assert.StartsWith($"Muster:Config in {file} is 'x.json': A configuration file cannot name another one.", line),
            line => Assert.StartsWith($"Muster:Hosts in {_folder.Combine("appsettings.json")} is 'not ok': It is not a host name.", line),
            line => Assert.StartsWith(
                $"Muster:HttpPort in {_folder.Combine("appsettings.json")} is '443': There is no such option.", line));
    }

    [Theory]
    [InlineData("HttpsPort", "8080", "--https-port is '8080': The same port is that of --portal-port.")]
    [InlineData("AmqpPort", "8883", "--amqp-port is '8883': The same port is that of --mqtt-port.")]
    [InlineData("MqttPort", "443", "--mqtt-port is '443': The same port is that of --https-port.")]
    [InlineData("MqttPort", "80", "--mqtt-port is '80': The same port is that of --crl-port.")]
    public void Two_doors_cannot_share_a_port(string key, string port, string mistake)
    {
        Assert.Null(Read([(key, port)], []));
        Assert.StartsWith(mistake, Assert.Single(_mistakes).ToString());
    }

    [Theory]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.0.0.2", false)]
    [InlineData("::1", false)]
    [InlineData("0.0.0.0", true)]
    [InlineData("::", true)]
    [InlineData("192.0.2.7", true)]
    public void The_portal_is_exposed_by_every_address_that_is_not_loopback(string address, bool isExposed) =>
        Assert.Equal(isExposed, Read([("PortalAddress", address)], [])!.IsPortalExposed);

    [Theory]
    [InlineData("1")]
    [InlineData("portal.example.org")]
    [InlineData("10.0.0.0/8")]
    [InlineData("[::1]")]
    [InlineData("")]
    public void An_address_of_the_portal_that_is_none_is_a_mistake(string address)
    {
        Assert.Null(Read([("PortalAddress", address)], []));
        Assert.Contains("It is not an IP address.", Assert.Single(_mistakes).ToString());
    }

    [Fact]
    public void Any_free_port_may_be_asked_for_on_every_door() =>
        Assert.NotNull(Read([("HttpsPort", "0"), ("MqttPort", "0"), ("AmqpPort", "0"), ("PortalPort", "0"), ("CrlPort", "0")], []));

    [Theory]
    [InlineData("missing.json", null, "The configuration file cannot be read:")]
    [InlineData("broken.json", "{ \"Muster\": ", "The configuration file is not JSON:")]
    [InlineData("list.json", "[1]", "The configuration file is not JSON:")]
    public void A_config_file_that_cannot_be_used_is_a_mistake(string name, string? content, string problem)
    {
        if (content is not null) _folder.Write(name, content);

        Assert.Null(Read([("Config", name)], []));
        Assert.Contains(problem, Assert.Single(_mistakes).ToString());
    }

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("dps.example.org", true)]
    [InlineData("127.0.0.2", true)]
    [InlineData("::1", true)]
    [InlineData("xn--bcher-kva.example", true)]
    [InlineData("*.example.org", false)]
    [InlineData("example.org:443", false)]
    [InlineData("https://example.org", false)]
    [InlineData("example..org", false)]
    [InlineData("-a.example", false)]
    [InlineData("10.0.0", false)]
    [InlineData("300.1.1.1", false)]
    [InlineData("[::1]", false)]
    [InlineData("fe80::1%3", false)]
    [InlineData("bücher.example", false)]
    [InlineData("", false)]
    public void Host_names_are_dns_names_and_addresses(string text, bool valid) => Assert.Equal(valid, HostName.IsValid(text));

    [Theory]
    [InlineData("localhost", 443, "localhost")]
    [InlineData("localhost", 8443, "localhost:8443")]
    [InlineData("::1", 443, "[::1]")]
    [InlineData("::1", 8443, "[::1]:8443")]
    public void The_port_stands_in_an_endpoint_where_it_is_not_the_scheme_s(string name, int port, string expected) =>
        Assert.Equal(expected, HostName.WithPort(name, port, 443));

    private MusterOptions? Read(
        IEnumerable<(string Key, string Value)> commandLine, IEnumerable<(string Name, string Value)> environment) =>
        MusterOptionsReader.Read(
            commandLine.GroupBy(pair => pair.Key, pair => pair.Value)
                .ToDictionary(group => group.Key, IReadOnlyList<string> (group) => [.. group]),
            environment.ToDictionary(pair => pair.Name, pair => pair.Value),
            _folder.Path,
            _mistakes);

    private static string Describe(MusterOptions o) =>
        $"{o.DataFolder} {string.Join(',', o.Hosts)} {string.Join(',', o.Hubs)} "
        + $"{string.Join(',', o.Listen)} {o.HttpsPort} {o.MqttPort} {o.AmqpPort} {o.PortalPort} {o.PortalAddress} {o.CrlPort} {o.SecretsKeyFile}";
}
