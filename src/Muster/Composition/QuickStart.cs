using System.Globalization;

namespace Muster.Composition;

/// <summary>The commands that a new user tries next, with the real values of this server filled in.</summary>
public sealed class QuickStart
{
    /// <summary>Makes the commands for a server.</summary>
    /// <param name="endpoints">What the server announces.</param>
    /// <param name="dataFolder">Absolute path of the data folder.</param>
    public QuickStart(EndpointsDocument endpoints, string dataFolder)
    {
        var trust = endpoints.RootCertificate is { } root ? $"\nexport NODE_EXTRA_CA_CERTS={Quote(root)}" : "";
        MakeKey = "KEY=$(openssl rand -base64 32)";
        Enroll = string.Create(CultureInfo.InvariantCulture, $$"""
            npm install azure-iot-provisioning-service
            export KEY ENDPOINTS={{Quote(Path.Combine(dataFolder, "endpoints.json"))}}{{trust}}
            node -e '
              const { ProvisioningServiceClient } = require("azure-iot-provisioning-service");
              const endpoints = require(process.env.ENDPOINTS), key = process.env.KEY;
              ProvisioningServiceClient.fromConnectionString(endpoints.serviceConnectionString)
                .createOrUpdateIndividualEnrollment({ registrationId: "first-device", attestation:
                  { type: "symmetricKey", symmetricKey: { primaryKey: key, secondaryKey: key } } })
                .then(() => console.log("first-device is enrolled"), e => { console.error(e.message); process.exit(1); });'
            """);
        Register = $"{ProgramCommand} device register --data {Quote(dataFolder)} --id first-device --key \"$KEY\"";
    }

    /// <summary>How this program is started, for example <c>dotnet /opt/muster/muster.dll</c>.</summary>
    public static string ProgramCommand { get; } = FindProgramCommand();

    /// <summary>Makes a device key in a shell variable.</summary>
    public string MakeKey { get; }

    /// <summary>Enrolls a device with the official client for Node.js.</summary>
    public string Enroll { get; }

    /// <summary>Registers that device.</summary>
    public string Register { get; }

    /// <summary>Quotes a text for a POSIX shell where it needs quotes.</summary>
    internal static string Quote(string text) =>
        text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || "/._-+:@%".Contains(c, StringComparison.Ordinal))
            ? text
            : $"'{text.Replace("'", """'\''""", StringComparison.Ordinal)}'";

    private static string FindProgramCommand()
    {
        var own = Path.Combine(AppContext.BaseDirectory, "muster");
        var process = Environment.ProcessPath;
        return process is not null && Path.GetFileNameWithoutExtension(process) == "muster"
            ? Quote(process)
            : $"dotnet {Quote(own + ".dll")}";
    }
}
