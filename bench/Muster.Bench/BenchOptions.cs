using System.Globalization;

namespace Muster.Bench;

/// <summary>What the command line says.</summary>
internal sealed record BenchOptions
{
    public const string Usage = "Usage: bench/run [--registrations N] [--rounds N] [--concurrency N] [--idle N] "
        + "[--door mqtt|https] [--only muster|mosquitto|nginx]";

    /// <summary>The server's program file.</summary>
    public required string Muster { get; init; }

    public int Registrations { get; init; } = 2000;

    public int Rounds { get; init; } = 3;

    public int Concurrency { get; init; } = 16;

    public int Idle { get; init; } = 2000;

    /// <summary>The one server that is measured, for profiling; null measures all.</summary>
    public string? Only { get; init; }

    /// <summary>The one door that is measured; null measures both.</summary>
    public string? Door { get; init; }

    /// <summary>Null when the arguments are wrong.</summary>
    public static BenchOptions? Parse(string[] arguments)
    {
        if (arguments.Length == 0 || arguments.Length % 2 == 0) return null;
        var options = new BenchOptions { Muster = arguments[0] };
        for (var index = 1; index < arguments.Length; index += 2)
        {
            if (arguments[index] == "--door")
            {
                if (arguments[index + 1] is not ("mqtt" or "https")) return null;
                options = options with { Door = arguments[index + 1] };
                continue;
            }

            if (arguments[index] == "--only")
            {
                if (arguments[index + 1] is not ("muster" or "mosquitto" or "nginx")) return null;
                options = options with { Only = arguments[index + 1] };
                continue;
            }

            if (!int.TryParse(arguments[index + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value < 1) return null;
            switch (arguments[index])
            {
                case "--registrations": options = options with { Registrations = value }; break;
                case "--rounds": options = options with { Rounds = value }; break;
                case "--concurrency": options = options with { Concurrency = value }; break;
                case "--idle": options = options with { Idle = value }; break;
                default: return null;
            }
        }

        return options;
    }
}
