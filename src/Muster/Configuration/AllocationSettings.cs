using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Muster.Core.Allocation;
using Muster.Core.Hubs;
using Muster.Core.Secrets;

namespace Muster.Configuration;

/// <summary>Reads what configuration says of linked hubs, webhooks and latencies.</summary>
internal static class AllocationSettings
{
    /// <summary>The hubs to link at start.</summary>
    public static ImmutableArray<LinkedHubDefinition> ReadHubs(IEnumerable<OptionSection> sections, string workingDirectory)
    {
        var hubs = ImmutableArray.CreateBuilder<LinkedHubDefinition>();
        foreach (var section in sections)
        {
            var definition = new LinkedHubDefinition
            {
                ConnectionString = section.Text("ConnectionString") is { } text ? new Secret(text) : null,
                HostName = section.Text("HostName"),
                AuthenticationType = section.Word<HubAuthenticationType>("AuthenticationType") ?? HubAuthenticationType.KeyBased,
                IdentityId = section.Text("IdentityId"),
                Location = section.Text("Location"),
                AllocationWeight = section.Whole("AllocationWeight", LinkedHubRules.MinWeight, LinkedHubRules.MaxWeight),
                ApplyAllocationPolicy = section.Flag("ApplyAllocationPolicy"),
                Settings = new HubConnectorSettings
                {
                    Address = section.Text("Address"),
                    Port = section.Whole("Port", 1, 65535),
                    RootCertificates = section.FileContent("RootCertificate", workingDirectory),
                    TimeoutSeconds = section.Whole("TimeoutSeconds", 1, 300),
                    CallsPerSecond = section.Number("CallsPerSecond", 0.01, 100_000),
                    Concurrency = section.Whole("Concurrency", 1, 1000),
                },
            };
            section.Close();
            if (LinkedHubRules.Check(definition) is { } refusal) section.Mistake("", null, refusal.Message);
            else if (definition.ConnectionString is { } secret && HubConnectionString.Parse(secret.Reveal()).Refusal is { } unreadable)
                section.Mistake("ConnectionString", null, unreadable.Message);
            else if (definition.ConnectionString is null && definition.HostName is null)
            {
                section.Mistake("ConnectionString", null,
                    "It is required, unless HostName names a hub that is linked already or one that is reached by an identity.");
            }

            hubs.Add(definition);
        }

        return hubs.ToImmutable();
    }

    /// <summary>The limits of webhooks.</summary>
    public static WebhookOptions ReadWebhooks(OptionSection section, string workingDirectory)
    {
        var options = new WebhookOptions
        {
            Timeout = TimeSpan.FromSeconds(section.Whole("TimeoutSeconds", 1, 30) ?? 5),
            AllowsHttp = section.Flag("AllowHttp") ?? false,
            AllowsOwnAddresses = section.Flag("AllowOwnAddresses") ?? false,
            RootCertificates = section.FileContent("RootCertificate", workingDirectory),
        };
        section.Close();
        return options;
    }

    /// <summary>The latencies by source network.</summary>
    public static ImmutableArray<LatencyRow> ReadLatencies(IEnumerable<OptionSection> sections)
    {
        var rows = ImmutableArray.CreateBuilder<LatencyRow>();
        foreach (var section in sections)
        {
            var source = section.Text("Source");
            var milliseconds = new Dictionary<string, double>(StringComparer.OrdinalIgnoreCase);
            foreach (var (location, text) in section.Members("Milliseconds", "a group of milliseconds by location"))
            {
                if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) milliseconds[location] = number;
                else section.Mistake($"Milliseconds:{location}", text, "It is not a number of milliseconds.");
            }

            section.Close();
            if (!IPNetwork.TryParse(source, out var network))
                section.Mistake("Source", source, "It is not a network. Allowed are networks such as 10.1.0.0/16 and 2001:db8::/32.");
            else if (milliseconds.Count == 0)
                section.Mistake("Milliseconds", null, "It is missing. Allowed are milliseconds by location, such as \"westeurope\": 12.");
            else rows.Add(new LatencyRow(network, milliseconds.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase)));
        }

        return rows.ToImmutable();
    }
}
